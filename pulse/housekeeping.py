"""What has an end is deleted when it has come: the sweep of every retention the kernel promises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import structlog
from django.conf import settings
from django.db import DatabaseError

from pulse.audit import services as audit
from pulse.exports import services as exports
from pulse.idempotency import services as idempotency
from pulse.incidents import services as incidents
from pulse.mail import services as mail
from pulse.webhooks import retention

log = structlog.get_logger(__name__)


def sweep() -> int:
    """Delete what has expired, a bounded batch at a time; returns 0 so that the period is kept.

    One sweep that fails does not keep the others from their work.
    """
    now = datetime.now(UTC)
    sweeps: list[Callable[..., object]] = [
        idempotency.delete_expired,
        partial(retention.delete_expired, days=settings.PULSE_EVENT_RETENTION_DAYS),
        retention.give_up_overdue,
        mail.delete_expired,
        exports.delete_expired,
        incidents.delete_expired,
        audit.delete_expired,
    ]
    for one in sweeps:
        try:
            one(now=now)
        except DatabaseError as error:
            log.warning("sweep_failed", sweep=str(one), error=type(error).__name__)
    return 0
