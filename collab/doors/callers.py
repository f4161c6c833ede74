"""Who calls: the user of a token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collab.errors import InvalidToken
from collab.models import EnvironmentConfig, Participant
from collab.selectors import configs, people
from collab.services import people as people_services
from collab.services import tokens
from pulse import fastjson
from pulse.doors.plain import Response
from pulse.errors import Unauthenticated
from pulse.tenancy.models import Environment

UNCACHED = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Caller:
    """The user a token speaks for."""

    environment: Environment
    person: Participant
    config: EnvironmentConfig
    claims: tokens.Claims


def caller_of(environment: Environment, token: str, now: datetime) -> Caller:
    claims = tokens.read_token(environment, token)
    person = people.find_person(environment, claims.external_id)
    if person is None:
        person = people_services.keep_person(
            environment,
            external_id=claims.external_id,
            name=claims.name,
            avatar=claims.avatar,
            now=now,
        )
    if person.blocked:
        raise InvalidToken("This user may not connect")
    return Caller(environment, person, configs.config_of(environment), claims)


def caller_by_token(token: str, now: datetime) -> Caller:
    if not token:
        raise Unauthenticated("Invalid or missing user token")
    named = tokens.environment_named_by(token)
    environment = people.environment_called(named)
    if environment is None:
        raise InvalidToken
    return caller_of(environment, token, now)


def answered(body: dict[str, Any]) -> Response:
    return Response(200, fastjson.dumps(body))
