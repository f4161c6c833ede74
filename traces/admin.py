"""Support screens: what was recorded, what waits, and what could not be stored."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator

from pulse.support_screens import ReadOnlyAdmin
from traces import instants
from traces.models import (
    Alert,
    CustomPrice,
    DashboardSession,
    DeadLetter,
    Inbox,
    Score,
    Session,
    Span,
    Trace,
)

MOST_COUNTED = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Counts no further than a person pages: counting ten million rows takes seconds."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        found: int = rows.order_by()[:MOST_COUNTED].count()
        return found


class RecordedAdmin(ReadOnlyAdmin):
    """A large table: newest first, counted no further than a person looks."""

    list_filter: Any = ("environment",)
    list_select_related = ("environment__organization",)
    ordering = ("-id",)
    paginator = CappedPaginator
    show_full_result_count = False

    @admin.display(description="time")
    def moment(self, row: Any) -> str:
        return instants.iso(row.timestamp_ms)


@admin.register(Trace)
class TraceAdmin(RecordedAdmin):
    list_display = ("moment", "trace_id", "status", "provider", "model_key", "environment")
    list_filter = ("status", "derived", "environment")
    search_fields = ("=trace_id", "=session_id", "=user_key")


@admin.register(Span)
class SpanAdmin(RecordedAdmin):
    list_display = ("moment", "span_id", "kind", "source", "status", "tool_name", "environment")
    list_filter = ("status", "kind", "source", "environment")
    search_fields = ("=span_id", "=trace_id", "=session_id")


@admin.register(Session)
class SessionAdmin(RecordedAdmin):
    list_display = ("session_id", "posted", "spans", "errors", "environment")
    search_fields = ("=session_id",)


@admin.register(Inbox)
class InboxAdmin(RecordedAdmin):
    list_display = ("id", "kind", "count", "environment")
    exclude = ("body",)


@admin.register(DeadLetter)
class DeadLetterAdmin(RecordedAdmin):
    list_display = ("created_at", "kind", "reason", "environment")
    list_filter = ("kind", "environment")
    search_fields = ("reason",)
    exclude = ("item",)


@admin.register(Score)
class ScoreAdmin(RecordedAdmin):
    list_display = ("created_at", "name", "value", "source", "trace_id", "environment")
    list_filter = ("source", "environment")
    search_fields = ("=trace_id", "=name")


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("name", "measure", "threshold", "active", "firing_since", "environment")
    list_filter = ("measure", "active", "environment")
    list_select_related = ("environment__organization",)


@admin.register(CustomPrice)
class CustomPriceAdmin(ReadOnlyAdmin):
    list_display = ("model", "provider", "valid_from_ms", "environment")
    list_filter = ("environment",)
    list_select_related = ("environment__organization",)


@admin.register(DashboardSession)
class DashboardSessionAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "user", "environment", "created_at", "expires_at")
    list_select_related = ("user", "environment__organization")
    exclude = ("digest",)
