"""Sessions: the list, and what happened in one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pulse.site.access import require
from traces import amounts, queries
from traces.pages import reading
from traces.pages.base import PER_PAGE, frame, numbered, page_of
from traces.queries import SessionQuery
from traces.selectors import sessions as session_selectors
from traces.selectors import spans as span_selectors
from traces.selectors import traces as trace_selectors


@require("traces", "view")
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """GET /traces/sessions"""
    environment = page_of(request).environment
    sort = request.GET.get("sort", "recent")
    chosen = sort if sort in queries.SESSION_SORTS else "recent"
    sessions, pages = numbered(
        request,
        lambda offset: session_selectors.list_sessions(
            environment, SessionQuery("", chosen, None, None, PER_PAGE, offset)
        ),
    )
    for one in sessions:
        one["took"] = amounts.duration(one["durationMs"])
        one["cost"] = amounts.dollars(one["costCents"] * amounts.MICRO_CENTS_PER_CENT)
    return render(
        request,
        "traces/sessions.html",
        frame(
            request,
            "sessions",
            sessions=sessions,
            pages=pages,
            sort=chosen,
            sorts=queries.SESSION_SORTS,
        ),
    )


@require("traces", "view")
@require_safe
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
            cost=amounts.dollars(cost),
            tokens=sum((row["input_tokens"] or 0) + (row["output_tokens"] or 0) for row in traces),
            failed=sum(row["status"] == "error" for row in traces),
        ),
    )
