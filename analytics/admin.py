"""Support screens: events, erasures, and what Segment's clients sent in vain."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator

from analytics.models import Erasure, Event, Rejection
from pulse.support_screens import ReadOnlyAdmin

MOST_COUNTED = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Counts no further than a person pages: counting ten million rows takes seconds."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        found: int = rows.order_by()[:MOST_COUNTED].count()
        return found


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("timestamp", "name", "user_id", "session_id", "environment", "received_at")
    list_filter = ("environment",)
    list_select_related = ("environment__organization",)
    search_fields = ("=name", "=user_id", "=session_id")
    ordering = ("-id",)
    paginator = CappedPaginator
    show_full_result_count = False


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ("requested_at", "public_id", "environment", "state", "deleted_events")
    list_filter = ("state", "environment")
    list_select_related = ("environment__organization",)
    search_fields = ("=public_id",)
    ordering = ("-requested_at",)


@admin.register(Rejection)
class RejectionAdmin(ReadOnlyAdmin):
    list_display = ("day", "source", "reason", "count", "environment")
    list_filter = ("source", "environment")
    list_select_related = ("environment__organization",)
    ordering = ("-day", "-count")
