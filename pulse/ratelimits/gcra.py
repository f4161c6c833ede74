"""The generic cell rate algorithm: a token bucket whose whole state is one instant.

A bucket holds ``burst`` tokens and refills at ``per_minute``. Its state is the *theoretical arrival
time*: the moment at which it would be full again. Source: ITU-T I.371, as a virtual schedule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Policy:
    """How much a bucket admits, and how its state is written in the headers."""

    bucket: str
    per_minute: int
    burst: int
    headers: Literal["none", "iso", "epoch"] = "none"

    @property
    def period(self) -> float:
        """Seconds in which one token comes back."""
        return 60.0 / self.per_minute

    @property
    def capacity(self) -> float:
        """Seconds that an empty bucket needs to be full, and half a microsecond for the drift of sums
        of floating-point periods."""
        return self.burst * self.period + 5e-7


@dataclass(frozen=True, slots=True)
class Decision:
    """``reset_at`` is in epoch seconds; ``retry_after`` in seconds, 0 when admitted."""

    admitted: bool
    limit: int
    remaining: int
    reset_at: float
    retry_after: float = 0.0


def admit(policy: Policy, arrival: float, now: float) -> float | None:
    """The next state if a request may pass at ``now``, else None."""
    if arrival > horizon(policy, now):
        arrival = now
    following = max(arrival, now) + policy.period
    return following if following - now <= policy.capacity else None


def horizon(policy: Policy, now: float) -> float:
    """A state beyond this was written by a clock that has been set back since, and counts as none.

    No request puts it further ahead than the capacity; a minute is for clocks that differ.
    """
    return now + policy.capacity + 60.0


def decide(policy: Policy, *, admitted: bool, arrival: float, now: float) -> Decision:
    """Describe the state after a request; ``arrival`` is the state that now holds."""
    arrival = max(arrival, now)
    # Redis writes both instants to the microsecond.
    tokens = policy.burst - (arrival - now - 2e-6) / policy.period
    reserve = policy.burst - policy.per_minute
    retry_after = 0.0
    if not admitted:
        retry_after = max(0.0, arrival + policy.period - policy.burst * policy.period - now)
    return Decision(
        admitted=admitted,
        limit=policy.per_minute,
        remaining=max(0, math.floor(tokens + 1e-6) - reserve),
        reset_at=arrival,
        retry_after=retry_after,
    )
