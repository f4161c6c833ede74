"""Incidents as operators look them up: by the request id that a customer quotes."""

from __future__ import annotations

from django.contrib import admin

from pulse.incidents.models import Incident
from pulse.support_screens import ReadOnlyAdmin


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "request_id", "kind", "message", "path", "environment")
    list_filter = ("kind", "environment")
    list_select_related = ("environment__organization",)
    search_fields = ("request_id", "fingerprint", "path")
    ordering = ("-created_at",)
