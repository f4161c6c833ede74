"""The 8-character public id of an event: a keyed permutation of its sequence number.

Random ids of that length would clash (16 % at 10 million events) and need a unique index. A Feistel
network over 48 bits, walked until it lands below 62**8, never clashes, needs no column and is
reversible, so ``GET /events/{id}`` is a primary key look-up.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from pulse import ids

LENGTH = 8
SPACE = 62**LENGTH
_HALF_BITS = 24
_HALF = (1 << _HALF_BITS) - 1
_MULTIPLIER = 0x9E3779B1
_PAIRS = [first + second for first in ids.BASE62 for second in ids.BASE62]
_VALUES = {character: value for value, character in enumerate(ids.BASE62)}

Keys = tuple[int, int, int, int]


@lru_cache(maxsize=10_000)
def keys_of(environment_public_id: str) -> Keys:
    """Round keys of an environment. Its public id is part of no answer of this product."""
    digest = sha256(f"analytics.event:{environment_public_id}".encode()).digest()
    first, second, third, fourth = (
        int.from_bytes(digest[start : start + 4], "big") for start in (0, 4, 8, 12)
    )
    return first, second, third, fourth


def encode(number: int, keys: Keys) -> str:
    """The public id of event ``number`` (0 ≤ number < 62**8)."""
    while True:
        left, right = number >> _HALF_BITS, number & _HALF
        for key in keys:
            left, right = right, left ^ ((((right ^ key) * _MULTIPLIER) >> 9) & _HALF)
        number = left << _HALF_BITS | right
        if number < SPACE:
            return _spell(number)


def _spell(number: int) -> str:
    high, low = divmod(number, 62**4)
    first, second = divmod(high, 62**2)
    third, fourth = divmod(low, 62**2)
    return _PAIRS[first] + _PAIRS[second] + _PAIRS[third] + _PAIRS[fourth]


def decode(text: str, keys: Keys) -> int | None:
    """The number behind a public id; None where no event can have it."""
    if len(text) != LENGTH or not _VALUES.keys() >= set(text):
        return None
    number = 0
    for character in text:
        number = number * 62 + _VALUES[character]
    while True:
        left, right = number >> _HALF_BITS, number & _HALF
        for key in reversed(keys):
            left, right = right ^ ((((left ^ key) * _MULTIPLIER) >> 9) & _HALF), left
        number = left << _HALF_BITS | right
        if number < SPACE:
            return number
