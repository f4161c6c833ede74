"""Keys: who has what, and revoking."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pulse.audit import services as audit
from pulse.keys import services
from pulse.keys.models import ApiKey
from pulse.support_screens import ReadOnlyAdmin, acting_user


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = (
        "name", "key", "product", "environment",
        "last_used_at", "expires_at", "revoked_at",
    )  # fmt: skip
    list_filter = ("product", "environment")
    list_select_related = ("environment__organization",)
    search_fields = ("public_id", "name", "first12", "last4", "actor")
    exclude = ("digest",)
    ordering = ("-created_at",)
    actions: ClassVar = ["revoke"]

    @admin.display(description="Key", ordering="first12")
    def key(self, row: ApiKey) -> str:
        return f"{row.first12}…{row.last4}"

    @admin.action(description="Revoke: stops working everywhere within 5 seconds")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        rows = list(queryset.filter(revoked_at=None).select_related("environment"))
        for row in rows:
            services.revoke_key(row)
            audit.record(
                row.environment,
                actor=acting_user(request),
                product=row.product,
                action="key.revoked",
                object_ref=row.public_id,
                fields=["revoked_at"],
            )
        self.message_user(request, f"{len(rows)} keys are revoked.")
