"""Erasure and retention: what only a key with the admin scope may ask for."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from analytics import access, filters, services, shapes
from analytics.models import MAX_REFERENCE
from analytics.openapi import enveloped, schema_of
from analytics.selectors import upkeep
from analytics.views.envelope import AnalyticsView
from pulse.errors import NotFound
from pulse.http.fields import StrictInteger, StrictSerializer
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest

MAX_DAYS = 3650


class SettingsIn(StrictSerializer):
    retentionDays = StrictInteger(min_value=1, max_value=MAX_DAYS, allow_null=True)  # noqa: N815


class UserEventsView(AnalyticsView):
    """DELETE /api/v1/pulse/users/{userId}/events"""

    required_scope = access.ADMIN

    @extend_schema(
        summary="Erase everything of a user; the work goes on after the answer",
        responses=enveloped(schema_of("Erasure"), 202),
    )
    def delete(self, request: ApiRequest, user_id: str) -> HttpResponse:
        erasure = services.request_erasure(
            request.environment,
            user_id=filters.text({"userId": [user_id]}, "userId", MAX_REFERENCE),
            actor=f"key:{request.credential.key_id}",
            request_id=request.request_id,
            now=request.now,
        )
        return self.respond(shapes.erasure(erasure), status=202)


class ErasureView(AnalyticsView):
    """GET /api/v1/pulse/erasures/{id}"""

    required_scope = access.ADMIN

    @extend_schema(summary="How far an erasure is", responses=enveloped(schema_of("Erasure")))
    def get(self, request: ApiRequest, erasure_id: str) -> HttpResponse:
        erasure = upkeep.get_erasure(request.environment, erasure_id)
        if erasure is None:
            raise NotFound("Erasure not found")
        return self.respond(shapes.erasure(erasure))


class SettingsView(AnalyticsView):
    """GET and PATCH /api/v1/pulse/settings"""

    required_scope = access.ADMIN

    @extend_schema(summary="Settings", responses=enveloped(schema_of("Settings")))
    def get(self, request: ApiRequest) -> HttpResponse:
        row = upkeep.fresh_environment(request.environment)
        return self.respond(shapes.settings(upkeep.retention_days(row)))

    @extend_schema(
        summary="Change settings", request=SettingsIn, responses=enveloped(schema_of("Settings"))
    )
    @idempotent
    def patch(self, request: ApiRequest) -> HttpResponse:
        changed = services.set_retention(
            request.environment,
            days=self.parse(SettingsIn)["retentionDays"],
            actor=f"key:{request.credential.key_id}",
            request_id=request.request_id,
        )
        return self.respond(changed)
