"""The tolerant path of ingest: it says what is wrong with a batch, or mends what may be mended.

The typed decoder takes nearly every batch. What it refuses comes here: a batch with mistakes is
answered with every issue of every item in schema order, and a batch that is merely unusual (``1.0``
for an integer, NUL or half a surrogate pair in a text) is cleaned and accepted, because the published
clients never send a refused batch again.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

import orjson

from traces import instants
from traces.decoding import items

_INTEGER = re.compile(r"-?\d{1,20}", re.ASCII)
MAX_DEPTH = 200  # what the answers' encoder can write with room to spare

Issue = dict[str, Any]
Finding = tuple[str, str]
Check = Callable[[Any], tuple[Any, Finding | None]]
MISSING = object()


class NotJson(ValueError):
    """The body is not JSON at all."""


def parse(body: bytes) -> Any:
    """JSON with every text cleaned: NUL and lone surrogates become U+FFFD. Raises NotJson."""
    try:
        value = json.loads(
            body.decode(),
            parse_constant=_refuse_constant,
            parse_float=_finite_or_text,
            parse_int=integer,
        )
        return clean(value)
    except (ValueError, RecursionError) as error:
        raise NotJson from error


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _finite_or_text(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def integer(value: Any) -> Any:
    """An integer of its digits; of more than 64 bits the digits, for the encoder has none wider."""
    if not isinstance(value, str) or not _INTEGER.fullmatch(value):
        return value
    number = int(value)
    return number if -(2**63) <= number < 2**64 else value


def clean(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if depth > MAX_DEPTH:
        raise NotJson("nested too deep")
    if isinstance(value, dict):
        return {clean_text(key): clean(member, depth + 1) for key, member in value.items()}
    if isinstance(value, list):
        return [clean(member, depth + 1) for member in value]
    return value


def clean_text(text: str) -> str:
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def examine(batch: Any, fields: dict[str, tuple[bool, Check]]) -> tuple[list[Any], list[Issue]]:
    """(normalised items, issues) of a parsed batch; items are worth something only without issues."""
    if not isinstance(batch, list):
        return [], [_issue("invalid_type", [], f"expected array, received {_kind(batch)}")]
    found: list[Issue] = []
    if len(batch) > items.MAX_ITEMS:
        found.append(
            {
                "code": "too_big",
                "path": [],
                "message": f"Too big: expected array to have <={items.MAX_ITEMS} items",
            }
        )
    good = [
        _examine_item(item, position, fields, found)
        for position, item in enumerate(batch[: items.MAX_ITEMS])
    ]
    return good, found


def _examine_item(
    item: Any, position: int, fields: dict[str, tuple[bool, Check]], found: list[Issue]
) -> dict[str, Any]:
    if not isinstance(item, dict):
        found.append(_issue("invalid_type", [position], f"expected object, received {_kind(item)}"))
        return {}
    normal: dict[str, Any] = {}
    for name, (required, check) in fields.items():
        value = item.get(name, MISSING)
        if (value is MISSING or value is None) and not required:
            continue
        value, finding = check(value)
        if finding is not None:
            found.append(_issue(finding[0], [position, name], finding[1]))
        normal[name] = value
    return normal


def _issue(code: str, path: list[int | str], message: str) -> Issue:
    if code == "invalid_type":
        message = f"Invalid input: {message}"
    return {"code": code, "path": path, "message": message}


def _kind(value: Any) -> str:
    if value is MISSING:
        return "undefined"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _wrong_type(expected: str, value: Any) -> tuple[Any, Finding]:
    return value, ("invalid_type", f"expected {expected}, received {_kind(value)}")


def _text(minimum: int = 0, maximum: int | None = None) -> Check:
    def check(value: Any) -> tuple[Any, Finding | None]:
        if not isinstance(value, str):
            return _wrong_type("string", value)
        if len(value) < minimum:
            return value, (
                "too_small",
                f"Too small: expected string to have >={minimum} characters",
            )
        if maximum is not None and len(value) > maximum:
            return value, ("too_big", f"Too big: expected string to have <={maximum} characters")
        return value, None

    return check


def _uuid(value: Any) -> tuple[Any, Finding | None]:
    if not isinstance(value, str):
        return _wrong_type("string", value)
    if not items.UUID_PATTERN.match(value):
        return value, ("invalid_format", "Invalid UUID")
    return value, None


def _moment(value: Any) -> tuple[Any, Finding | None]:
    if not isinstance(value, str):
        return _wrong_type("string", value)
    try:
        instants.rfc_3339_ms(value)
    except ValueError:
        return value, ("invalid_format", "Invalid ISO datetime")
    return value, None


def _choice(options: tuple[str, ...]) -> Check:
    listed = "|".join(f'"{option}"' for option in options)

    def check(value: Any) -> tuple[Any, Finding | None]:
        if value not in options:
            return value, ("invalid_value", f"Invalid option: expected one of {listed}")
        return value, None

    return check


def _amount(maximum: float | None = None) -> Check:
    def check(value: Any) -> tuple[Any, Finding | None]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return _wrong_type("number", value)
        if value < 0:
            return value, ("too_small", "Too small: expected number to be >=0")
        if maximum is not None and value > maximum:
            return value, ("too_big", f"Too big: expected number to be <={maximum:.0f}")
        return float(value), None

    return check


def _count(value: Any) -> tuple[Any, Finding | None]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _wrong_type("number", value)
    if value != int(value):
        return value, ("invalid_type", "expected int, received number")
    if value < 0:
        return value, ("too_small", "Too small: expected number to be >=0")
    if value > items.MAX_INTEGER:
        return value, ("too_big", f"Too big: expected int to be <={items.MAX_INTEGER}")
    return int(value), None


def _object(value: Any) -> tuple[Any, Finding | None]:
    return (value, None) if isinstance(value, dict) else _wrong_type("record", value)


def _boolean(value: Any) -> tuple[Any, Finding | None]:
    return (value, None) if isinstance(value, bool) else _wrong_type("boolean", value)


def _anything(value: Any) -> tuple[Any, Finding | None]:
    return value, None


_cents = _amount(items.MAX_COST_CENTS)
_id = _text(1, items.MAX_ID)

TRACE_FIELDS: dict[str, tuple[bool, Check]] = {
    "trace_id": (True, _uuid),
    "session_id": (False, _id),
    "timestamp": (True, _moment),
    "latency_ms": (True, _amount()),
    "provider": (True, _choice(items.PROVIDERS)),
    "model_requested": (True, _text(1)),
    "model_used": (False, _text()),
    "provider_request_id": (False, _text()),
    "request_body": (True, _object),
    "response_body": (False, _object),
    "input_tokens": (False, _count),
    "output_tokens": (False, _count),
    "output_text": (False, _text()),
    "finish_reason": (False, _text()),
    "status": (True, _choice(items.STATUSES)),
    "error": (False, _object),
    "cost_cents": (False, _cents),
    "metadata": (False, _object),
}
SPAN_FIELDS: dict[str, tuple[bool, Check]] = {
    "span_id": (True, _id),
    "trace_id": (False, _id),
    "session_id": (True, _id),
    "parent_span_id": (False, _id),
    "timestamp": (True, _moment),
    "duration_ms": (False, _amount()),
    "source": (True, _choice(items.SOURCES)),
    "service": (False, _text()),
    "kind": (True, _choice(items.KINDS)),
    "event_type": (True, _text(1)),
    "status": (True, _choice(items.STATUSES)),
    "tool_use_id": (False, _text()),
    "tool_name": (False, _text()),
    "tool_input": (False, _anything),
    "tool_response": (False, _anything),
    "error": (False, _anything),
    "is_interrupt": (False, _boolean),
    "cwd": (False, _text()),
    "model": (False, _text()),
    "agent_name": (False, _text()),
    "provider": (False, _text()),
    "model_used": (False, _text()),
    "input_tokens": (False, _count),
    "output_tokens": (False, _count),
    "cost_cents": (False, _cents),
    "finish_reason": (False, _text()),
    "output_text": (False, _text()),
    "provider_request_id": (False, _text()),
    "metadata": (False, _object),
}


def encode(batch: list[Any]) -> bytes:
    """A normalised batch as the bytes that the inbox keeps."""
    return orjson.dumps(batch)
