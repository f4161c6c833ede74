"""Outgoing mail: what waits, what bounced, and another try."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pulse.mail import services
from pulse.mail.models import OutgoingMail
from pulse.support_screens import ReadOnlyAdmin


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "to", "subject", "state", "attempts", "last_error")
    list_filter = ("state", "environment")
    search_fields = ("to", "subject", "ref")
    ordering = ("-created_at",)
    actions: ClassVar = ["send_again"]

    @admin.action(description="Send again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> None:
        count = services.requeue(queryset.exclude(to=""), now=datetime.now(UTC))
        self.message_user(request, f"{count} messages are queued again.")
