"""JSON in: what both databases can store and no parser chokes on, or a refusal that says where.

Python's parser accepts NaN, infinite numbers, NUL and lone surrogates; PostgreSQL refuses each of
them and SQLite stores most. Typed members are refused, free-form members are cleaned to U+FFFD.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from pulse.errors import FieldError, InvalidInput, MalformedBody

MAX_DEPTH = 64
MAX_NODES = 100_000
MAX_KEY = 256
MAX_INTEGER = 2**63
INTEGERS = range(-MAX_INTEGER, MAX_INTEGER)
FREE_INTEGERS = range(-(2**63), 2**64)
"""Of free-form members: what can be written out again."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def storable(text: str) -> bool:
    """Whether both databases can store ``text``: no NUL, no lone surrogate."""
    return _UNSTORABLE.search(text) is None


def clean(text: str) -> str:
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def loads(data: bytes, *, free_form: Iterable[str] = ()) -> Any:
    """Parse a body.

    Members named in ``free_form`` (of the body, or of each item where the body is an array) are
    cleaned instead of refused. Raises MalformedBody when it is not JSON, InvalidInput with the
    dotted path when a value cannot be stored.
    """
    try:
        value = json.loads(
            data.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite
        )
    except (ValueError, RecursionError) as error:
        raise MalformedBody from error
    return _Walk(frozenset(free_form)).over(value)


class _Walk:
    """An iterative pass over a parsed document: depth, size, and every string checked."""

    def __init__(self, free_form: frozenset[str]) -> None:
        self.free_form = free_form
        self.nodes = 0

    def over(self, root: Any) -> Any:
        holder = [root]
        stack: list[tuple[Any, tuple[str, ...], bool]] = [(holder, (), False)]
        while stack:
            container, path, free = stack.pop()
            if len(path) > MAX_DEPTH:
                raise InvalidInput(
                    "The body is nested too deeply.",
                    fields=[_problem(path[:4], "is nested too deeply")],
                )
            items = (
                list(container.items())
                if isinstance(container, dict)
                else list(enumerate(container))
            )
            self.nodes += len(items)
            if self.nodes > MAX_NODES:
                raise InvalidInput("The body has too many members.")
            for key, value in items:
                below = path if container is holder else (*path, str(key))
                inside = free or self._enters_free_form(below)
                if isinstance(key, str):
                    key = self._check_key(container, key, path, free)
                self._check(container, key, value, below, inside)
                if isinstance(value, dict | list):
                    stack.append((value, below, inside))
        return holder[0]

    def _enters_free_form(self, path: tuple[str, ...]) -> bool:
        if len(path) == 2 and path[0].isdigit():
            path = path[1:]
        return len(path) == 1 and path[0] in self.free_form

    def _check_key(self, container: Any, key: str, path: tuple[str, ...], free: bool) -> str:
        if len(key) > MAX_KEY and not free:
            raise InvalidInput(fields=[_problem((*path, key[:40]), "has a name that is too long")])
        if storable(key):
            return key
        if not free:
            raise InvalidInput(
                fields=[_problem((*path, clean(key)[:40]), "has a name that cannot be stored")]
            )
        fresh = clean(key)
        container[fresh] = container.pop(key)
        return fresh

    def _check(
        self, container: Any, key: Any, value: Any, path: tuple[str, ...], free: bool
    ) -> None:
        if isinstance(value, str) and not storable(value):
            if not free:
                raise InvalidInput(
                    fields=[_problem(path, "contains a character that cannot be stored")]
                )
            container[key] = clean(value)
        elif (
            isinstance(value, int)
            and not isinstance(value, bool)
            and value not in (FREE_INTEGERS if free else INTEGERS)
        ):
            raise InvalidInput(fields=[_problem(path, "is out of range")])


def _problem(path: tuple[str, ...], reason: str) -> FieldError:
    return FieldError(clean(".".join(path)), reason)
