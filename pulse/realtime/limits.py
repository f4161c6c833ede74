"""How much one socket may say, and how many may knock at once."""

from __future__ import annotations

from collections import Counter

PER_SECOND = 60.0
BURST = 120.0
ABUSE_SECONDS = 10.0

PENDING_PER_ADDRESS = 200
PENDING_PER_PROCESS = 2000


class Allowance:
    """A token bucket, and a memory of how long it has been overdrawn. ``now`` is a steady clock's."""

    def __init__(self, now: float) -> None:
        self.tokens = BURST
        self.at = now
        self.over_since = 0.0
        self.refused_at = 0.0

    def spend(self, now: float) -> bool:
        """Whether one more message is within the limit."""
        self.tokens = min(BURST, self.tokens + (now - self.at) * PER_SECOND)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return True
        if now - self.refused_at > 1.0:
            self.over_since = now
        self.refused_at = now
        return False

    @property
    def abused(self) -> bool:
        """Whether the limit has been exceeded without a pause for ten seconds."""
        return bool(self.over_since) and self.refused_at - self.over_since >= ABUSE_SECONDS


class Doorway:
    """Sockets that have not said who they are, counted by address."""

    def __init__(self) -> None:
        self.waiting: Counter[str] = Counter()
        self.total = 0

    def full(self, address: str) -> bool:
        return self.total >= PENDING_PER_PROCESS or self.waiting[address] >= PENDING_PER_ADDRESS

    def enter(self, address: str) -> None:
        self.waiting[address] += 1
        self.total += 1

    def leave(self, address: str) -> None:
        self.total -= 1
        self.waiting[address] -= 1
        if self.waiting[address] <= 0:
            del self.waiting[address]


doorway = Doorway()
