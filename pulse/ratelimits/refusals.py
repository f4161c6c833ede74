"""The sentences of an empty bucket, the same at every door."""

from __future__ import annotations

import math

from django.conf import settings

from pulse.errors import TooManyRequests
from pulse.ratelimits import stores
from pulse.ratelimits.gcra import Decision, Policy


def too_many(policy: Policy | None, decision: Decision) -> TooManyRequests:
    retry_after = max(1, math.ceil(decision.retry_after))
    details: dict[str, int] = {"limit": decision.limit, "retry_after": retry_after}
    if policy is not None:
        details["burst"] = policy.burst
    return TooManyRequests(retry_after=retry_after, details=details)


def count_failed_key(address: str) -> None:
    """Slow down an address that guesses keys. Raises TooManyRequests.

    Call it for tokens without a valid checksum only: a real key is never blocked by a neighbour.
    """
    per_minute = settings.PULSE_FAILED_KEYS_PER_MINUTE
    if not per_minute:
        return
    policy = Policy(f"failed:{address}", per_minute, per_minute)
    decision = stores.take(policy)
    if not decision.admitted:
        raise too_many(policy, decision)
