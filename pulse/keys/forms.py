"""The shape of an API key: ``<prefix><43 base62><6 base62 of CRC-32>``.

The checksum lets a mistyped or truncated key be refused without a query, and secret scanners tell a
real key from a look-alike.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable

from pulse import ids

SECRET_LENGTH = 43  # base62 characters: 256 bits
CHECKSUM_LENGTH = 6
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_BODY = re.compile(rf"[0-9A-Za-z]{{{SECRET_LENGTH + CHECKSUM_LENGTH}}}")


def checksum(prefix: str, secret: str) -> str:
    return ids.base62(zlib.crc32((prefix + secret).encode()), CHECKSUM_LENGTH)


def mint(prefix: str) -> str:
    """A new key with that prefix, for example ``mint("pk_live_")``."""
    secret = ids.random_base62(SECRET_LENGTH)
    return f"{prefix}{secret}{checksum(prefix, secret)}"


def plausible(token: str, prefix: str) -> bool:
    """Whether ``token`` is of the minted form, checksum included, or an imported UUID-shaped key."""
    body = token[len(prefix) :]
    if prefix == "pulse_sk_" and _UUID.fullmatch(body):
        return True
    return bool(_BODY.fullmatch(body)) and body[SECRET_LENGTH:] == checksum(
        prefix, body[:SECRET_LENGTH]
    )


def plausible_for(token: str, prefixes: Iterable[str]) -> bool:
    """Whether ``token`` is of the form of any of these."""
    return any(token.startswith(prefix) and plausible(token, prefix) for prefix in prefixes)


def digest(token: str) -> str:
    """What is stored: SHA-256 in hex. Keys are random and long, so a slow hash would add only cost."""
    return hashlib.sha256(token.encode()).hexdigest()
