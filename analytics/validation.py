"""What an event must be. The one place that knows; the typed decoder is only a short cut to it.

Every member is checked in the order of the contract's table and the first fault is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from analytics.errors import Fault
from analytics.models import MAX_INSERT_ID, MAX_NAME, MAX_REFERENCE

MAX_EVENT_BYTES = 32 * 1024
MAX_KEYS = 255
MAX_KEY_LENGTH = 255
MAX_DEPTH = 5
MAX_DIGITS = 4000
DAY_MS = 86_400_000
SKEW_MS = 5 * 60_000
OLDEST_MS = 31_536_000_000  # 1971-01-01
INSERT_ID_NAMES = ("insertId", "messageId", "$insert_id", "eventId")
KNOWN = frozenset(
    ("name", "properties", "meta", "userId", "sessionId", "timestamp", "id", *INSERT_ID_NAMES)
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Accepted(msgspec.Struct, gc=False):
    """An event that passed: its properties as JSON text, its instant in milliseconds since 1970."""

    name: str
    properties: str
    user_id: str | None
    session_id: str | None
    timestamp_ms: int
    insert_id: str | None


class Rejected(Exception):
    """Carries the fault of one event out of the checks below; never leaves this package."""

    def __init__(self, field: str, reason: str, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(field, reason, message)


def accept(event: Any, *, now_ms: int) -> Accepted:
    """Check one decoded event. Raises Rejected with the first fault."""
    if not isinstance(event, dict):
        raise Rejected("", "type", "Event must be a JSON object")
    return assemble(
        name=check_name(event.get("name")),
        properties=_merged(event),
        user_id=_reference(event.get("userId"), "userId"),
        session_id=_reference(event.get("sessionId"), "sessionId"),
        timestamp=event.get("timestamp"),
        insert_id=_insert_id(event),
        now_ms=now_ms,
    )


def assemble(
    *,
    name: str,
    properties: dict[str, Any] | None,
    user_id: str | None,
    session_id: str | None,
    timestamp: Any,
    insert_id: str | None,
    now_ms: int,
) -> Accepted:
    """The last steps, shared with the typed decoder: the instant, the text, the size."""
    timestamp_ms = now_ms if timestamp is None else check_timestamp(timestamp, now_ms=now_ms)
    text = msgspec.json.encode(properties).decode() if properties else "{}"
    if len(text) > MAX_EVENT_BYTES // 4 and len(text.encode()) + len(name) > MAX_EVENT_BYTES:
        raise Rejected("properties", "too_large", "Event must be at most 32 KiB")
    return Accepted(name, text, user_id, session_id, timestamp_ms, insert_id)


def check_name(name: Any) -> str:
    if not isinstance(name, str) or not name or name.isspace():
        raise Rejected("name", "required", "Event name is required")
    if len(name) > MAX_NAME:
        raise Rejected("name", "too_long", "Event name must be at most 200 characters")
    if not name.isprintable() and _CONTROL.search(name):
        # The contract's table gives control characters the sentence of the length.
        raise Rejected("name", "control_characters", "Event name must be at most 200 characters")
    return name


def check_timestamp(value: Any, *, now_ms: int) -> int:
    """Milliseconds of an ISO 8601 date-time, a date, or an integer of epoch milliseconds."""
    moment_ms = parse_instant_ms(value)
    if moment_ms is None:
        raise Rejected("timestamp", "invalid", "timestamp must be an ISO 8601 date-time")
    if moment_ms > now_ms:
        if moment_ms - now_ms > DAY_MS:
            raise Rejected("timestamp", "too_far_ahead", "timestamp must be at most 24 hours ahead")
        if moment_ms - now_ms <= SKEW_MS:
            return now_ms
    elif moment_ms < OLDEST_MS:
        raise Rejected("timestamp", "too_old", "timestamp must not be before 1971")
    return moment_ms


def parse_instant_ms(value: Any) -> int | None:
    """None where ``value`` is no instant at all."""
    if isinstance(value, str):
        if not _ISO.fullmatch(value):
            return None
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) // _MILLISECOND
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return None


def check_object(value: Any, field: str) -> None:
    """Bounds of a free-form object: keys, their length, depth. ``field`` is where it stands."""
    _check_node(value, field, 1)


def _check_node(value: Any, path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Rejected(path, "too_deep", f"{path} must be nested at most {MAX_DEPTH} levels deep")
    if isinstance(value, dict):
        _check_keys(value, path)
        members: Iterable[tuple[Any, Any]] = value.items()
    else:
        members = enumerate(value)
    for key, inner in members:
        if isinstance(inner, dict | list):
            _check_node(inner, f"{path}.{key}", depth + 1)
        elif isinstance(inner, float):
            _check_finite(inner, f"{path}.{key}")


def _check_keys(value: dict[str, Any], path: str) -> None:
    if len(value) > MAX_KEYS:
        raise Rejected(path, "too_many_keys", f"{path} must have at most {MAX_KEYS} keys")
    for key in value:
        if len(key) > MAX_KEY_LENGTH:
            message = f"{path} must have keys of at most {MAX_KEY_LENGTH} characters"
            raise Rejected(f"{path}.{key[:32]}…", "key_too_long", message)


def _check_finite(value: float, path: str) -> None:
    if value != value or value in (float("inf"), float("-inf")):
        raise Rejected(
            path, "not_finite", f"{path} must be a finite number of at most {MAX_DIGITS} digits"
        )


def cleaned(value: Any) -> Any:
    """Free-form data with what no database stores (NUL, lone surrogates) replaced by U+FFFD."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_UNSTORABLE.sub("\ufffd", key): cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [cleaned(inner) for inner in value]
    return value


def _merged(event: dict[str, Any]) -> dict[str, Any]:
    """``properties`` with ``meta`` and unknown scalars in their places."""
    properties, meta = event.get("properties"), event.get("meta")
    if properties is None:
        properties = {}
    elif not isinstance(properties, dict):
        raise Rejected("properties", "type", "properties must be an object")
    check_object(properties, "properties")
    if isinstance(meta, dict):
        check_object(meta, "meta")
        if event.get("properties") is None:
            properties = meta
        elif meta:
            own = properties.get("$meta")
            properties = {
                **properties,
                "$meta": {**meta, **(own if isinstance(own, dict) else {})},
            }
    context = {
        key[:MAX_KEY_LENGTH]: value
        for key, value in event.items()
        if key not in KNOWN and isinstance(value, str | int | float)
    }
    if isinstance(meta, str | int | float):
        context["meta"] = meta
    if context:
        check_object(context, "$context")
        own = properties.get("$context")
        properties = {
            **properties,
            "$context": {**context, **(own if isinstance(own, dict) else {})},
        }
    return cleaned(properties) if properties else properties


def _reference(value: Any, field: str) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Rejected(field, "type", f"{field} must be a string")
    if len(value) > MAX_REFERENCE:
        raise Rejected(field, "too_long", f"{field} must be at most {MAX_REFERENCE} characters")
    if _UNSTORABLE.search(value):
        raise Rejected(field, "control_characters", f"{field} must not contain NUL")
    return value


def _insert_id(event: dict[str, Any]) -> str | None:
    for field in INSERT_ID_NAMES:
        value = event.get(field)
        if value is None:
            continue
        if not isinstance(value, str) or not 0 < len(value) <= MAX_INSERT_ID:
            raise Rejected(
                field, "invalid", f"{field} must be a string of 1 to {MAX_INSERT_ID} characters"
            )
        if _UNSTORABLE.search(value):
            raise Rejected(field, "control_characters", f"{field} must not contain NUL")
        return value
    return None
