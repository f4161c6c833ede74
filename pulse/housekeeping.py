"""What has an end is deleted when it has come: the sweep of every retention the kernel promises."""

from __future__ import annotations

from datetime import UTC, datetime

from pulse.idempotency import services as idempotency


def sweep() -> int:
    """Delete what has expired, a bounded batch at a time; returns 0 so that the period is kept."""
    idempotency.delete_expired(now=datetime.now(UTC))
    return 0
