"""Reports that are a GET with filters."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from analytics import filters
from analytics.openapi import FILTERS, LIMIT, enveloped, schema_of
from analytics.selectors import totals
from analytics.views.envelope import AnalyticsView
from pulse.http.requests import ApiRequest


class TopEventsView(AnalyticsView):
    """GET /api/v1/pulse/reports/top-events"""

    @extend_schema(
        summary="Events by how often they happened",
        parameters=[*FILTERS, LIMIT],
        responses=enveloped({"type": "array", "items": schema_of("TopEvent")}),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        parameters = self.parameters
        return self.respond(
            totals.top_events(
                request.environment,
                filters.parse(parameters),
                limit=filters.limit(parameters, 10),
                unique=filters.choice(parameters, "unique", ("", "users", "sessions"), ""),
            )
        )
