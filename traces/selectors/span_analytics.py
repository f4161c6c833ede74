"""Reports on spans, from their own roll-ups and, at the edges of a range, from the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, Sum

from pulse.tenancy.models import Environment
from traces.instants import EARLIEST_MS, QUARTER_MS
from traces.models import Span, SpanRollup
from traces.models.rollups import Width
from traces.queries import AnalyticsQuery
from traces.selectors import ranges
from traces.selectors.cells import QUARTER, Periods, ratio

TOP = 5


def span_totals(environment: Environment, query: AnalyticsQuery) -> dict[str, Any]:
    """The body of GET /v1/analytics/spans."""
    spans = errors = timed = session_timed = 0
    duration = session_duration = 0.0
    kinds: dict[str, int] = {}
    sources: dict[str, int] = {}
    tools: dict[str, int] = {}
    periods: dict[str, int] = {}
    period_at = Periods(query.group_by)
    for moment, source, kind, tool, count, failed, with_time, total_ms in _span_cells(
        environment, query
    ):
        spans += count
        errors += failed
        timed += with_time
        duration += total_ms
        if kind == "session":
            session_timed += with_time
            session_duration += total_ms
        kinds[kind] = kinds.get(kind, 0) + count
        sources[source] = sources.get(source, 0) + count
        if tool:
            tools[tool] = tools.get(tool, 0) + count
        period = period_at[moment]
        periods[period] = periods.get(period, 0) + count
    error_rate = ratio(errors * 100, spans)
    return {
        "agentRuns": kinds.get("agent_run", 0),
        "toolCalls": kinds.get("tool_use", 0),
        "avgSessionDurationMs": ratio(session_duration, session_timed),
        "successRate": 100 - error_rate if spans else 0,
        "topTools": _counted("name", tools)[:TOP],
        "totalSpans": spans,
        "errorRate": error_rate,
        "avgDurationMs": ratio(duration, timed),
        "spansByKind": _counted("kind", kinds),
        "spansBySource": _counted("source", sources),
        "spansOverTime": [
            {"period": period, "count": count} for period, count in sorted(periods.items()) if count
        ],
    }


def _counted(name: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{name: key, "count": count} for key, count in ordered if count]


def _span_cells(environment: Environment, query: AnalyticsQuery) -> Iterator[tuple[Any, ...]]:
    segments = ranges.split(query.from_ms, query.to_ms, days=query.group_by != "hour")
    for width, intervals in ((Width.DAY, segments.days), (Width.QUARTER, segments.quarters)):
        for start, end in intervals:
            yield from (
                SpanRollup.objects.within(environment)
                .filter(width=width, bucket_ms__gte=start, bucket_ms__lt=end)
                .values_list(
                    "bucket_ms", "source", "kind", "tool", "spans", "errors", "timed",
                    "duration_sum_ms",
                )
            )  # fmt: skip
    for sign, intervals in ((1, segments.edges), (-1, segments.rests)):
        for start, end in intervals:
            yield from _from_rows(environment, start, end, sign)


def _from_rows(
    environment: Environment, start: int, end: int, sign: int
) -> Iterator[tuple[Any, ...]]:
    groups = (
        Span.objects.within(environment)
        .filter(timestamp_ms__gte=start, timestamp_ms__lt=end)
        .annotate(quarter=QUARTER)
        .values_list("quarter", "source", "kind", "tool_name")
        .annotate(
            spans=Count("pk"),
            errors=Count("pk", filter=Q(status="error")),
            timed=Count("duration_ms"),
            duration=Sum("duration_ms"),
        )
    )
    for quarter, source, kind, tool, *sums in groups.order_by():
        name = (tool or "")[:200] if kind == "tool_use" else ""
        moment = EARLIEST_MS + quarter * QUARTER_MS
        yield (moment, source, kind, name, *(sign * (one or 0) for one in sums))
