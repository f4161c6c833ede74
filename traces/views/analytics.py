"""Reports."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from pulse.http.answers import answer
from pulse.http.requests import ApiRequest
from traces import queries, schema
from traces.selectors import analytics, span_analytics
from traces.views.base import TracesView


class AnalyticsView(TracesView):
    """GET /v1/analytics"""

    required_scope = "read:analytics"

    @extend_schema(
        summary="Get cost, tokens, latency and errors",
        parameters=schema.analytics_parameters(queries.TRACE_GROUPS),
        responses=schema.ANALYTICS,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = queries.analytics_query(self.parameters, queries.TRACE_GROUPS)
        return answer(analytics.totals(request.environment, query))


class SpanAnalyticsView(TracesView):
    """GET /v1/analytics/spans"""

    required_scope = "read:analytics"

    @extend_schema(
        summary="Get what agents did",
        parameters=schema.analytics_parameters(queries.SPAN_GROUPS),
        responses=schema.SPAN_ANALYTICS,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = queries.analytics_query(self.parameters, queries.SPAN_GROUPS)
        return answer(span_analytics.span_totals(request.environment, query))
