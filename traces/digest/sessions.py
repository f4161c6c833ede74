"""Sessions kept current: what new rows add, and what is left after rows were deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from traces import statements
from traces.decoding.items import LLM_CALL, MARKERS

BIGGEST = 2**63 - 1


@dataclass(slots=True)
class Seen:
    """What is known of one session, or what some rows add to it."""

    first: int
    last: int
    first_request: int | None = None
    last_request: int | None = None
    real: bool = False
    spans: int = 0
    posted: int = 0
    errors: int = 0
    end_duration: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0

    def merge(self, other: Seen) -> None:
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.first_request = _either(min, self.first_request, other.first_request)
        self.last_request = _either(max, self.last_request, other.last_request)
        self.real = self.real or other.real
        self.spans += other.spans
        self.posted += other.posted
        self.errors += other.errors
        if other.end_duration is not None:
            self.end_duration = other.end_duration
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.cost += other.cost


def _either(choose: Any, one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return int(choose(one, other))


class Sightings:
    """What a transaction saw of the sessions of one environment."""

    def __init__(self) -> None:
        self.by_id: dict[str, Seen] = {}

    def add(self, session_id: str, seen: Seen) -> None:
        held = self.by_id.get(session_id)
        if held is None:
            self.by_id[session_id] = seen
        else:
            held.merge(seen)


def seen_trace(
    timestamp_ms: int,
    *,
    failed: bool,
    input_tokens: int | None,
    output_tokens: int | None,
    cost: int | None,
) -> Seen:
    """What a posted trace says about its session."""
    return Seen(
        timestamp_ms,
        timestamp_ms,
        timestamp_ms,
        timestamp_ms,
        real=True,
        posted=1,
        errors=int(failed),
        input_tokens=input_tokens or 0,
        output_tokens=output_tokens or 0,
        cost=cost or 0,
    )


def seen_span(
    timestamp_ms: int,
    *,
    kind: str,
    event_type: str,
    in_trace: bool,
    failed: bool,
    duration_ms: float | None,
    input_tokens: int | None,
    output_tokens: int | None,
    cost: int | None,
) -> Seen:
    """What a span says about its session."""
    request = timestamp_ms if kind == LLM_CALL else None
    return Seen(
        timestamp_ms,
        timestamp_ms,
        request,
        request,
        real=in_trace and event_type not in MARKERS,
        spans=1,
        errors=int(failed),
        end_duration=duration_ms if event_type == "session_end" else None,
        input_tokens=(input_tokens or 0) if kind == LLM_CALL else 0,
        output_tokens=(output_tokens or 0) if kind == LLM_CALL else 0,
        cost=(cost or 0) if kind == LLM_CALL else 0,
    )


_MEASURES = (
    "first_ms",
    "last_ms",
    "first_request_ms",
    "last_request_ms",
    "real",
    "spans",
    "posted",
    "errors",
    "end_duration_ms",
    "input_tokens",
    "output_tokens",
    "cost_micro_cents",
)
_SELECT = (
    f"SELECT session_id, {', '.join(_MEASURES)} FROM traces_session"
    " WHERE environment_id = %s AND session_id IN ({values})"
)
_UPSERT = (
    f"INSERT INTO traces_session (environment_id, session_id, {', '.join(_MEASURES)})"
    f" VALUES ({', '.join(['%s'] * (len(_MEASURES) + 2))})"
    " ON CONFLICT (environment_id, session_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _MEASURES)
)


def apply(cursor: Any, environment_id: int, sightings: Sightings) -> None:
    """Write what was seen, on top of what was known."""
    known = statements.select_in(cursor, _SELECT, [environment_id], sorted(sightings.by_id))
    merged = dict(sightings.by_id)
    for session_id, *values in known:
        before = Seen(*values)
        before.merge(merged[session_id])
        merged[session_id] = before
    _write(cursor, environment_id, merged)


def _write(cursor: Any, environment_id: int, sessions: dict[str, Seen]) -> None:
    cursor.executemany(
        _UPSERT,
        [
            (
                environment_id,
                session_id,
                seen.first,
                seen.last,
                seen.first_request,
                seen.last_request,
                bool(seen.real),
                seen.spans,
                seen.posted,
                seen.errors,
                seen.end_duration,
                min(seen.input_tokens, BIGGEST),
                min(seen.output_tokens, BIGGEST),
                min(seen.cost, BIGGEST),
            )
            for session_id, seen in sessions.items()
        ],
    )


_TRACES_OF = (
    "SELECT session_id, timestamp_ms, status, input_tokens, output_tokens, cost_micro_cents"
    " FROM traces_trace WHERE environment_id = %s AND NOT derived AND session_id IN ({values})"
)
_SPANS_OF = (
    "SELECT session_id, timestamp_ms, kind, event_type, trace_id, status, duration_ms,"
    " input_tokens, output_tokens, cost_micro_cents"
    " FROM traces_span WHERE environment_id = %s AND session_id IN ({values})"
)


def recount(cursor: Any, environment_id: int, session_ids: Iterable[str]) -> None:
    """Count these sessions anew from the rows that are left; one without rows disappears."""
    wanted = sorted(set(session_ids))
    sightings = Sightings()
    for row in statements.select_in(cursor, _TRACES_OF, [environment_id], wanted):
        sightings.add(
            row[0],
            seen_trace(
                row[1],
                failed=row[2] == "error",
                input_tokens=row[3],
                output_tokens=row[4],
                cost=row[5],
            ),
        )
    for row in statements.select_in(cursor, _SPANS_OF, [environment_id], wanted):
        sightings.add(
            row[0],
            seen_span(
                row[1],
                kind=row[2],
                event_type=row[3],
                in_trace=row[4] is not None,
                failed=row[5] == "error",
                duration_ms=row[6],
                input_tokens=row[7],
                output_tokens=row[8],
                cost=row[9],
            ),
        )
    for session_id in wanted:
        cursor.execute(
            "DELETE FROM traces_session WHERE environment_id = %s AND session_id = %s",
            [environment_id, session_id],
        )
    _write(cursor, environment_id, sightings.by_id)
