"""Query parameters that lists and reports share, checked and typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from analytics.models import MAX_NAME, MAX_REFERENCE
from analytics.validation import MAX_KEY_LENGTH, parse_instant_ms
from pulse.errors import FieldError, InvalidInput
from pulse.strictjson import storable

Parameters = Mapping[str, Sequence[str]]
"""Every value of every query parameter, in the order given."""

MAX_LIMIT = 1000
MAX_OFFSET = 10_000
MAX_PROPERTIES = 5
MAX_NAMES = 50
NO_ZONES = ("localtime", "posixrules", "Factory")
"""Files beside the time zones of IANA: what they say differs from machine to machine."""
MIN_DIGITS = 11
LATEST_MS = 253_402_300_800_000  # the year 10000, where no date type follows


@dataclass(frozen=True, slots=True)
class Filters:
    """Which events: exact names or prefixes, one user, one session, [from, to), property values."""

    names: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    user_id: str = ""
    session_id: str = ""
    from_ms: int | None = None
    to_ms: int | None = None
    properties: tuple[tuple[str, str], ...] = field(default=())

    @property
    def time_only(self) -> bool:
        """Whether the roll-up can answer: nothing but names and time is asked for."""
        return not (self.user_id or self.session_id or self.properties)

    @property
    def any_name(self) -> bool:
        return not (self.names or self.prefixes)


def refuse(name: str, message: str, reason: str = "invalid") -> NoReturn:
    raise InvalidInput(message, fields=[FieldError(name, reason)])


READ = ("name", "from", "to", "userId", "sessionId")


def parse(parameters: Parameters) -> Filters:
    """Raises InvalidInput naming the first parameter that is wrong; unknown ones are ignored."""
    exact, prefixes = names(parameters.get("name", ()))
    from_ms, to_ms = instant(parameters, "from"), instant(parameters, "to")
    if from_ms is not None and to_ms is not None and from_ms >= to_ms:
        refuse("from", "from must be before to", "range")
    return Filters(
        names=exact,
        prefixes=prefixes,
        user_id=text(parameters, "userId", MAX_REFERENCE),
        session_id=text(parameters, "sessionId", MAX_REFERENCE),
        from_ms=from_ms,
        to_ms=to_ms,
        properties=_properties(parameters),
    )


def read_by_parse(parameters: Parameters) -> dict[str, list[str]]:
    """What ``parse`` reads of ``parameters``, to be kept and parsed later; only what can be stored."""
    return {
        name: [value for value in values if storable(value)]
        for name, values in parameters.items()
        if is_filter(name) and storable(name)
    }


def is_filter(name: str) -> bool:
    """Whether ``parse`` reads the parameter of this name."""
    return name in READ or name.startswith("prop.")


def from_members(body: Mapping[str, Any]) -> dict[str, list[str]]:
    """Query parameters that came as the members of a JSON object. Raises InvalidInput naming one."""
    return {name: _values(name, value) for name, value in body.items() if value is not None}


def _values(name: str, value: Any) -> list[str]:
    values = value if name == "name" and isinstance(value, list) else [value]
    if not all(isinstance(one, str | int | float) for one in values):
        refuse(name, f"{name} must be a string", "type")
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def text(parameters: Parameters, name: str, longest: int, default: str = "") -> str:
    value = _last(parameters, name) or default
    _check_text(name, value, longest)
    return value


def _check_text(name: str, value: str, longest: int) -> None:
    if len(value) > longest:
        refuse(name, f"{name} must be at most {longest} characters", "too_long")
    if "\x00" in value:
        refuse(name, f"{name} must not contain NUL", "control_characters")


def instant(parameters: Parameters, name: str) -> int | None:
    """Milliseconds of an ISO 8601 date or date-time, or of an integer of epoch milliseconds.

    Fewer digits are somebody's seconds, or a date without its hyphens.
    """
    value = _last(parameters, name)
    if value is None:
        return None
    digits = value.removeprefix("-")
    moment = (
        int(value)
        if digits.isascii() and digits.isdigit() and MIN_DIGITS <= len(digits) < 16
        else parse_instant_ms(value.replace(" ", "+"))  # an unescaped plus arrives as a space
        or parse_instant_ms(value)
    )
    if moment is None or not -LATEST_MS < moment < LATEST_MS:
        refuse(name, f"{name} must be an ISO 8601 date-time")
    return moment


def integer(
    parameters: Parameters, name: str, *, default: int, low: int, high: int, clamp: bool = False
) -> int:
    """An integer of [low, high]; with ``clamp`` a larger one counts as ``high``."""
    value = _last(parameters, name)
    if value is None:
        return default
    digits = value.removeprefix("-")
    number: float | None = None
    if digits.isascii() and digits.isdigit():
        number = int(value) if len(digits) < 19 else float(value)  # beyond what int converts
    if clamp and number is not None and number > high:
        return high
    if number is None or not low <= number <= high:
        refuse(name, f"{name} must be an integer from {low} to {high}", "out_of_range")
    return int(number)


def limit(parameters: Parameters, default: int, high: int = MAX_LIMIT) -> int:
    return integer(parameters, "limit", default=default, low=1, high=high, clamp=True)


def choice(parameters: Parameters, name: str, allowed: Sequence[str], default: str) -> str:
    value = _last(parameters, name)
    if value is None:
        return default
    if value not in allowed:
        refuse(name, f"{name} must be one of {', '.join(filter(None, allowed))}", "unknown")
    return value


def time_zone(parameters: Parameters, default: str = "UTC") -> str:
    """An IANA name."""
    return check_zone(_last(parameters, "tz") or default)


def check_zone(value: str) -> str:
    try:
        ZoneInfo(value)
        known = value not in NO_ZONES and not value.startswith(("posix/", "right/"))
    except (ValueError, OSError, LookupError):
        known = False
    if not known:
        refuse("tz", "tz must be an IANA time zone such as Europe/Vienna", "unknown")
    return value


def _last(parameters: Parameters, name: str) -> str | None:
    values = parameters.get(name)
    return values[-1] if values else None


def names(values: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The exact names among ``values``, and the prefixes: those that end with an asterisk."""
    exact, prefixes = [], []
    if len(values) > MAX_NAMES:
        refuse("name", f"name may be given at most {MAX_NAMES} times", "too_many")
    for value in values:
        _check_text("name", value, MAX_NAME)
        if value.endswith("*"):
            prefixes.append(value[:-1])
        elif value:
            exact.append(value)
    return tuple(exact), tuple(prefixes)


def _properties(parameters: Parameters) -> tuple[tuple[str, str], ...]:
    found = [
        (name.removeprefix("prop."), value)
        for name, values in parameters.items()
        if name.startswith("prop.") and name != "prop."
        for value in values
    ]
    if len(found) > MAX_PROPERTIES:
        refuse(f"prop.{found[-1][0]}", f"At most {MAX_PROPERTIES} properties", "too_many")
    for key, value in found:
        if len(key) > MAX_KEY_LENGTH:
            refuse(f"prop.{key[:32]}", "A property key is at most 255 characters", "too_long")
        if "\x00" in key + value:
            shown = f"prop.{key[:32]}".replace("\x00", "\ufffd")
            refuse(shown, f"{shown} must not contain NUL", "control_characters")
    return tuple(found)
