"""Reports: parameters in, one selector, the envelope out."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from analytics import filters, openapi, reports
from analytics.openapi import FILTERS, LIMIT, ZONE, enveloped, schema_of
from analytics.selectors import totals
from analytics.views.envelope import AnalyticsView
from pulse.http.requests import ApiRequest


def _list_of(name: str) -> Any:
    return enveloped({"type": "array", "items": schema_of(name)})


class TopEventsView(AnalyticsView):
    """GET /api/v1/pulse/reports/top-events"""

    @extend_schema(
        summary="Events by how often they happened",
        parameters=[*FILTERS, LIMIT, openapi.UNIQUE],
        responses=_list_of("TopEvent"),
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


class TimeseriesView(AnalyticsView):
    """GET /api/v1/pulse/reports/timeseries"""

    @extend_schema(
        summary="Events over time, empty buckets included",
        parameters=[*FILTERS, openapi.INTERVAL, openapi.SERIES_UNIQUE, ZONE],
        responses=_list_of("Bucket"),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.respond(
            reports.timeseries(request.environment, self.parameters, now_ms=self.now_ms)
        )


class UniqueUsersView(AnalyticsView):
    """GET /api/v1/pulse/reports/unique-users"""

    @extend_schema(
        summary="Users, sessions and events of one window",
        parameters=FILTERS,
        responses=enveloped(schema_of("Window")),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.respond(totals.window(request.environment, filters.parse(self.parameters)))


class BreakdownView(AnalyticsView):
    """GET /api/v1/pulse/reports/breakdown"""

    @extend_schema(
        summary="Events by the value of one property",
        parameters=[openapi.PROPERTY, *FILTERS, LIMIT],
        responses=_list_of("Value"),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.respond(reports.breakdown(request.environment, self.parameters))


class FunnelView(AnalyticsView):
    """POST /api/v1/pulse/reports/funnel"""

    free_form = ("properties",)
    content_types = ("application/json", "text/json", "text/plain")

    @extend_schema(
        summary="How many went from step to step, and how long it took",
        request={"application/json": schema_of("Funnel")},
        responses=_list_of("Step"),
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        found = reports.funnel(
            request.environment, self.body(), self.parameters, now_ms=self.now_ms
        )
        return self.respond(found)


class RetentionView(AnalyticsView):
    """GET /api/v1/pulse/reports/retention"""

    @extend_schema(
        summary="Who comes back: cohorts by first event, and their activity in later periods",
        parameters=[*openapi.RETENTION, *openapi.FILTERS_BUT_NAME, ZONE],
        responses=_list_of("Cohort"),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.respond(
            reports.retention(request.environment, self.parameters, now_ms=self.now_ms)
        )


class SessionsView(AnalyticsView):
    """GET /api/v1/pulse/reports/sessions"""

    @extend_schema(
        summary="Sessions, the latest first",
        parameters=[*FILTERS, LIMIT, openapi.OFFSET],
        responses=_list_of("Session"),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.respond(reports.sessions(request.environment, self.parameters))
