from __future__ import annotations

from pulse.realtime.limits import Allowance


def flood(allowance: Allowance, *, seconds: float, per_second: int, start: float = 0.0) -> int:
    """How many of evenly spaced messages are let through."""
    moments = range(round(seconds * per_second))
    return sum(allowance.spend(start + number / per_second) for number in moments)


def test_sixty_a_second_are_let_through_and_a_burst_of_twice_that() -> None:
    assert flood(Allowance(0.0), seconds=10, per_second=60) == 600
    assert flood(Allowance(0.0), seconds=0.1, per_second=10_000) == 120 + 5
    assert flood(Allowance(0.0), seconds=5, per_second=1000) == 120 + 5 * 60 - 1


def test_ten_seconds_beyond_the_limit_are_abuse_and_a_pause_forgives() -> None:
    allowance = Allowance(0.0)
    flood(allowance, seconds=9, per_second=1000)
    assert not allowance.abused
    flood(allowance, seconds=2, per_second=1000, start=12.0)
    assert not allowance.abused
    flood(allowance, seconds=10.5, per_second=1000, start=14.0)
    assert allowance.abused
