"""Reports on requests: totals, and how they went over time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q

from pulse.tenancy.models import Environment
from traces.decoding.items import LLM_CALL, SDK
from traces.models import Session, Span, Trace
from traces.queries import AnalyticsQuery
from traces.selectors import cells
from traces.selectors.cells import Tally, ratio
from traces.shapes import MICRO, number

TOP = 5
UNKNOWN_PROVIDER = "sdk"
UNKNOWN_MODEL = "unknown"
DIMENSIONS = ("provider", "model", "service")


def totals(environment: Environment, query: AnalyticsQuery) -> dict[str, Any]:
    """The body of GET /v1/analytics."""
    by_key: dict[tuple[str, str, str], Tally] = {}
    by_period: dict[tuple[str, str], Tally] = {}
    period_at = cells.Periods(query.group_by)
    for cell in cells.in_range(
        environment, query.from_ms, query.to_ms, days=query.group_by != "hour"
    ):
        provider = cell.provider or UNKNOWN_PROVIDER
        key = (provider, cell.model or UNKNOWN_MODEL, cell.service or "unknown")
        by_key.setdefault(key, Tally()).add(cell.tally)
        period = by_period.setdefault((period_at[cell.moment_ms], provider), Tally())
        period.requests += cell.tally.requests
        period.cost += cell.tally.cost
    whole = Tally()
    by_model: dict[tuple[str, str], Tally] = {}
    by_provider: dict[str, Tally] = {}
    grouped: dict[str, Tally] = {}
    for (provider, model, service), tally in by_key.items():
        if tally.requests <= 0:
            continue
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
    by_period: dict[tuple[str, str], Tally],
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
            {"period": period, "provider": provider, "costCents": tally.cost_cents}
            for (period, provider), tally in sorted(by_period.items())
            if tally.requests > 0
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
    period_at = cells.Periods(group_by)
    for cell in cells.in_range(environment, from_ms, to_ms, days=group_by != "hour"):
        named = {
            "none": "",
            "provider": cell.provider or UNKNOWN_PROVIDER,
            "model": cell.model or UNKNOWN_MODEL,
            "source": SDK,
            "service": cell.service or "unknown",
        }
        key = (period_at[cell.moment_ms], named[split_by])
        found.setdefault(key, Tally()).add(cell.tally)
    if split_by == "source":
        # the roll-ups do not know sources: what agents called is taken out of what all did
        for moment, source, tally in cells.of_other_sources(environment, from_ms, to_ms):
            found.setdefault((period_at[moment], SDK), Tally()).remove(tally)
            found.setdefault((period_at[moment], source), Tally()).add(tally)
    return [
        (period, key, tally) for (period, key), tally in sorted(found.items()) if tally.requests > 0
    ]
