"""Exports of events: started here, written in the background, fetched through a door of their own."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from analytics import filters, openapi, shapes
from analytics.openapi import FILTERS, enveloped, schema_of
from analytics.views.envelope import AnalyticsView
from pulse.exports import selectors, services
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest

FORMATS = ("ndjson", "csv")
SHOWN = 100


class ExportsView(AnalyticsView):
    """GET and POST /api/v1/pulse/exports"""

    content_types = ("application/json", "text/json", "text/plain")

    @extend_schema(
        summary="Exports, the newest first",
        responses=enveloped({"type": "array", "items": schema_of("Export")}),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        rows = selectors.list_exports(request.environment, self.product)
        return self.respond([shapes.export(row) for row in rows.order_by("-created_at")[:SHOWN]])

    @extend_schema(
        summary="Write the events that pass the filters into a file",
        parameters=[openapi.FORMAT, *FILTERS],
        request={"application/json": schema_of("ExportIn")},
        responses=enveloped(schema_of("Export"), 202),
    )
    @idempotent
    def post(self, request: ApiRequest) -> HttpResponse:
        body = self.body() if request._request.body else {}
        for name in body:
            if name != "format" and not filters.is_filter(name):
                filters.refuse(name, f"{name[:60]} is not a filter", "unknown")
        parameters = {**self.parameters, **filters.from_members(body)}
        format_ = filters.choice(parameters, "format", FORMATS, "ndjson")
        filters.parse(parameters)
        row = services.start_export(
            request.environment,
            product=self.product,
            kind="events",
            format=format_,
            parameters={"filters": filters.read_by_parse(parameters)},
        )
        return self.respond(shapes.export(row), status=202)


class ExportView(AnalyticsView):
    """GET /api/v1/pulse/exports/{id}"""

    @extend_schema(summary="How far an export is", responses=enveloped(schema_of("Export")))
    def get(self, request: ApiRequest, export_id: str) -> HttpResponse:
        row = selectors.get_export(request.environment, self.product, export_id)
        return self.respond(shapes.export(row))
