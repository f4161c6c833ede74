"""The data plane again, for signed-in members: same parameters, same answers, camel case."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from pulse.http.answers import answer
from pulse.http.requests import ApiRequest
from traces import queries, schema
from traces.decoding.batches import read_batch
from traces.models import Inbox
from traces.selectors import analytics as reports
from traces.selectors import cells
from traces.services import storing
from traces.views import analytics, recorded
from traces.views.base import TracesView
from traces.views.dashboard.base import Project


class DashboardTraceListView(Project, recorded.TraceListView):
    """GET and DELETE /dashboard/api/traces"""


class DashboardTraceBatchView(Project, recorded.TraceBatchView):
    """POST /dashboard/api/traces/batch"""


class DashboardTraceView(Project, recorded.TraceView):
    """GET and DELETE /dashboard/api/traces/{id}"""


class DashboardSpanListView(Project, recorded.SpanListView):
    """GET /dashboard/api/spans"""


class DashboardSpanBatchView(Project, recorded.SpanBatchView):
    """POST /dashboard/api/spans/batch"""


class DashboardSpanAsyncView(Project, TracesView):
    """POST /dashboard/api/spans/async"""

    @extend_schema(
        summary="Store spans", request=schema.SPAN_BATCH, responses={202: schema.QUEUED_ANSWER}
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        batch = read_batch(Inbox.Kind.SPANS, request._request.body)
        storing.queue_batch(request.environment, batch, now=request.now)
        return answer({"status": "queued", "count": batch.count}, 202)


class DashboardSpanView(Project, recorded.SpanView):
    """GET /dashboard/api/spans/{id}"""


class AgentSessionsView(Project, recorded.SessionListView):
    """GET /dashboard/api/agent-sessions"""


class DashboardSessionView(Project, recorded.SessionView):
    """GET /dashboard/api/sessions/{id}"""


class DashboardSessionSpansView(Project, recorded.SessionSpansView):
    """GET /dashboard/api/sessions/{id}/spans"""

    above = DashboardSessionView


class DashboardAnalyticsView(Project, analytics.AnalyticsView):
    """GET /dashboard/api/analytics"""


class DashboardSpanAnalyticsView(Project, analytics.SpanAnalyticsView):
    """GET /dashboard/api/analytics/spans"""


class OverviewView(Project, TracesView):
    """GET /dashboard/api/analytics/overview-extended"""

    @extend_schema(
        summary="Get one measure over time",
        parameters=schema.OVERVIEW_PARAMETERS,
        responses={200: schema.ANY_OBJECT},
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = queries.overview_query(self.parameters)
        rows = reports.over_time(
            request.environment,
            query.from_ms,
            query.to_ms,
            group_by=query.group_by,
            split_by=query.split_by,
        )
        whole = cells.Tally()
        for _, _, tally in rows:
            whole.add(tally)
        return answer(
            {
                "measure": query.measure,
                "splitBy": query.split_by,
                "series": [_point(query.measure, *row) for row in rows],
                "latency": whole.percentiles(),
                **whole.percentiles(),
            }
        )


def _point(measure: str, period: str, key: str, tally: cells.Tally) -> dict[str, Any]:
    values: dict[str, Any] = {
        "requests": tally.requests,
        "cost": tally.cost_cents,
        "latency": tally.average_latency,
        "tokens": tally.tokens,
    }
    return {
        "period": period,
        "key": key or None,
        "value": values[measure],
        "latency": tally.percentiles(),
    }
