"""Lists of events, one event, and what is known for autocompletion."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from analytics import filters, public_ids, shapes
from analytics.openapi import FILTERS, LIMIT, PAGING, enveloped, schema_of
from analytics.selectors import events, totals
from analytics.views.envelope import AnalyticsView
from pulse import pagination
from pulse.errors import NotFound
from pulse.http.requests import ApiRequest

MAX_KEYS = 500


class EventsView(AnalyticsView):
    """GET /api/v1/pulse/events"""

    @extend_schema(
        summary="List tracked events, newest first",
        parameters=[*FILTERS, *PAGING],
        responses=enveloped({"type": "array", "items": schema_of("Event")}),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        parameters = self.parameters
        wanted = filters.parse(parameters)
        limit = filters.limit(parameters, 100)
        offset = filters.integer(parameters, "offset", default=0, low=0, high=filters.MAX_OFFSET)
        cursor = filters.text(parameters, "cursor", pagination.MAX_CURSOR)
        if cursor and offset:
            filters.refuse("cursor", "cursor and offset exclude each other", "conflict")
        keys = public_ids.keys_of(request.environment.public_id)
        rows = events.filtered(request.environment, wanted).values(*events.COLUMNS)
        page = pagination.keyset(
            rows,
            environment=request.environment,
            order=("-timestamp_ms", "-id"),
            limit=limit,
            cursor=cursor,
            offset=offset,
            purpose=f"analytics.events:{wanted}",
            total=False,
        )
        return self.respond(
            [shapes.event(public_ids.encode(row["id"], keys), row) for row in page.items],
            meta={"nextCursor": page.next_cursor},
            headers=self._next(page.next_cursor),
        )

    def _next(self, cursor: str | None) -> dict[str, str]:
        if cursor is None:
            return {}
        query = self.request._request.GET.copy()
        query["cursor"] = cursor
        query.pop("offset", None)
        path = self.request._request.path
        return {"X-Next-Cursor": cursor, "Link": f'<{path}?{query.urlencode()}>; rel="next"'}


class EventView(AnalyticsView):
    """GET /api/v1/pulse/events/{id}"""

    @extend_schema(summary="One event", responses=enveloped(schema_of("Event")))
    def get(self, request: ApiRequest, event_id: str) -> HttpResponse:
        row = events.get_event(request.environment, event_id)
        if row is None:
            raise NotFound("Event not found")
        return self.respond(shapes.event(event_id, row))


class NamesView(AnalyticsView):
    """GET /api/v1/pulse/names"""

    @extend_schema(
        summary="Names of events, the most frequent first",
        parameters=[*FILTERS, LIMIT],
        responses=enveloped({"type": "array", "items": {"type": "string"}}),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        limit = filters.limit(self.parameters, 100)
        wanted = filters.parse(self.parameters)
        return self.respond(totals.names(request.environment, wanted, limit=limit))


class PropertiesView(AnalyticsView):
    """GET /api/v1/pulse/properties"""

    @extend_schema(
        summary="Names of properties among the newest events, the most frequent first",
        parameters=[*FILTERS, LIMIT],
        responses=enveloped({"type": "array", "items": {"type": "string"}}),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        limit = filters.limit(self.parameters, 100, MAX_KEYS)
        wanted = filters.parse(self.parameters)
        return self.respond(events.property_keys(request.environment, wanted, limit=limit))
