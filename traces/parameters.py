"""Query parameters one by one; all mistakes of a query are reported together, as the contract does.

Unknown parameters are ignored, and of a repeated one the first counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pulse import strictjson
from traces import instants
from traces.errors import InvalidDate, InvalidQuery

Parameters = Mapping[str, str]
_INTEGER = re.compile(r"-?\d{1,17}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,17}(\.\d{1,9})?", re.ASCII)


class Reader:
    """Reads parameters one by one and remembers what is wrong with them."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.issues: list[dict[str, Any]] = []
        self._unread = set(parameters)

    def wrong(self, name: str, code: str, message: str) -> None:
        self.issues.append({"code": code, "path": [name], "message": message})

    def _read(self, name: str) -> str | None:
        self._unread.discard(name)
        return self.parameters.get(name)

    def refuse_others(self) -> None:
        """Make a mistake of every parameter that nobody has read."""
        for name in sorted(self._unread):
            self.wrong(name, "unrecognized_keys", f'Unrecognized key: "{name}"')

    def finish(self) -> None:
        if self.issues:
            raise InvalidQuery(self.issues)

    def text(self, name: str) -> str:
        """A string; the empty one is no filter."""
        value = self._read(name) or ""
        if not strictjson.storable(value):
            self.wrong(name, "invalid_format", "Invalid string: holds a character nothing can hold")
            return ""
        return value

    def choice(self, name: str, options: tuple[str, ...], default: str = "") -> str:
        value = self._read(name)
        if value is None:
            return default
        if value not in options:
            listed = "|".join(f'"{option}"' for option in options)
            self.wrong(name, "invalid_value", f"Invalid option: expected one of {listed}")
            return default
        return value

    def integer(self, name: str, default: int, minimum: int, maximum: int) -> int:
        value = self._read(name)
        if value is None:
            return default
        if not _INTEGER.fullmatch(value):
            self.wrong(name, "invalid_type", "Invalid input: expected int, received NaN")
            return default
        number = int(value)
        if number < minimum:
            self.wrong(name, "too_small", f"Too small: expected number to be >={minimum}")
        elif number > maximum:
            self.wrong(name, "too_big", f"Too big: expected number to be <={maximum}")
        return number

    def number(self, name: str) -> float | None:
        value = self._read(name)
        if value is None or value == "":
            return None
        if not _NUMBER.fullmatch(value):
            self.wrong(name, "invalid_type", "Invalid input: expected number, received NaN")
            return None
        return float(value)

    def date(self, name: str, *, end_of_day: bool) -> int | None:
        value = self._read(name)
        if value is None:
            return None
        try:
            return instants.filter_ms(value, end_of_day=end_of_day)
        except ValueError:
            raise InvalidDate(name) from None

    def instant(self, name: str) -> int:
        """A required RFC 3339 date-time with its zone."""
        value = self._read(name)
        if value is None:
            self.wrong(name, "invalid_type", "Invalid input: expected string, received undefined")
            return 0
        try:
            return instants.rfc_3339_ms(value)
        except ValueError:
            self.wrong(name, "invalid_format", "Invalid ISO datetime")
            return 0
