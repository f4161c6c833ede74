"""How long events, deliveries and attempts are kept, and the end of what nobody could send."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from pulse.webhooks.models import Attempt, Delivery, Endpoint, Event

BATCH = 2000
ATTEMPT_DAYS = 30
OVERDUE = timedelta(minutes=30)
"""Longer than the longest pause of an open breaker, so that the last attempt had its chance."""


def delete_expired(*, now: datetime, days: int) -> int:
    """Delete events past their retention with what hangs on them, a batch at a time; how many.

    A delivery that is still owed keeps its event: a promise outlives the log.
    """
    with transaction.atomic():
        old_tries = Attempt.unscoped.filter(started_at__lt=now - timedelta(days=ATTEMPT_DAYS))
        Attempt.unscoped.filter(
            pk__in=list(old_tries.order_by("started_at").values_list("pk", flat=True)[:BATCH])
        ).delete()
        aged = Event.unscoped.filter(created_at__lt=now - timedelta(days=days))
        found = list(aged.order_by("created_at").values_list("pk", flat=True)[:BATCH])
        owed = Delivery.unscoped.filter(event__in=found, state__in=Delivery.OPEN)
        kept = set(owed.values_list("event_id", flat=True))
        gone = [pk for pk in found if pk not in kept]
        Event.unscoped.filter(pk__in=gone).delete()
        Endpoint.unscoped.filter(deleted_at__lt=now - timedelta(days=days)).delete()
    return len(gone)


def give_up_overdue(*, now: datetime) -> int:
    """End deliveries whose 72 hours passed while the breaker let nothing through; how many."""
    overdue = Delivery.unscoped.filter(
        state=Delivery.State.DUE, attempts__gt=0, give_up_at__lt=now - OVERDUE
    )
    return overdue.update(state=Delivery.State.EXHAUSTED, settled_at=now)
