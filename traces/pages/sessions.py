"""Sessions: the list, and what happened in one."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pulse.site.access import require
from traces import queries
from traces.pages import reading
from traces.pages.base import PER_PAGE, Counted, frame, page_number, page_of
from traces.queries import SessionQuery
from traces.selectors import sessions as session_selectors
from traces.selectors import spans as span_selectors
from traces.selectors import traces as trace_selectors


@require("traces", "view")
@require_GET
def session_list(request: HttpRequest) -> HttpResponse:
    """GET /traces/sessions"""
    environment = page_of(request).environment
    sort = request.GET.get("sort", "recent")
    number = page_number(request)
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
    pages = Paginator(Counted(total), PER_PAGE).get_page(number)
    return render(
        request,
        "traces/sessions.html",
        frame(
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
    environment = page_of(request).environment
    session_id = request.GET.get("id", "").replace("\0", "")
    traces = trace_selectors.session_traces(environment, session_id)
    spans = span_selectors.session_spans(environment, session_id)
    if not traces and not spans:
        raise Http404("no such session")
    cost = sum(row["cost_micro_cents"] or 0 for row in traces)
    return render(
        request,
        "traces/session.html",
        frame(
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
