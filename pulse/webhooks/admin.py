"""Support screens for webhooks: look at what was sent, replay, pause."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from pulse.audit import services as audit
from pulse.errors import ApiError
from pulse.support_screens import ReadOnlyAdmin, acting_user
from pulse.webhooks import replays, services
from pulse.webhooks.models import Attempt, Delivery, Endpoint, Event


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id", "environment", "product", "url", "status",
        "consecutive_failures", "last_success_at",
    )  # fmt: skip
    list_filter = ("status", "product", "environment")
    list_select_related = ("environment__organization",)
    search_fields = ("public_id", "url")
    exclude = ("secret", "previous_secret", "next_secret")
    ordering = ("-created_at",)
    actions: ClassVar = ["pause", "activate"]

    @admin.action(description="Pause: hold deliveries")
    def pause(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        self._set_status(request, queryset, Endpoint.Status.PAUSED)

    @admin.action(description="Activate: send again")
    def activate(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        self._set_status(request, queryset, Endpoint.Status.ACTIVE)

    def _set_status(self, request: HttpRequest, queryset: QuerySet[Endpoint], status: str) -> None:
        rows = list(queryset.filter(deleted_at=None).select_related("environment"))
        for row in rows:
            services.update_endpoint(
                row.environment,
                product=row.product,
                public_id=row.public_id,
                status=status,
                now=datetime.now(UTC),
            )
            audit.record(
                row.environment,
                actor=acting_user(request),
                product=row.product,
                action=f"webhook_endpoint.{status}",
                object_ref=row.public_id,
                fields=["status"],
            )
        self.message_user(request, f"{len(rows)} endpoints are {status}.")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "type", "environment", "product", "test", "created_at")
    list_filter = ("product", "type", "test", "environment")
    list_select_related = ("environment__organization",)
    search_fields = ("public_id", "subject_ref")
    ordering = ("-created_at",)


class AttemptInline(TabularInline):
    model = Attempt
    extra = 0
    can_delete = False
    fields = (
        "number", "started_at", "outcome", "status_code", "latency_ms",
        "peer_ip", "error", "response_excerpt",
    )  # fmt: skip
    readonly_fields = fields
    ordering = ("number", "pk")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id", "event", "endpoint", "state", "attempts",
        "last_status", "next_attempt_at", "created_at",
    )  # fmt: skip
    list_filter = ("state", "endpoint__product", "environment")
    list_select_related = ("event", "endpoint")
    search_fields = ("public_id", "event__public_id", "endpoint__public_id")
    ordering = ("-created_at",)
    inlines = (AttemptInline,)
    exclude = ("lease_token",)
    actions: ClassVar = ["replay"]

    @admin.action(description="Replay: send the same event again")
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        replayed, refusals = 0, set()
        for row in queryset.select_related("environment", "endpoint"):
            try:
                replays.replay_delivery(
                    row.environment,
                    product=row.endpoint.product,
                    public_id=row.public_id,
                    now=datetime.now(UTC),
                )
            except ApiError as refusal:
                refusals.add(refusal.message)
                continue
            replayed += 1
            audit.record(
                row.environment,
                actor=acting_user(request),
                product=row.endpoint.product,
                action="webhook_delivery.replayed",
                object_ref=row.public_id,
            )
        self.message_user(request, f"{replayed} deliveries will be sent again.")
        for message in sorted(refusals):
            self.message_user(request, message, messages.WARNING)
