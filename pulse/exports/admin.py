"""Exports: what is being written, and what failed."""

from __future__ import annotations

from django.contrib import admin

from pulse.exports.models import Export
from pulse.support_screens import ReadOnlyAdmin


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "public_id", "environment", "kind", "format", "state", "rows")
    list_filter = ("state", "product", "environment")
    list_select_related = ("environment__organization",)
    search_fields = ("public_id",)
    ordering = ("-created_at",)
