"""Signatures: HR's header form, screening's, and Standard Webhooks beside either.

A secret is ``whsec_`` and base64 of 32 random bytes. The documented forms key HMAC with the bytes of
that whole string; Standard Webhooks keys it with the decoded 32 bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

SECRET_PREFIX = "whsec_"  # noqa: S105  # a prefix
TOLERANCE_SECONDS = 300


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def hex_hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def timed_signature(secrets_newest_first: Sequence[str], body: bytes, at: datetime) -> str:
    """``t=<unix>,v1=<hex>``, one ``v1`` for each secret.

    The old secret comes last: a receiver that turns the header into a dictionary keeps the last
    value, and that receiver is the one that still holds the old secret.
    """
    stamp = int(at.timestamp())
    message = b"%d." % stamp + body
    values = [f"v1={hex_hmac(secret, message)}" for secret in secrets_newest_first]
    return ",".join([f"t={stamp}", *values])


def verify_timed_signature(
    header: str,
    secret: str,
    body: bytes,
    *,
    now: datetime,
    tolerance_seconds: int = TOLERANCE_SECONDS,
) -> bool:
    """Whether any ``v1`` of the header fits, compared in constant time, and ``t`` is recent."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    if len(stamps) != 1 or not re.fullmatch(r"[0-9]{1,12}", stamps[0]):
        return False
    if abs(now.timestamp() - int(stamps[0])) > tolerance_seconds:
        return False
    wanted = hex_hmac(secret, f"{stamps[0]}.".encode() + body).encode()
    candidates = [value.encode() for name, _, value in parts if name == "v1"]
    return any([hmac.compare_digest(wanted, candidate) for candidate in candidates])  # noqa: C419


def standard_key(secret: str) -> bytes:
    """The key bytes by the Standard Webhooks specification; a secret of another form is used as it is."""
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def standard_signature(
    secrets_newest_first: Sequence[str], *, message_id: str, body: bytes, at: datetime
) -> str:
    """``v1,<base64>`` for each secret, space separated, over ``id.timestamp.body``."""
    message = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return " ".join(
        "v1," + base64.b64encode(hmac.digest(standard_key(one), message, "sha256")).decode()
        for one in secrets_newest_first
    )
