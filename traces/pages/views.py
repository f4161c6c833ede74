"""The pages under /traces. The address holds every filter, so a view can be sent to a colleague."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import orjson
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pulse.errors import ApiError
from pulse.site.access import PageRequest, reaches, require
from traces import instants, queries, shapes
from traces.decoding.batches import Batch
from traces.decoding.items import PROVIDERS, STATUSES
from traces.models import Inbox
from traces.pages import reading
from traces.queries import SessionQuery
from traces.selectors import analytics, upkeep
from traces.selectors import sessions as session_selectors
from traces.selectors import spans as span_selectors
from traces.selectors import traces as trace_selectors
from traces.services import storing
from traces.services import upkeep as upkeep_services

PER_PAGE = 25
RANGES = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
RANGE_NAMES = {"24h": "24 hours", "7d": "7 days", "30d": "30 days", "all": "All time"}
FILTERS = (
    "q", "provider", "model", "status", "session_id", "user", "tag", "service", "score",
    "min_latency_ms", "min_cost_cents", "sort",
)  # fmt: skip


def _frame(request: HttpRequest, tab: str, **values: Any) -> dict[str, Any]:
    page = cast(PageRequest, request)
    return {
        "tab": tab,
        "dead_count": upkeep.dead_letters(page.environment).count(),
        "may_manage": reaches(page.levels.get("traces", "none"), "manage"),
        **values,
    }


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and int(text[:6]) > 0 else 1


class _Counted(list[Any]):
    """Rows of one page, with the count of all, as Django's paginator asks for it."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self.total = total

    def __len__(self) -> int:
        return self.total


@require("traces", "view")
@require_GET
def trace_list(request: HttpRequest) -> HttpResponse:
    """GET /traces"""
    environment = cast(PageRequest, request).environment
    now = datetime.now(UTC)
    parameters = {name: request.GET[name] for name in request.GET if request.GET[name]}
    chosen = parameters.get("range", "30d")
    if "date_from" not in parameters and chosen in RANGES:
        parameters["date_from"] = instants.iso(instants.to_ms(now - RANGES[chosen]))
    number = _page_number(request)
    parameters |= {"limit": str(PER_PAGE), "offset": str((number - 1) * PER_PAGE)}
    problem, total = "", 0
    rows: list[dict[str, Any]] = []
    try:
        query = queries.trace_query(parameters)
        rows, total = trace_selectors.list_traces(environment, query)
    except ApiError as error:
        problem = _problem(error)
    pages = Paginator(_Counted(total), PER_PAGE).get_page(number)
    return render(
        request,
        "traces/list.html",
        _frame(
            request,
            "list",
            lines=[reading.line(row) for row in rows],
            pages=pages,
            total=total,
            problem=problem,
            chosen=chosen,
            ranges=RANGE_NAMES,
            providers=PROVIDERS,
            statuses=STATUSES,
            filters={name: request.GET.get(name, "") for name in FILTERS},
            filtered=any(request.GET.get(name) for name in FILTERS if name != "sort"),
            sorts=[f"-{name}" for name in queries.TRACE_SORTS] + ["timestamp"],
        ),
    )


def _problem(error: ApiError) -> str:
    issues = error.details.get("details", [])
    return "; ".join(f"{'.'.join(map(str, one['path']))}: {one['message']}" for one in issues) or (
        error.message
    )


@require("traces", "view")
@require_GET
def trace_detail(request: HttpRequest, trace_id: str) -> HttpResponse:
    """GET /traces/t/{id}"""
    environment = cast(PageRequest, request).environment
    row = trace_selectors.get_trace(environment, trace_id)
    if row is None:
        raise Http404("no such trace")
    newer, older = trace_selectors.neighbours(environment, row)
    spans = trace_selectors.spans_of(environment, [trace_id]).get(trace_id, [])
    summary = orjson.loads(row["summary"]) if row["summary"] else {}
    line = reading.line(row)
    return render(
        request,
        "traces/detail.html",
        _frame(
            request,
            "list",
            row=row,
            line=line,
            heading=line.model or summary.get("summary") or "Trace",
            summary=summary,
            messages_shown=reading.messages_of(row),
            request_body=reading.pretty(row["request_body"]),
            response_body=reading.pretty(row["response_body"]),
            metadata=reading.pretty(row["metadata"]),
            error=reading.pretty(row["error"]),
            bars=reading.waterfall(spans),
            scores=[shapes.score(one) for one in upkeep.scores_of(environment, trace_id)],
            newer=newer,
            older=older,
        ),
    )


@require("traces", "view")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """GET /traces/overview"""
    environment = cast(PageRequest, request).environment
    chosen = request.GET.get("range", "30d")
    span = RANGES.get(chosen, RANGES["30d"])
    now_ms = instants.to_ms(datetime.now(UTC))
    from_ms = now_ms - span // timedelta(milliseconds=1)
    group_by = "hour" if chosen == "24h" else "day"
    query = queries.AnalyticsQuery(from_ms, now_ms, "model")
    report = analytics.totals(environment, query)
    tallies = {
        period: tally
        for period, _, tally in analytics.over_time(environment, from_ms, now_ms, group_by=group_by)
    }
    periods = _periods(from_ms, now_ms, group_by)
    return render(
        request,
        "traces/overview.html",
        _frame(
            request,
            "overview",
            report=report,
            cost=reading.dollars(report["totalCost"] * 1_000_000),
            estimated=reading.dollars(report["estimatedCost"] * 1_000_000),
            requests=f"{report['totalRequests']:,}",
            tokens=f"{report['totalTokens']['total']:,}",
            average=reading.duration(report["avgLatency"]),
            p95=reading.duration(report["latency"]["p95"]),
            models=[
                one
                | {"cost": reading.dollars(one["costCents"] * 1_000_000)}
                | {"p95": reading.duration(one["latency"]["p95"])}
                for one in report["groups"]
            ],
            agents=analytics.span_totals(
                environment, queries.AnalyticsQuery(from_ms, now_ms, "day")
            ),
            charts=_charts(periods, tallies),
            chosen=chosen if chosen in RANGES else "30d",
            ranges={name: RANGE_NAMES[name] for name in RANGES},
        ),
    )


def _periods(from_ms: int, to_ms: int, group_by: str) -> list[tuple[int, str]]:
    """(Unix seconds, period) of every bucket of the range, empty ones too."""
    step = 3_600_000 if group_by == "hour" else instants.DAY_MS
    first = from_ms // step * step
    return [
        (moment // 1000, analytics.period_of(moment, group_by))
        for moment in range(first, to_ms + 1, step)
    ]


def _charts(
    periods: list[tuple[int, str]], tallies: dict[str, analytics.Tally]
) -> dict[str, dict[str, Any]]:
    empty = analytics.Tally()
    rows = [tallies.get(period, empty) for _, period in periods]
    xs = [seconds for seconds, _ in periods]
    percentiles = [row.percentiles() for row in rows]
    return {
        "cost": _chart(xs, {"Cost": [row.cost / reading.MICRO_CENTS_PER_DOLLAR for row in rows]}),
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


@require("traces", "view")
@require_GET
def session_list(request: HttpRequest) -> HttpResponse:
    """GET /traces/sessions"""
    environment = cast(PageRequest, request).environment
    sort = request.GET.get("sort", "recent")
    number = _page_number(request)
    sessions, total = session_selectors.list_sessions(
        environment,
        SessionQuery(
            "",
            sort if sort in queries.SESSION_SORTS else "recent",
            None,
            None,
            PER_PAGE,
            (number - 1) * PER_PAGE,
        ),
    )
    for one in sessions:
        one["took"] = reading.duration(one["durationMs"])
        one["cost"] = reading.dollars(one["costCents"] * 1_000_000)
    pages = Paginator(_Counted(total), PER_PAGE).get_page(number)
    return render(
        request,
        "traces/sessions.html",
        _frame(
            request,
            "sessions",
            sessions=sessions,
            pages=pages,
            total=total,
            sort=sort,
            sorts=queries.SESSION_SORTS,
        ),
    )


@require("traces", "view")
@require_GET
def session_detail(request: HttpRequest) -> HttpResponse:
    """GET /traces/session?id="""
    environment = cast(PageRequest, request).environment
    session_id = request.GET.get("id", "").replace("\0", "")
    traces = trace_selectors.session_traces(environment, session_id)
    spans = span_selectors.session_spans(environment, session_id)
    if not traces and not spans:
        raise Http404("no such session")
    cost = sum(row["cost_micro_cents"] or 0 for row in traces)
    return render(
        request,
        "traces/session.html",
        _frame(
            request,
            "sessions",
            session_id=session_id,
            lines=[reading.line(row) for row in traces],
            bars=reading.waterfall(spans),
            cost=reading.dollars(cost),
            tokens=sum((row["input_tokens"] or 0) + (row["output_tokens"] or 0) for row in traces),
            failed=sum(row["status"] == "error" for row in traces),
        ),
    )


@require("traces", "view")
@require_http_methods(["GET", "POST"])
def dead_letters(request: HttpRequest) -> HttpResponse:
    """GET and POST /traces/dead-letters"""
    page = cast(PageRequest, request)
    if request.method == "POST":
        if not reaches(page.levels.get("traces", "none"), "manage"):
            raise Http404("no manage grant for traces")
        try:
            _settle(request, page)
        except ApiError as error:
            messages.error(request, error.message)
        return redirect("traces-dead-letters")
    letters = upkeep.dead_letters(page.environment)[:100]
    return render(
        request,
        "traces/dead_letters.html",
        _frame(
            request,
            "dead",
            letters=[(one, reading.pretty(bytes(one.item).decode())) for one in letters],
            backlog=upkeep.backlog(page.environment),
        ),
    )


def _settle(request: HttpRequest, page: PageRequest) -> None:
    text = request.POST.get("id", "")
    pk = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    if request.POST.get("action") == "discard" and pk is not None:
        upkeep_services.discard_dead_letter(page.environment, pk=pk)
        messages.success(request, "Discarded.")
    else:
        pks = None if pk is None else [pk]
        count = upkeep_services.replay_dead_letters(page.environment, pks=pks)
        messages.success(request, f"{count} put back into the inbox.")


@require("traces", "view")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """GET and POST /traces/setup"""
    page = cast(PageRequest, request)
    if request.method == "POST":
        if not reaches(page.levels.get("traces", "none"), "edit"):
            raise Http404("no edit grant for traces")
        trace_id = _store_test_trace(page)
        messages.success(request, "A test trace was stored: here it is.")
        return redirect("traces-detail", trace_id=trace_id)
    return render(
        request, "traces/setup.html", _frame(request, "setup", base_url=settings.PULSE_PUBLIC_URL)
    )


def _store_test_trace(page: PageRequest) -> str:
    now = datetime.now(UTC)
    item = {
        "trace_id": str(uuid.uuid4()),
        "timestamp": instants.iso(instants.to_ms(now)),
        "provider": "openai",
        "model_requested": "gpt-4o-mini",
        "request_body": {"messages": [{"role": "user", "content": "Is anybody there?"}]},
        "response_body": {"content": "Yes: this trace came from the set-up page."},
        "output_text": "Yes: this trace came from the set-up page.",
        "input_tokens": 12,
        "output_tokens": 11,
        "status": "success",
        "latency_ms": 321,
        "metadata": {"tags": ["test"]},
    }
    batch = Batch(Inbox.Kind.TRACES, 1, orjson.dumps([item]))
    return storing.store_traces(page.environment, batch, now=now)[0]
