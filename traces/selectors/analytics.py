"""Reports from the roll-ups; the edges of a range that fill no bucket come from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q

from pulse.tenancy.models import Environment
from traces import instants, sketches
from traces.decoding.items import LLM_CALL
from traces.models import Rollup, Session, Span, SpanRollup, Trace
from traces.models.rollups import Width
from traces.queries import AnalyticsQuery
from traces.selectors import ranges
from traces.shapes import MICRO, number

TOP = 5
UNKNOWN_PROVIDER = "sdk"
UNKNOWN_MODEL = "unknown"
DIMENSIONS = ("provider", "model", "service")

_MEASURES = (
    "bucket_ms",
    "provider",
    "model",
    "service",
    "requests",
    "errors",
    "cost_micro_cents",
    "estimated_micro_cents",
    "input_tokens",
    "output_tokens",
    "latency_sum_ms",
    "sketch",
)


@dataclass(slots=True)
class Tally:
    """Sums over requests; money in micro-cents, latency in milliseconds."""

    requests: int = 0
    errors: int = 0
    cost: int = 0
    estimated: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    latency: float = 0.0
    packed: list[str] = field(default_factory=list)
    loose: sketches.Bins = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.requests += other.requests
        self.errors += other.errors
        self.cost += other.cost
        self.estimated += other.estimated
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.latency += other.latency
        self.packed += other.packed
        sketches.add(self.loose, other.loose)

    @property
    def cost_cents(self) -> float | int:
        return number(self.cost / MICRO) or 0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def average_latency(self) -> float | int:
        return ratio(self.latency, self.requests)

    @property
    def error_rate(self) -> float | int:
        return ratio(self.errors * 100, self.requests)

    def percentiles(self) -> dict[str, float | None]:
        bins = sketches.combine(self.packed)
        sketches.add(bins, self.loose)
        return sketches.percentiles(bins)


def ratio(dividend: float, divisor: float) -> float | int:
    return number(dividend / divisor) or 0 if divisor else 0


@dataclass(frozen=True, slots=True)
class Cell:
    """The requests of one provider, model and service at one moment."""

    moment_ms: int
    provider: str
    model: str
    service: str
    tally: Tally


def cells(
    environment: Environment, from_ms: int, to_ms: int, *, days: bool = True
) -> Iterator[Cell]:
    """Everything requested in the inclusive range, in pieces that lie within one UTC day each
    (``days=False``: within one quarter of an hour)."""
    segments = ranges.split(from_ms, to_ms, days=days)
    for width, intervals in ((Width.DAY, segments.days), (Width.QUARTER, segments.quarters)):
        for start, end in intervals:
            yield from _bucketed(environment, width, start, end)
    for start, end in segments.edges:
        yield from _posted(environment, start, end)
        yield from _called(environment, start, end)


def _bucketed(environment: Environment, width: int, start: int, end: int) -> Iterator[Cell]:
    rows = (
        Rollup.objects.within(environment)
        .filter(width=width, bucket_ms__gte=start, bucket_ms__lt=end, requests__gt=0)
        .values_list(*_MEASURES)
    )
    for bucket, provider, model, service, *sums in rows:
        measures: list[Any] = [*sums[:-1], [sums[-1]]]
        yield Cell(bucket, provider, model, service, Tally(*measures))


def _posted(environment: Environment, start: int, end: int) -> Iterator[Cell]:
    rows = (
        Trace.objects.within(environment)
        .filter(derived=False, timestamp_ms__gte=start, timestamp_ms__lt=end)
        .values_list(
            "timestamp_ms", "provider", "model_key", "status", "cost_micro_cents",
            "cost_estimated", "input_tokens", "output_tokens", "latency_ms",
        )
    )  # fmt: skip
    for moment, provider, model, *measures in rows:
        yield Cell(moment, provider or "", model, "", _one(*measures))


def _called(environment: Environment, start: int, end: int) -> Iterator[Cell]:
    rows = (
        Span.objects.within(environment)
        .filter(kind=LLM_CALL, timestamp_ms__gte=start, timestamp_ms__lt=end)
        .values_list(
            "timestamp_ms", "provider", "model", "service", "status", "cost_micro_cents",
            "cost_estimated", "input_tokens", "output_tokens", "duration_ms",
        )
    )  # fmt: skip
    for moment, provider, model, service, *measures in rows:
        yield Cell(
            moment,
            (provider or "")[:200],
            (model or "")[:200],
            (service or "")[:200],
            _one(*measures),
        )


def _one(
    status: str,
    cost: int | None,
    estimated: bool,
    input_tokens: int | None,
    output_tokens: int | None,
    latency: float | None,
) -> Tally:
    return Tally(
        requests=1,
        errors=int(status == "error"),
        cost=cost or 0,
        estimated=(cost or 0) if estimated else 0,
        input_tokens=input_tokens or 0,
        output_tokens=output_tokens or 0,
        latency=latency or 0.0,
        loose={} if latency is None else {sketches.bin_of(latency): 1},
    )


def period_of(moment_ms: int, group_by: str) -> str:
    """``2026-10-01`` or ``2026-10-01 13:00:00``"""
    text = instants.iso(moment_ms)
    return f"{text[:10]} {text[11:13]}:00:00" if group_by == "hour" else text[:10]


class Periods(dict[int, str]):
    """``period_of`` of moments, each spelled once: a month of quarters has few periods."""

    def __init__(self, group_by: str) -> None:
        super().__init__()
        self.group_by = group_by

    def __missing__(self, moment_ms: int) -> str:
        period = self[moment_ms] = period_of(moment_ms, self.group_by)
        return period


def totals(environment: Environment, query: AnalyticsQuery) -> dict[str, Any]:
    """The body of GET /v1/analytics."""
    by_key: dict[tuple[str, str, str], Tally] = {}
    by_period: dict[tuple[str, str], int] = {}
    period_at = Periods(query.group_by)
    for cell in cells(environment, query.from_ms, query.to_ms, days=query.group_by != "hour"):
        provider = cell.provider or UNKNOWN_PROVIDER
        key = (provider, cell.model or UNKNOWN_MODEL, cell.service or "unknown")
        by_key.setdefault(key, Tally()).add(cell.tally)
        moment = (period_at[cell.moment_ms], provider)
        by_period[moment] = by_period.get(moment, 0) + cell.tally.cost
    whole = Tally()
    by_model: dict[tuple[str, str], Tally] = {}
    by_provider: dict[str, Tally] = {}
    grouped: dict[str, Tally] = {}
    for (provider, model, service), tally in by_key.items():
        whole.add(tally)
        by_model.setdefault((provider, model), Tally()).add(tally)
        by_provider.setdefault(provider, Tally()).add(tally)
        if query.group_by in DIMENSIONS:
            named = {"provider": provider, "model": model, "service": service}
            grouped.setdefault(named[query.group_by], Tally()).add(tally)
    sessions = count_sessions(environment, query.from_ms, query.to_ms)
    report = _report(whole, sessions, by_model, by_provider, by_period)
    if query.group_by in DIMENSIONS:
        report["groups"] = [group(key, tally) for key, tally in _most_used(grouped.items())]
    return report


def _report(
    whole: Tally,
    sessions: int,
    by_model: dict[tuple[str, str], Tally],
    by_provider: dict[str, Tally],
    by_period: dict[tuple[str, str], int],
) -> dict[str, Any]:
    requests = whole.requests
    return {
        "totalCost": whole.cost_cents,
        "estimatedCost": number(whole.estimated / MICRO),
        "totalRequests": requests,
        "totalSessions": sessions,
        "totalTokens": {
            "input": whole.input_tokens,
            "output": whole.output_tokens,
            "total": whole.tokens,
        },
        "avgLatency": whole.average_latency,
        "latency": whole.percentiles(),
        "errorRate": whole.error_rate,
        "costOverTime": [
            {"period": period, "provider": provider, "costCents": number(cost / MICRO)}
            for (period, provider), cost in sorted(by_period.items())
        ],
        "costByProvider": [
            {"provider": provider, "costCents": tally.cost_cents, "requests": tally.requests}
            for provider, tally in sorted(
                by_provider.items(), key=lambda pair: (-pair[1].cost, pair[0])
            )
        ],
        "topModels": [
            {
                "provider": provider,
                "model": model,
                "requests": tally.requests,
                "costCents": tally.cost_cents,
                "avgLatency": tally.average_latency,
                "totalTokens": tally.tokens,
                "errorRate": tally.error_rate,
            }
            for (provider, model), tally in _most_used(by_model.items())[:TOP]
        ],
        "computed": {
            "costPerRequest": ratio(whole.cost / MICRO, requests),
            "tokensPerRequest": ratio(whole.tokens, requests),
            "costPer1kTokens": ratio(whole.cost / MICRO * 1000, whole.tokens),
            "tracesPerSession": ratio(requests, sessions),
            "avgInputTokens": ratio(whole.input_tokens, requests),
            "avgOutputTokens": ratio(whole.output_tokens, requests),
        },
    }


def _most_used(pairs: Iterable[tuple[Any, Tally]]) -> list[tuple[Any, Tally]]:
    return sorted(pairs, key=lambda pair: (-pair[1].requests, pair[0]))


def group(key: str, tally: Tally) -> dict[str, Any]:
    return {
        "key": key,
        "requests": tally.requests,
        "costCents": tally.cost_cents,
        "inputTokens": tally.input_tokens,
        "outputTokens": tally.output_tokens,
        "avgLatency": tally.average_latency,
        "errorRate": tally.error_rate,
        "latency": tally.percentiles(),
    }


def count_sessions(environment: Environment, from_ms: int, to_ms: int) -> int:
    """Sessions with at least one request in the inclusive range, exactly.

    A session whose first or last request lies in the range has one; only those that span the whole
    range need a look at their rows, and those are few.
    """
    if from_ms > to_ms:
        return 0
    touching = Session.objects.within(environment).filter(
        last_request_ms__gte=from_ms, first_request_ms__lte=to_ms
    )
    around = Q(first_request_ms__lt=from_ms, last_request_ms__gt=to_ms)
    in_range = {
        "session_id": OuterRef("session_id"),
        "timestamp_ms__gte": from_ms,
        "timestamp_ms__lte": to_ms,
    }
    posted = Trace.objects.within(environment).filter(derived=False, **in_range)
    called = Span.objects.within(environment).filter(kind=LLM_CALL, **in_range)
    empty = touching.filter(around).exclude(Exists(posted)).exclude(Exists(called)).count()
    return touching.count() - empty


def over_time(
    environment: Environment, from_ms: int, to_ms: int, *, group_by: str, split_by: str = "none"
) -> list[tuple[str, str, Tally]]:
    """(period, key of ``split_by`` or "", tally), in order of time."""
    found: dict[tuple[str, str], Tally] = {}
    period_at = Periods(group_by)
    for cell in cells(environment, from_ms, to_ms, days=group_by != "hour"):
        named = {
            "none": "",
            "provider": cell.provider or UNKNOWN_PROVIDER,
            "model": cell.model or UNKNOWN_MODEL,
            "service": cell.service or "unknown",
        }
        key = (period_at[cell.moment_ms], named[split_by])
        found.setdefault(key, Tally()).add(cell.tally)
    return [(period, key, tally) for (period, key), tally in sorted(found.items())]


def span_totals(environment: Environment, query: AnalyticsQuery) -> dict[str, Any]:
    """The body of GET /v1/analytics/spans."""
    spans = errors = timed = session_timed = 0
    duration = session_duration = 0.0
    kinds: dict[str, int] = {}
    sources: dict[str, int] = {}
    tools: dict[str, int] = {}
    periods: dict[str, int] = {}
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
        period = period_of(moment, query.group_by)
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
            {"period": period, "count": count} for period, count in sorted(periods.items())
        ],
    }


def _counted(name: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{name: key, "count": count} for key, count in ordered]


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
    for start, end in segments.edges:
        rows = (
            Span.objects.within(environment)
            .filter(timestamp_ms__gte=start, timestamp_ms__lt=end)
            .values_list("timestamp_ms", "source", "kind", "tool_name", "status", "duration_ms")
        )
        for moment, source, kind, tool, status, duration in rows:
            yield (
                moment,
                source,
                kind,
                (tool or "")[:200] if kind == "tool_use" else "",
                1,
                int(status == "error"),
                int(duration is not None),
                duration or 0.0,
            )
