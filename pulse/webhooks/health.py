"""An endpoint's health: the breaker that opens, the one probe, the ramp back, and the end.

The breaker lives in the row, so that every worker sees the same one. These functions change a locked
row in memory; the caller saves ``FIELDS``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pulse.webhooks.models import Endpoint
from pulse.webhooks.schedule import PROMISE

OPENS_AT = 5
FIRST_PROBE = timedelta(seconds=30)
LONGEST_PROBE = timedelta(minutes=15)
DISABLE_FAILURES = 20
FIELDS = (
    "status",
    "disabled_reason",
    "ramp",
    "consecutive_failures",
    "failing_since",
    "last_success_at",
    "breaker_step",
    "breaker_until",
)


def allowance(endpoint: Endpoint, *, in_flight: int, now: datetime) -> int:
    """How many more deliveries may go out: one probe while the breaker is open, else what is free."""
    if endpoint.status != Endpoint.Status.ACTIVE:
        return 0
    if endpoint.breaker_step:
        waiting = endpoint.breaker_until is not None and endpoint.breaker_until > now
        return 0 if waiting or in_flight else 1
    return max(0, min(endpoint.max_in_flight, endpoint.ramp) - in_flight)


def note_probe(endpoint: Endpoint, *, until: datetime) -> None:
    """A probe went out: no other one before its lease ends."""
    endpoint.breaker_until = until


def note_success(endpoint: Endpoint, now: datetime) -> None:
    if endpoint.breaker_step:
        endpoint.ramp = 1
    elif endpoint.ramp < endpoint.max_in_flight:
        endpoint.ramp *= 2
    endpoint.breaker_step = 0
    endpoint.breaker_until = endpoint.failing_since = None
    endpoint.consecutive_failures = 0
    endpoint.last_success_at = now


def note_failure(endpoint: Endpoint, now: datetime, *, probe: bool) -> None:
    """Count a failure; the fifth opens the breaker, and each failed probe doubles its pause.

    What was already in flight when it opened does not lengthen the pause.
    """
    endpoint.consecutive_failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    opens = not endpoint.breaker_step and endpoint.consecutive_failures >= OPENS_AT
    if opens or (probe and endpoint.breaker_step):
        endpoint.breaker_until = now + min(
            FIRST_PROBE * 2 ** min(endpoint.breaker_step, 6), LONGEST_PROBE
        )
        endpoint.breaker_step = min(endpoint.breaker_step + 1, 100)


def is_hopeless(endpoint: Endpoint, now: datetime) -> bool:
    """No success for 72 hours and 20 failures: no endpoint ends before its first event had its time."""
    return (
        endpoint.failing_since is not None
        and now - endpoint.failing_since >= PROMISE
        and endpoint.consecutive_failures >= DISABLE_FAILURES
    )
