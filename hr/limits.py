"""How many requests a key may make: 1,000 a minute unless PULSE_HR_RATE_LIMIT says otherwise."""

from __future__ import annotations

from django.conf import settings

from pulse.keys.bearer import Credential
from pulse.ratelimits.gcra import Policy


def policy(credential: Credential | None, address: str) -> Policy | None:
    """One bucket per key; without a valid key, one per address. A limit of 0 is unlimited."""
    limit: int = settings.PULSE_HR_RATE_LIMIT
    if limit <= 0:
        return None
    owner = credential.key_id if credential else address
    return Policy(f"hr:{owner}", per_minute=limit, burst=limit, headers="iso")
