"""User tokens: minted by the customer's backend with a secret key, presented by the browser.

HS256 with a key derived per environment, so that nothing has to be stored; raising the environment's
``token_generation`` kills every token minted before.
"""

from __future__ import annotations

import fnmatch
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.db import transaction

from collab.errors import InvalidToken
from collab.models import MAX_EXTERNAL_ID, Participant
from collab.selectors import configs
from collab.services import people
from pulse import ids
from pulse.erasure import selectors as erasures
from pulse.erasure.services import digest_of
from pulse.errors import FieldError, InvalidInput
from pulse.tenancy.models import Environment

LIFETIME = timedelta(hours=24)
ALGORITHM = "HS256"
MAX_TOKEN = 32 * 1024
"""Characters: it must fit into a header, and with the room's id into one message."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom a verified token speaks for; ``rooms`` are patterns, and None opens every room."""

    external_id: str
    name: str
    avatar: str
    rooms: tuple[str, ...] | None
    expires_at: datetime

    def opens(self, room: str) -> bool:
        return self.rooms is None or any(
            room == one or fnmatch.fnmatchcase(room, one) for one in self.rooms
        )


def signing_key(environment: Environment, generation: int) -> bytes:
    purpose = f"collab.token:{environment.public_id}:{generation}"
    return hmac.new(settings.SECRET_KEY.encode(), purpose.encode(), hashlib.sha256).digest()


@transaction.atomic
def mint_token(
    environment: Environment,
    *,
    external_id: str,
    name: str,
    avatar: str = "",
    rooms: list[str] | None = None,
    now: datetime,
) -> tuple[str, datetime, Participant]:
    """A token for one person, good for 24 hours, and the person, who exists from now on.

    ``rooms`` are patterns of the rooms it opens: an empty list opens none, None every one. Creating
    the person here lets a bot that never opens a socket comment through the REST API. Raises
    InvalidInput for an id that is empty or too long without its namespace, and for too many rooms.
    """
    if not 0 < len(external_id) <= MAX_EXTERNAL_ID:
        reason = f"must have 1 to {MAX_EXTERNAL_ID} characters"
        raise InvalidInput(fields=[FieldError("userId", reason)])
    person = people.keep_person(
        environment, external_id=external_id, name=name, avatar=avatar, now=now
    )
    expires_at = now.replace(microsecond=0) + LIFETIME
    generation = configs.config_of(environment).token_generation
    claims: dict[str, Any] = {
        "sub": external_id,
        "env": environment.public_id,
        "name": name,
        "avatar": avatar or None,
        "iat": now.timestamp(),
        "exp": int(expires_at.timestamp()),
        "jti": ids.new_id("tok"),
    }
    if rooms is not None:
        claims["rooms"] = rooms
    token = jwt.encode(
        claims,
        signing_key(environment, generation),
        algorithm=ALGORITHM,
        headers={"kid": str(generation)},
    )
    if len(token) > MAX_TOKEN:
        reason = "must be fewer or shorter: the token would be too long to be sent"
        raise InvalidInput(fields=[FieldError("rooms", reason)])
    return token, expires_at, person


def environment_named_by(token: str) -> str:
    """The environment that ``token`` claims to be of, unverified: only to find the key to check it."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False}, algorithms=[ALGORITHM])
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise InvalidToken from error
    named = claims.get("env")
    if not isinstance(named, str):
        raise InvalidToken
    return named


def read_token(environment: Environment, token: str) -> Claims:
    """Verify signature, life and environment, and that the person was not forgotten since.

    Raises InvalidToken.
    """
    generation = configs.config_of(environment).token_generation
    try:
        claims = jwt.decode(
            token,
            signing_key(environment, generation),
            algorithms=[ALGORITHM],
            options={"require": ["exp", "iat", "sub", "env"]},
            leeway=5,
        )
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise InvalidToken from error
    if claims["env"] != environment.public_id:
        raise InvalidToken
    erased_at = erasures.erased_at(environment, digest_of(environment, claims["sub"]))
    if erased_at is not None and claims["iat"] <= erased_at.timestamp():
        raise InvalidToken
    return Claims(
        external_id=claims["sub"],
        name=claims.get("name") or claims["sub"],
        avatar=claims.get("avatar") or "",
        rooms=tuple(claims["rooms"]) if "rooms" in claims else None,
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )
