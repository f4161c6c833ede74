"""How far the digest is behind, for the deployment's metrics."""

from __future__ import annotations

import time

from django.db.models import Count, Min

from traces.models import DeadLetter, Inbox


def gauges() -> dict[str, tuple[str, float]]:
    """Name → (help text, value): batches that wait, the age of the oldest in seconds, dead items."""
    waiting = Inbox.unscoped.aggregate(batches=Count("pk"), oldest=Min("received_ms"))
    oldest = waiting["oldest"]
    lag = max(0.0, time.time() - oldest / 1000) if oldest else 0.0
    return {
        "inbox_batches": ("Accepted batches that wait for the digest.", waiting["batches"]),
        "digest_lag_seconds": ("How long the oldest of them has waited.", lag),
        "dead_letters": ("Items that the database refused to hold.", DeadLetter.unscoped.count()),
    }
