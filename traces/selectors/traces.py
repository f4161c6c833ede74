"""Reads of traces: lists with every filter, one trace, and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from pulse.tenancy.models import Environment
from traces import shapes, statements, words
from traces.models import Rollup, Score, Span, Trace
from traces.models.rollups import Width
from traces.queries import TraceFilter, TraceQuery
from traces.selectors import ranges, search

WINDOW = 5_000
"""A search by words works on so many matches at a time, the last received first."""
STREAM_ROWS = 500

_SORTS: dict[str, Any] = {
    "timestamp": F("timestamp_ms"),
    "latency": F("latency_ms"),
    "cost": F("cost_micro_cents"),
    "tokens": Coalesce(F("input_tokens"), 0) + Coalesce(F("output_tokens"), 0),
}


@dataclass(frozen=True, slots=True)
class TracePage:
    """One page of rows (TRACE_VALUES). ``total`` counts all that match; with ``bounded`` only those
    among the newest WINDOW traces that hold the words searched for."""

    rows: list[dict[str, Any]]
    total: int
    bounded: bool


def _bound(value: float) -> int:
    return round(min(max(value, 0), 9e12) * shapes.MICRO)


def windows(environment: Environment, wanted: TraceFilter) -> Iterator[QuerySet[Trace]]:
    """Every trace that ``wanted`` describes, in no order: all at once, or a window of a search each."""
    found = _by_columns(environment, wanted)
    if not wanted.searches:
        yield found
        return
    before: int | None = None
    while pks := _search(environment, wanted, before):
        yield found.filter(pk__in=pks)
        if len(pks) < WINDOW:
            return
        before = pks[-1]


def users(environment: Environment) -> list[str]:
    """Everybody whom a trace of the environment names."""
    rows = Trace.objects.within(environment).exclude(user_key=None)
    return [user for user in rows.values_list("user_key", flat=True).distinct() if user]


def _search(environment: Environment, wanted: TraceFilter, before: int | None) -> list[int]:
    """Keys of the newest traces before a key whose words and metadata fit; nothing else is checked."""
    sought = words.sought(wanted.text)
    if wanted.text and not sought:
        return []  # nothing but punctuation, which no text is found by
    members = [words.member_word(name, value) for name, value in wanted.metadata]
    if wanted.tag:
        members.append(words.member_word("tags", wanted.tag))
    return search.find(environment, sought, members, before=before, limit=WINDOW)


def _by_columns(environment: Environment, wanted: TraceFilter) -> QuerySet[Trace]:
    """What ``wanted`` says apart from words and metadata."""
    found = Trace.objects.within(environment).filter(**_exact(wanted), **_between(wanted))
    named = {"source": wanted.source, "service": wanted.service}
    of_span = {name: value for name, value in named.items() if value}
    if of_span:
        spans = Span.objects.within(environment).filter(trace_id=OuterRef("trace_id"), **of_span)
        found = found.filter(Exists(spans))
    tokens = {"tokens__gte": wanted.min_tokens, "tokens__lte": wanted.max_tokens}
    bounds = {name: bound for name, bound in tokens.items() if bound is not None}
    if bounds:
        found = found.alias(tokens=_SORTS["tokens"]).filter(**bounds)
    if wanted.scored:
        found = found.filter(Exists(_scores(environment, wanted)))
    return found


def _exact(wanted: TraceFilter) -> dict[str, Any]:
    named = {
        "session_id": wanted.session_id,
        "provider": wanted.provider,
        "status": wanted.status,
        "user_key": wanted.user[:200],
        "model_key": wanted.model[:200],
    }
    return {name: value for name, value in named.items() if value}


def _between(wanted: TraceFilter) -> dict[str, Any]:
    bounds = {
        "timestamp_ms__gte": wanted.from_ms,
        "timestamp_ms__lte": wanted.to_ms,
        "latency_ms__gte": wanted.min_latency_ms,
        "latency_ms__lte": wanted.max_latency_ms,
        "cost_micro_cents__gte": None
        if wanted.min_cost_cents is None
        else _bound(wanted.min_cost_cents),
        "cost_micro_cents__lte": None
        if wanted.max_cost_cents is None
        else _bound(wanted.max_cost_cents),
    }
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _scores(environment: Environment, wanted: TraceFilter) -> QuerySet[Score]:
    scores = Score.objects.within(environment).filter(trace_id=OuterRef("trace_id"))
    if wanted.score:
        scores = scores.filter(name=wanted.score)
    if wanted.min_score is not None:
        scores = scores.filter(value__gte=wanted.min_score)
    if wanted.max_score is not None:
        scores = scores.filter(value__lte=wanted.max_score)
    return scores


def list_traces(environment: Environment, query: TraceQuery) -> TracePage:
    """One page of the traces that match."""
    found, bounded = _by_columns(environment, query.filter), False
    if query.filter.searches:
        pks = _search(environment, query.filter, None)
        found, bounded = found.filter(pk__in=pks), len(pks) == WINDOW
        total = len(pks) if query.filter.only_searches else found.count()
    else:
        total = count_listed(environment, query.filter) if query.filter.counted else found.count()
    if query.offset >= total:
        return TracePage([], total, bounded)
    order = _SORTS[query.sort]
    if query.filter.searches and query.sort == "timestamp":
        # A sum, for no index is in order of it: PostgreSQL would go through the newest traces of
        # all, one by one, and look each up among the keys that were found.
        order = order + 0
    ordered = found.order_by(
        order.desc(nulls_last=True) if query.descending else order.asc(nulls_last=True), "-id"
    )
    if query.sort == "timestamp" and not query.filter.searches:
        ordered = found.order_by("-timestamp_ms", "-id")
        if not query.descending:
            ordered = ordered.reverse()
    rows = ordered.values(*shapes.TRACE_VALUES)[query.offset : query.offset + query.limit]
    return TracePage(list(rows), total, bounded)


def count_listed(environment: Environment, wanted: TraceFilter) -> int:
    """How many match, from the roll-ups, for a filter that they know (``wanted.counted``)."""
    segments = ranges.split(wanted.from_ms, wanted.to_ms)
    measured = Rollup.objects.within(environment)
    if wanted.provider:
        measured = measured.filter(provider=wanted.provider[:200])
    if wanted.model:
        measured = measured.filter(model=wanted.model[:200])
    total = 0
    for width, intervals in ((Width.DAY, segments.days), (Width.QUARTER, segments.quarters)):
        for start, end in intervals:
            sums = measured.filter(width=width, bucket_ms__gte=start, bucket_ms__lt=end).aggregate(
                listed=Sum("listed"), errors=Sum("listed_errors")
            )
            listed, errors = sums["listed"] or 0, sums["errors"] or 0
            total += {"": listed, "error": errors, "success": listed - errors}[wanted.status]
    rows = Trace.objects.within(environment).filter(**_exact(wanted))
    for sign, intervals in ((1, segments.edges), (-1, segments.rests)):
        for start, end in intervals:
            total += sign * rows.filter(timestamp_ms__gte=start, timestamp_ms__lt=end).count()
    return total


def with_ids(environment: Environment, trace_ids: Sequence[str]) -> QuerySet[Trace]:
    """The traces of these ids, in no order."""
    return Trace.objects.within(environment).filter(
        statements.with_ids("trace", environment.pk, trace_ids)
    )


def get_trace(environment: Environment, trace_id: str) -> dict[str, Any] | None:
    found = traces_by_id(environment, [trace_id])
    return found[0] if found else None


def trace_exists(environment: Environment, trace_id: str) -> bool:
    return with_ids(environment, [trace_id]).exists()


def traces_by_id(environment: Environment, trace_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of these ids, in their order."""
    rows = {
        row["trace_id"]: row
        for row in with_ids(environment, trace_ids).values(*shapes.TRACE_VALUES)
    }
    return [rows[one] for one in trace_ids if one in rows]


def spans_of(environment: Environment, trace_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The spans of each of these traces, earliest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    rows = (
        Span.objects.within(environment)
        .filter(trace_id__in=list(trace_ids))
        .order_by("timestamp_ms", "id")
        .values(*shapes.SPAN_VALUES)
    )
    for row in rows:
        found.setdefault(row["trace_id"], []).append(row)
    return found


def session_traces(environment: Environment, session_id: str) -> list[dict[str, Any]]:
    """All traces of a session, earliest first."""
    return list(
        Trace.objects.within(environment)
        .filter(session_id=session_id)
        .order_by("timestamp_ms", "id")
        .values(*shapes.TRACE_VALUES)
    )


def stream_traces(environment: Environment, wanted: TraceFilter) -> Iterator[dict[str, Any]]:
    """Everything that matches, newest first, a bounded number of rows in memory.

    A search by words comes a window at a time, and only within one of those in order of time.
    """
    for found in windows(environment, wanted):
        yield from _stream(found.order_by("-timestamp_ms", "-id").values(*shapes.TRACE_VALUES))


def _stream(found: QuerySet[Trace, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    last: tuple[int, int] | None = None
    while True:
        page = found
        if last is not None:
            page = page.filter(
                Q(timestamp_ms__lt=last[0]) | Q(timestamp_ms=last[0], id__lt=last[1]),
                timestamp_ms__lte=last[0],
            )
        rows = list(page[:STREAM_ROWS])
        yield from rows
        if len(rows) < STREAM_ROWS:
            return
        last = (rows[-1]["timestamp_ms"], rows[-1]["id"])


def neighbours(environment: Environment, row: dict[str, Any]) -> tuple[str | None, str | None]:
    """Ids of the next newer and the next older trace."""
    traces = Trace.objects.within(environment)
    at, pk = row["timestamp_ms"], row["id"]
    newer = (
        traces.filter(Q(timestamp_ms__gt=at) | Q(timestamp_ms=at, id__gt=pk), timestamp_ms__gte=at)
        .order_by("timestamp_ms", "id")
        .values_list("trace_id", flat=True)
        .first()
    )
    older = (
        traces.filter(Q(timestamp_ms__lt=at) | Q(timestamp_ms=at, id__lt=pk), timestamp_ms__lte=at)
        .order_by("-timestamp_ms", "-id")
        .values_list("trace_id", flat=True)
        .first()
    )
    return newer, older


def received_before(
    environment: Environment, before_ms: int, *, limit: int
) -> tuple[list[str], list[int]]:
    """Ids of traces, and keys of spans without a trace, received before a moment, the oldest first."""
    traces = (
        Trace.objects.within(environment)
        .filter(received_ms__lt=before_ms)
        .order_by("received_ms")
        .values_list("trace_id", flat=True)[:limit]
    )
    spans = (
        Span.objects.within(environment)
        .filter(received_ms__lt=before_ms, trace_id__isnull=True)
        .order_by("received_ms")
        .values_list("pk", flat=True)[:limit]
    )
    return list(traces), list(spans)
