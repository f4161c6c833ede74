"""The ledger of erasures."""

from __future__ import annotations

from django.contrib import admin

from pulse.erasure.models import Erasure
from pulse.support_screens import ReadOnlyAdmin


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ("erased_at", "environment", "digest")
    list_filter = ("environment",)
    list_select_related = ("environment__organization",)
    ordering = ("-erased_at",)
