"""Public identifiers: a type prefix and a ULID, sortable by time of creation."""

from __future__ import annotations

import secrets
import string

from ulid import ULID

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def new_id(prefix: str) -> str:
    """``emp`` → ``emp_01J…``: the prefix, an underscore and 26 characters of Crockford base 32."""
    return f"{prefix}_{ULID()}"


def random_base62(length: int) -> str:
    return "".join(secrets.choice(BASE62) for _ in range(length))


def base62(number: int, width: int = 0) -> str:
    digits = ""
    while number:
        number, remainder = divmod(number, 62)
        digits = BASE62[remainder] + digits
    return digits.rjust(width, "0")
