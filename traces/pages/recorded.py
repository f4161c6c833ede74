"""The trace list and a trace. The address holds every filter, so a view can be sent to a colleague."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pulse.errors import ApiError
from pulse.site.access import person, require
from traces import instants, queries, serializers, shapes
from traces.decoding.items import PROVIDERS, STATUSES
from traces.models import Score
from traces.pages import reading
from traces.pages.base import (
    PER_PAGE,
    RANGE_NAMES,
    RANGES,
    demand,
    frame,
    number,
    numbered,
    page_of,
    problem,
    read_form,
    record,
)
from traces.selectors import traces as trace_selectors
from traces.selectors import upkeep
from traces.services import deletion, scoring

MORE = (
    "user", "tag", "session_id", "service", "score", "min_score", "min_latency_ms", "min_cost_cents",
)  # fmt: skip
"""Filters of the form that are folded away until one is used."""
FILTERS = ("q", "provider", "model", "status", "sort", *MORE)
PLACE = ("range", "page", "live", "limit", "offset", "spelling")
"""Parameters that are no filters: how much of the list is shown, and where."""


@require("traces", "view")
@require_safe
def trace_list(request: HttpRequest) -> HttpResponse:
    """GET /traces"""
    environment = page_of(request).environment
    now = datetime.now(UTC)
    given = {name: request.GET[name] for name in request.GET if request.GET[name]}
    chosen = given["range"] if given.get("range") in RANGES else "all"
    wanted = {name: value for name, value in given.items() if name not in PLACE}
    if chosen in RANGES:
        wanted.setdefault("date_from", instants.iso(instants.to_ms(now - RANGES[chosen])))

    def fetch(offset: int) -> tuple[trace_selectors.TracePage, int]:
        paging = {"limit": str(PER_PAGE), "offset": str(offset)}
        found = trace_selectors.list_traces(environment, queries.trace_query(wanted | paging))
        return found, found.total

    wrong, found, pages = "", trace_selectors.TracePage([], 0, False), None
    try:
        found, pages = numbered(request, fetch)
    except ApiError as error:
        wrong = problem(error)
    filters = {name: given.get(name, "") for name in FILTERS}
    return render(
        request,
        "traces/list.html",
        frame(
            request,
            "list",
            lines=[reading.line(row) for row in found.rows],
            pages=pages,
            bounded=found.bounded,
            problem=wrong,
            chosen=chosen,
            live=request.GET.get("live") == "1" and not wrong,
            ranges=RANGE_NAMES,
            providers=PROVIDERS,
            statuses=STATUSES,
            filters=filters,
            more=any(filters[name] for name in MORE),
            others=[
                (name, value)
                for name, value in wanted.items()
                if name in given and name not in FILTERS
            ],
            filtered=bool(given.keys() - {*PLACE, "sort"}) or chosen != "all",
            sorts=[f"-{name}" for name in queries.TRACE_SORTS] + ["timestamp"],
        ),
    )


@require("traces", "view")
@require_http_methods(["GET", "HEAD", "POST"])
def trace_detail(request: HttpRequest, trace_id: str) -> HttpResponse:
    """GET and POST /traces/t/{id}"""
    environment = page_of(request).environment
    row = trace_selectors.get_trace(environment, trace_id)
    if row is None:
        raise Http404("no such trace")
    if request.method == "POST":
        return _change(request, trace_id)
    newer, older = trace_selectors.neighbours(environment, row)
    spans = trace_selectors.spans_of(environment, [trace_id]).get(trace_id, [])
    summary = orjson.loads(row["summary"]) if row["summary"] else {}
    line = reading.line(row)
    return render(
        request,
        "traces/detail.html",
        frame(
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
            score_names=[one["name"] for one in upkeep.score_totals(environment)],
            newer=newer,
            older=older,
        ),
    )


def _change(request: HttpRequest, trace_id: str) -> HttpResponse:
    """Add or take away a score, or delete the trace."""
    environment = page_of(request).environment
    action = request.POST.get("action", "")
    try:
        if action == "delete":
            demand(request, "manage")
            deletion.delete_trace(environment, trace_id=trace_id)
            record(request, "trace.deleted", trace_id)
            messages.success(request, "The trace was deleted.")
            return redirect("traces-list")
        demand(request, "edit")
        if action == "unscore":
            score_id = request.POST.get("id", "")
            scoring.delete_score(environment, trace_id=trace_id, score_id=score_id)
        else:
            _score(request, trace_id)
    except ApiError as error:
        messages.error(request, problem(error))
    return redirect("traces-detail", trace_id=trace_id)


def _score(request: HttpRequest, trace_id: str) -> None:
    given = {
        "name": request.POST.get("name", ""),
        "value": number(request.POST.get("value", "")),
        "comment": request.POST.get("comment", "").replace("\r\n", "\n"),
        "source": Score.Source.PERSON,
        "author": person(request).email[:200],
    }
    values = read_form(request, serializers.ScoreIn, given)
    if values is not None:
        scoring.add_score(
            page_of(request).environment, trace_id=trace_id, now=datetime.now(UTC), **values
        )
