"""What the pumps call."""

from __future__ import annotations

from datetime import UTC, datetime

from analytics import services


def erase() -> int:
    """Open erasures, a batch of each."""
    return services.carry_out_erasures(now=datetime.now(UTC))


def keep_up() -> int:
    """Partitions for the months to come, retention, insert ids past their seven days."""
    now = datetime.now(UTC)
    services.create_partitions(now=now)
    return services.enforce_retention(now=now) + services.forget_insert_ids(now=now)
