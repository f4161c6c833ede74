"""Bodies into events: typed structs for what clients normally send, the full checks for the rest.

The short cut takes a body only when it is certain to give what ``validation.accept`` would give; a
property test holds the two together. Anything unusual (an unknown member, an escape of NUL or of a
surrogate, a wrong type) is decoded again without types and checked member by member.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, NoReturn

import msgspec

from analytics import validation
from analytics.errors import EventsEmpty, EventsMissing, Fault, NotAnObject, TooManyEvents
from analytics.validation import Accepted, Rejected

MAX_BATCH = 1000

Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=validation.MAX_REFERENCE)]


class TypedEvent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An event as the documentation shows it."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=validation.MAX_NAME)]
    properties: dict[str, Any] | None = None
    userId: Reference | None = None  # noqa: N815 - the contract's spelling
    sessionId: Reference | None = None  # noqa: N815
    timestamp: str | None = None
    insertId: (  # noqa: N815
        Annotated[str, msgspec.Meta(min_length=1, max_length=validation.MAX_INSERT_ID)] | None
    ) = None


class TypedBatch(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    events: list[TypedEvent]


_UNUSUAL = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, Rejected)
_typed_event = msgspec.json.Decoder(TypedEvent)
_typed_batch = msgspec.json.Decoder(TypedBatch)


def read_event(body: bytes, *, now_ms: int) -> Accepted:
    """One event. Raises NotAnObject or Rejected."""
    if _ordinary(body):
        try:
            return _from_typed(_typed_event.decode(body), now_ms)
        except _UNUSUAL:
            pass
    return validation.accept(read_object(body), now_ms=now_ms)


def read_batch(body: bytes, *, now_ms: int) -> tuple[list[Accepted], list[tuple[int, Fault]]]:
    """The good events of a batch, and (index, fault) of the others.

    Raises NotAnObject, EventsMissing, EventsEmpty or TooManyEvents when there is no batch to speak of.
    """
    if _ordinary(body):
        try:
            events = _typed_batch.decode(body).events
            if 0 < len(events) <= MAX_BATCH:
                return [_from_typed(event, now_ms) for event in events], []
        except _UNUSUAL:
            pass
    return check_all(_events_of(read_object(body)), now_ms=now_ms)


def check_all(events: list[Any], *, now_ms: int) -> tuple[list[Accepted], list[tuple[int, Fault]]]:
    good: list[Accepted] = []
    faults: list[tuple[int, Fault]] = []
    for index, event in enumerate(events):
        try:
            good.append(validation.accept(event, now_ms=now_ms))
        except Rejected as rejected:
            faults.append((index, rejected.fault))
    return good, faults


def read_object(body: bytes) -> dict[str, Any]:
    """Any JSON object, tolerant of NUL and lone surrogates in strings. Raises NotAnObject."""
    try:
        decoded = json.loads(body.decode(), parse_constant=_no_constant, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise NotAnObject from error
    if not isinstance(decoded, dict):
        raise NotAnObject
    return decoded


def _events_of(batch: dict[str, Any]) -> list[Any]:
    events = batch.get("events")
    if not isinstance(events, list):
        raise EventsMissing(details={"field": "events", "reason": "type"})
    if not events:
        raise EventsEmpty(details={"field": "events", "reason": "empty"})
    if len(events) > MAX_BATCH:
        raise TooManyEvents(details={"field": "events", "reason": "too_many"})
    return events


def _ordinary(body: bytes) -> bool:
    """Whether no string can hold what must be cleaned; a backslash before the escape is no matter."""
    return b"\\u0000" not in body and b"\\ud" not in body and b"\\uD" not in body


def _from_typed(event: TypedEvent, now_ms: int) -> Accepted:
    properties = event.properties
    if properties:
        validation.check_object(properties, "properties")
    return validation.assemble(
        name=validation.check_name(event.name),
        properties=properties,
        user_id=event.userId,
        session_id=event.sessionId,
        timestamp=event.timestamp,
        insert_id=event.insertId,
        now_ms=now_ms,
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _integer(text: str) -> int | float:
    """Beyond what Python converts the number counts as infinite, which the checks refuse by path."""
    return int(text) if len(text) <= validation.MAX_DIGITS else float("inf")
