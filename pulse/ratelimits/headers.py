"""Both documented spellings of a bucket's state."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from pulse.ratelimits.gcra import Decision, Policy


def headers(policy: Policy, decision: Decision) -> dict[str, str]:
    """``X-RateLimit-*``: Reset is an RFC 3339 instant for HR, epoch seconds for screening."""
    if policy.headers == "none":
        return {}
    reset = math.ceil(decision.reset_at)
    written = (
        datetime.fromtimestamp(reset, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if policy.headers == "iso"
        else str(reset)
    )
    return {
        "X-RateLimit-Limit": str(decision.limit),
        "X-RateLimit-Remaining": str(decision.remaining),
        "X-RateLimit-Reset": written,
    }
