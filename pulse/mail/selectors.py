"""Reads and locks of outgoing mail."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from pulse.mail.models import OutgoingMail
from pulse.tenancy.models import Environment


def mails_about(environment: Environment, ref: str) -> QuerySet[OutgoingMail]:
    """Messages about one thing, newest first."""
    rows = OutgoingMail.objects.filter(environment=environment, ref=ref)
    return rows.order_by("-created_at", "-pk")


def lock_due(now: datetime, limit: int) -> list[OutgoingMail]:
    """Lock messages to send; those that another worker holds are passed over."""
    rows = OutgoingMail.objects.select_for_update(skip_locked=True).filter(
        state=OutgoingMail.State.QUEUED, next_attempt_at__lte=now
    )
    return list(rows.order_by("next_attempt_at", "pk")[:limit])


def any_due(now: datetime) -> bool:
    rows = OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED, next_attempt_at__lte=now)
    return rows.exists()
