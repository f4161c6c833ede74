"""The audit log as operators read it."""

from __future__ import annotations

from django.contrib import admin

from pulse.audit.models import Entry
from pulse.support_screens import ReadOnlyAdmin


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at", "environment", "product", "actor", "action", "object_ref", "request_id",
    )  # fmt: skip
    list_filter = ("product", "action", "environment")
    list_select_related = ("environment__organization",)
    search_fields = ("actor", "object_ref", "request_id")
    ordering = ("-created_at",)
