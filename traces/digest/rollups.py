"""Roll-ups: what rows add to (or, deleted, take from) their 15-minute and daily buckets.

Called inside the transaction that writes the rows, under the environment's lock, so the buckets can
be read, added to and written back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from traces import sketches, statements
from traces.instants import MINUTE_MS, QUARTER_MS
from traces.models.rollups import Width

BIGGEST = 2**63 - 1
BIGGEST_LATENCY_MS = 1e15  # sums stay finite whatever a client calls a latency
KEY_LENGTH = 200

RequestKey = tuple[int, str, str, str]  # bucket, provider, model, service
SpanKey = tuple[int, str, str, str]  # bucket, source, kind, tool


def bucket_of(timestamp_ms: int, width: int) -> int:
    span = width * MINUTE_MS
    return timestamp_ms // span * span


@dataclass(slots=True)
class RequestDelta:
    """What one bucket gains; negative where rows were deleted."""

    requests: int = 0
    errors: int = 0
    listed: int = 0
    listed_errors: int = 0
    cost: int = 0
    estimated: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    latency: float = 0.0
    bins: sketches.Bins = field(default_factory=dict)

    def merge(self, other: RequestDelta) -> None:
        self.requests += other.requests
        self.errors += other.errors
        self.listed += other.listed
        self.listed_errors += other.listed_errors
        self.cost += other.cost
        self.estimated += other.estimated
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.latency += other.latency
        sketches.add(self.bins, other.bins)


@dataclass(slots=True)
class SpanDelta:
    spans: int = 0
    errors: int = 0
    timed: int = 0
    duration: float = 0.0

    def merge(self, other: SpanDelta) -> None:
        self.spans += other.spans
        self.errors += other.errors
        self.timed += other.timed
        self.duration += other.duration


class Changes:
    """Everything a transaction changes in the roll-ups of one environment."""

    def __init__(self) -> None:
        self.requests: dict[RequestKey, RequestDelta] = {}
        self.spans: dict[SpanKey, SpanDelta] = {}

    def _delta(
        self, timestamp_ms: int, provider: str | None, model: str | None, service: str | None
    ) -> RequestDelta:
        key = (
            timestamp_ms // QUARTER_MS * QUARTER_MS,
            (provider or "")[:KEY_LENGTH],
            (model or "")[:KEY_LENGTH],
            (service or "")[:KEY_LENGTH],
        )
        delta = self.requests.get(key)
        if delta is None:
            delta = self.requests[key] = RequestDelta()
        return delta

    def count_request(self, request: Request, sign: int = 1) -> RequestDelta:
        delta = self._delta(request.timestamp_ms, request.provider, request.model, request.service)
        delta.requests += sign
        delta.errors += sign * request.failed
        delta.cost += sign * (request.cost or 0)
        delta.estimated += sign * (request.cost or 0) * request.estimated
        delta.input_tokens += sign * (request.input_tokens or 0)
        delta.output_tokens += sign * (request.output_tokens or 0)
        if request.latency_ms is not None:
            delta.latency += sign * min(request.latency_ms, BIGGEST_LATENCY_MS)
            index = sketches.bin_of(request.latency_ms)
            delta.bins[index] = delta.bins.get(index, 0) + sign
        return delta

    def count_listed(
        self,
        timestamp_ms: int,
        provider: str | None,
        model: str | None,
        *,
        failed: bool,
        sign: int = 1,
    ) -> None:
        delta = self._delta(timestamp_ms, provider, model, "")
        delta.listed += sign
        delta.listed_errors += sign * failed

    def count_span(self, span: CountedSpan, sign: int = 1) -> None:
        tool = (span.tool_name or "") if span.kind == "tool_use" else ""
        key = (
            span.timestamp_ms // QUARTER_MS * QUARTER_MS,
            span.source,
            span.kind,
            tool[:KEY_LENGTH],
        )
        delta = self.spans.get(key)
        if delta is None:
            delta = self.spans[key] = SpanDelta()
        delta.spans += sign
        delta.errors += sign * span.failed
        if span.duration_ms is not None:
            delta.timed += sign
            delta.duration += sign * min(span.duration_ms, BIGGEST_LATENCY_MS)


@dataclass(frozen=True, slots=True)
class Request:
    """What analytics count: a posted trace, or a span of kind ``llm_call``."""

    timestamp_ms: int
    provider: str | None
    model: str | None
    service: str | None
    failed: bool
    latency_ms: float | None
    cost: int | None
    estimated: bool
    input_tokens: int | None
    output_tokens: int | None


@dataclass(frozen=True, slots=True)
class CountedSpan:
    timestamp_ms: int
    source: str
    kind: str
    tool_name: str | None
    failed: bool
    duration_ms: float | None


def apply(cursor: Any, environment_id: int, changes: Changes) -> None:
    """Add ``changes`` to the buckets of both widths."""
    if changes.requests:
        _apply_requests(cursor, environment_id, Width.QUARTER, changes.requests)
        days: dict[RequestKey, RequestDelta] = {}
        for (moment, *rest), delta in changes.requests.items():
            key = (bucket_of(moment, Width.DAY), rest[0], rest[1], rest[2])
            days.setdefault(key, RequestDelta()).merge(delta)
        _apply_requests(cursor, environment_id, Width.DAY, days)
    if changes.spans:
        _apply_spans(cursor, environment_id, Width.QUARTER, changes.spans)
        span_days: dict[SpanKey, SpanDelta] = {}
        for (moment, *rest), span_delta in changes.spans.items():
            key = (bucket_of(moment, Width.DAY), rest[0], rest[1], rest[2])
            span_days.setdefault(key, SpanDelta()).merge(span_delta)
        _apply_spans(cursor, environment_id, Width.DAY, span_days)


def _bounded(number: int) -> int:
    return max(0, min(number, BIGGEST))


REQUEST_MEASURES = (
    "requests, errors, listed, listed_errors, cost_micro_cents, estimated_micro_cents,"
    " input_tokens, output_tokens, latency_sum_ms, sketch"
)
_SELECT_REQUESTS = (
    f"SELECT bucket_ms, provider, model, service, {REQUEST_MEASURES} FROM traces_rollup"
    " WHERE environment_id = %s AND width = %s AND bucket_ms IN ({values})"
)


def _upsert(table: str, keys: str, measures: str) -> str:
    columns = f"environment_id, width, {keys}"
    marks = ", ".join(["%s"] * (columns.count(",") + measures.count(",") + 2))
    sets = ", ".join(f"{name} = excluded.{name}" for name in measures.replace(" ", "").split(","))
    return (
        f"INSERT INTO {table} ({columns}, {measures}) VALUES ({marks})"
        f" ON CONFLICT ({columns}) DO UPDATE SET {sets}"
    )


_UPSERT_REQUESTS = _upsert("traces_rollup", "bucket_ms, provider, model, service", REQUEST_MEASURES)
_DELETE_EMPTY_REQUESTS = (
    "DELETE FROM traces_rollup WHERE environment_id = %s AND width = %s AND bucket_ms IN ({values})"
    " AND requests = 0 AND listed = 0"
)


def _apply_requests(
    cursor: Any, environment_id: int, width: int, deltas: dict[RequestKey, RequestDelta]
) -> None:
    buckets = sorted({key[0] for key in deltas})
    held = {
        (row[0], row[1], row[2], row[3]): row[4:]
        for row in statements.select_in(cursor, _SELECT_REQUESTS, [environment_id, width], buckets)
    }
    rows, emptied = [], []
    for key, delta in deltas.items():
        old = held.get(key)
        bins = dict(delta.bins)
        if old is not None:
            sketches.add(bins, sketches.unpack(old[9]))
        before = old or (0,) * 9
        gains = (
            delta.requests,
            delta.errors,
            delta.listed,
            delta.listed_errors,
            delta.cost,
            delta.estimated,
            delta.input_tokens,
            delta.output_tokens,
        )
        values = [_bounded(was + gain) for was, gain in zip(before[:8], gains, strict=True)]
        latency = max(0.0, before[8] + delta.latency)
        rows.append((environment_id, width, *key, *values, latency, sketches.pack(bins)))
        if values[0] == 0 and values[2] == 0:
            emptied.append(key[0])
    cursor.executemany(_UPSERT_REQUESTS, rows)
    _delete_empty(cursor, _DELETE_EMPTY_REQUESTS, environment_id, width, emptied)


_SELECT_SPANS = (
    "SELECT bucket_ms, source, kind, tool, spans, errors, timed, duration_sum_ms"
    " FROM traces_spanrollup"
    " WHERE environment_id = %s AND width = %s AND bucket_ms IN ({values})"
)
_UPSERT_SPANS = _upsert(
    "traces_spanrollup", "bucket_ms, source, kind, tool", "spans, errors, timed, duration_sum_ms"
)
_DELETE_EMPTY_SPANS = (
    "DELETE FROM traces_spanrollup"
    " WHERE environment_id = %s AND width = %s AND bucket_ms IN ({values}) AND spans = 0"
)


def _apply_spans(
    cursor: Any, environment_id: int, width: int, deltas: dict[SpanKey, SpanDelta]
) -> None:
    buckets = sorted({key[0] for key in deltas})
    held = {
        (row[0], row[1], row[2], row[3]): row[4:]
        for row in statements.select_in(cursor, _SELECT_SPANS, [environment_id, width], buckets)
    }
    rows, emptied = [], []
    for key, delta in deltas.items():
        spans, errors, timed, duration = held.get(key, (0, 0, 0, 0.0))
        left = _bounded(spans + delta.spans)
        rows.append(
            (
                environment_id,
                width,
                *key,
                left,
                _bounded(errors + delta.errors),
                _bounded(timed + delta.timed),
                max(0.0, duration + delta.duration),
            )
        )
        if not left:
            emptied.append(key[0])
    cursor.executemany(_UPSERT_SPANS, rows)
    _delete_empty(cursor, _DELETE_EMPTY_SPANS, environment_id, width, emptied)


def _delete_empty(
    cursor: Any, statement: str, environment_id: int, width: int, buckets: Iterable[int]
) -> None:
    for bucket in set(buckets):
        cursor.execute(statement.replace("{values}", "%s"), [environment_id, width, bucket])
