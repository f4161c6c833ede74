"""Public identifiers: a type prefix and a ULID, sortable by time of creation."""

from __future__ import annotations

import itertools
import os
import secrets
import string
import threading
import time
from functools import lru_cache

BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def new_id(prefix: str) -> str:
    """``emp`` → ``emp_01J…``: the prefix, an underscore and 26 characters of Crockford base 32."""
    return f"{prefix}_{_ulid()}"


RANDOM_LENGTH = 16
STOCK_LENGTH = 256 * RANDOM_LENGTH

_lock = threading.Lock()
_last = ""
_stock = ""
"""Random characters not used yet. Asking the system gives the interpreter away, which under load costs
the caller 30 µs until it has it back; so it is asked for many ids at once."""
_PAIRS = [first + second for first in BASE32 for second in BASE32]
_OF_BYTE = (BASE32 * 8).encode()
_NEXT = dict(itertools.pairwise(BASE32))


def _ulid() -> str:
    """48 bits of milliseconds, 80 random ones; ascending within this process.

    Every request takes one: this costs 1 µs where the ulid package takes 25.
    """
    global _last, _stock
    milliseconds = time.time_ns() // 1_000_000
    with _lock:
        if not _stock:
            _stock = os.urandom(STOCK_LENGTH).translate(_OF_BYTE).decode()
        made = _time_part(milliseconds) + _stock[:RANDOM_LENGTH]
        _stock = _stock[RANDOM_LENGTH:]
        if made <= _last and made[:-RANDOM_LENGTH] == _last[:-RANDOM_LENGTH]:
            made = _after(_last)
        _last = made
    return made


@lru_cache(maxsize=2)
def _time_part(milliseconds: int) -> str:
    return "".join([_PAIRS[milliseconds >> shift & 1023] for shift in (40, 30, 20, 10, 0)])


def _after(text: str) -> str:
    """The next one in order."""
    kept = text.rstrip(BASE32[-1])
    return kept[:-1] + _NEXT[kept[-1]] + BASE32[0] * (len(text) - len(kept))


def _forget_stock() -> None:
    global _stock
    _stock = ""


os.register_at_fork(after_in_child=_forget_stock)  # or parent and child would use the same bytes


def random_base62(length: int) -> str:
    return "".join(secrets.choice(BASE62) for _ in range(length))


def base62(number: int, width: int = 0) -> str:
    digits = ""
    while number:
        number, remainder = divmod(number, 62)
        digits = BASE62[remainder] + digits
    return digits.rjust(width, "0")
