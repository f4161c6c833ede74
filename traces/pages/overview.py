"""What models were asked for, what it cost and how long it took, over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pulse.site.access import require
from traces import amounts, instants, queries
from traces.pages.base import RANGE_NAMES, RANGES, frame, page_of
from traces.selectors import analytics, cells, span_analytics, upkeep


@require("traces", "view")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """GET /traces/overview"""
    environment = page_of(request).environment
    chosen = request.GET.get("range", "30d")
    from_ms, to_ms = _window(RANGES.get(chosen, RANGES["30d"]))
    group_by = "hour" if chosen == "24h" else "day"
    query = queries.AnalyticsQuery(from_ms, to_ms, "model")
    report = analytics.totals(environment, query)
    tallies = {
        period: tally
        for period, _, tally in analytics.over_time(environment, from_ms, to_ms, group_by=group_by)
    }
    periods = _periods(from_ms, to_ms, group_by)
    return render(
        request,
        "traces/overview.html",
        frame(
            request,
            "overview",
            report=report,
            cost=amounts.dollars(report["totalCost"] * amounts.MICRO_CENTS_PER_CENT),
            estimated=amounts.dollars(report["estimatedCost"] * amounts.MICRO_CENTS_PER_CENT),
            requests=f"{report['totalRequests']:,}",
            tokens=f"{report['totalTokens']['total']:,}",
            average=amounts.duration(report["avgLatency"]),
            p95=amounts.duration(report["latency"]["p95"]),
            models=[
                one
                | {"cost": amounts.dollars(one["costCents"] * amounts.MICRO_CENTS_PER_CENT)}
                | {"p95": amounts.duration(one["latency"]["p95"])}
                for one in report["groups"]
            ],
            agents=span_analytics.span_totals(
                environment, queries.AnalyticsQuery(from_ms, to_ms, "day")
            ),
            scores=upkeep.score_totals(environment),
            charts=_charts(periods, tallies),
            chosen=chosen if chosen in RANGES else "30d",
            ranges={name: RANGE_NAMES[name] for name in RANGES},
        ),
    )


def _window(span: timedelta) -> tuple[int, int]:
    """From ``span`` ago to now, in whole quarters of an hour: the roll-ups hold them, and no row is read."""
    to_ms = -(-instants.to_ms(datetime.now(UTC)) // instants.QUARTER_MS) * instants.QUARTER_MS
    return to_ms - span // timedelta(milliseconds=1) - instants.QUARTER_MS, to_ms - 1


def _periods(from_ms: int, to_ms: int, group_by: str) -> list[tuple[int, str]]:
    """(Unix seconds, period) of every bucket of the range, empty ones too."""
    step = 3_600_000 if group_by == "hour" else instants.DAY_MS
    first = from_ms // step * step
    return [
        (moment // 1000, cells.period_of(moment, group_by))
        for moment in range(first, to_ms + 1, step)
    ]


def _charts(
    periods: list[tuple[int, str]], tallies: dict[str, cells.Tally]
) -> dict[str, dict[str, Any]]:
    empty = cells.Tally()
    rows = [tallies.get(period, empty) for _, period in periods]
    xs = [seconds for seconds, _ in periods]
    percentiles = [row.percentiles() for row in rows]
    return {
        "cost": _chart(xs, {"Cost": [row.cost / amounts.MICRO_CENTS_PER_DOLLAR for row in rows]}),
        "tokens": _chart(
            xs,
            {
                "Input": [row.input_tokens for row in rows],
                "Output": [row.output_tokens for row in rows],
            },
        ),
        "requests": _chart(
            xs,
            {
                "Succeeded": [row.requests - row.errors for row in rows],
                "Failed": [row.errors for row in rows],
            },
        ),
        "latency": _chart(
            xs, {name: [one[name] for one in percentiles] for name in ("p50", "p90", "p99")}
        ),
    }


def _chart(xs: list[int], series: dict[str, list[Any]]) -> dict[str, Any]:
    return {"x": xs, "series": [{"label": name, "values": v} for name, v in series.items()]}
