"""The Employee Score's published formula: six factors, their weights, what missing data does. Pure.

A signal of workspace health; it is not an input to reviews or pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

WEIGHTS = {
    "delivery": 0.25,
    "utilization": 0.20,
    "value": 0.20,
    "recognition": 0.15,
    "focus": 0.10,
    "billable": 0.10,
}
GRADES = ((85, "exceptional"), (70, "strong"), (55, "healthy"), (40, "watch"), (0, "struggling"))
NEUTRAL = 60.0
SMALLEST_PEER_GROUP = 3
FULL_FOCUS_SESSIONS = 8
TREND_POINTS = 3
UTILIZATION = ((0.0, 0.0), (70.0, 100.0), (90.0, 100.0), (100.0, 90.0), (120.0, 40.0), (140.0, 0.0))


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is measured of one person; None is unknown. Kudos are coins of the last 60 days."""

    goals_progress_percent: float | None = None
    goals_hit: int | None = None
    goals_missed: int | None = None
    allocation_percent: float | None = None
    margin_per_hour: float | None = None
    peer_margins: Sequence[float] = ()
    focus_sessions: int | None = None
    tracked_hours: float | None = None
    billable_hours: float | None = None
    received: int = 0
    given: int = 0
    most_received: int = 0
    most_given: int = 0


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor: its value from 0 to 100, and how it came about.

    ``status`` is ``measured``, ``neutral`` (a stand-in that keeps its weight) or ``not_applicable``
    (dropped: its weight goes to the others).
    """

    key: str
    value: float | None
    status: str
    detail: str
    weight: float = 0.0
    effective_weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """``score`` is a whole number from 0 to 100; None where nothing at all was measured."""

    score: int | None
    grade: str | None
    factors: tuple[Factor, ...]


def score(inputs: Inputs) -> Score:
    """Weigh the factors that could be measured; the weights of the others are shared out."""
    factors = (
        _delivery(inputs),
        _utilization(inputs),
        _value(inputs),
        _recognition(inputs),
        _focus(inputs),
        _billable(inputs),
    )
    kept = sum(WEIGHTS[one.key] for one in factors if one.status != "not_applicable")
    weighed = tuple(_weighed(one, kept) for one in factors)
    if all(one.status != "measured" for one in factors):
        return Score(None, None, weighed)
    total = sum((one.value or 0.0) * one.effective_weight for one in weighed)
    points = int(Decimal(str(round(total, 6))).quantize(Decimal(1), ROUND_HALF_UP))
    return Score(points, grade(points), weighed)


def grade(points: int) -> str:
    return next(name for least, name in GRADES if points >= least)


def trend(points: int | None, earlier: int | None) -> str | None:
    """``up``, ``down`` or ``flat`` against the score of seven days earlier; None without either."""
    if points is None or earlier is None:
        return None
    if points - earlier >= TREND_POINTS:
        return "up"
    return "down" if earlier - points >= TREND_POINTS else "flat"


def _weighed(factor: Factor, kept: float) -> Factor:
    weight = WEIGHTS[factor.key]
    effective = 0.0 if factor.status == "not_applicable" else weight / kept
    return Factor(factor.key, factor.value, factor.status, factor.detail, weight, effective)


def _delivery(inputs: Inputs) -> Factor:
    closed = (inputs.goals_hit or 0) + (inputs.goals_missed or 0)
    hit_rate = 100 * (inputs.goals_hit or 0) / closed if closed else None
    known = [part for part in (inputs.goals_progress_percent, hit_rate) if part is not None]
    if not known:
        return Factor("delivery", NEUTRAL, "neutral", "No goals are known; 60 stands in.")
    value = sum(known) / len(known)
    return Factor("delivery", value, "measured", "Average of goal progress and goal hit-rate.")


def _utilization(inputs: Inputs) -> Factor:
    if inputs.allocation_percent is None:
        return Factor("utilization", None, "not_applicable", "No allocation is known.")
    value = _on_line(inputs.allocation_percent)
    detail = f"{inputs.allocation_percent:g} % of the week is allocated; 70 to 90 % is best."
    return Factor("utilization", value, "measured", detail)


def _on_line(percent: float) -> float:
    for (left, low), (right, high) in pairwise(UTILIZATION):
        if percent <= right:
            return low + (high - low) * (max(percent, left) - left) / (right - left)
    return 0.0


def _value(inputs: Inputs) -> Factor:
    peers = inputs.peer_margins
    if inputs.margin_per_hour is None or len(peers) < SMALLEST_PEER_GROUP:
        detail = "Margin is unknown, or fewer than three people are measured."
        return Factor("value", NEUTRAL, "not_applicable", detail)
    below = sum(1 for peer in peers if peer < inputs.margin_per_hour)
    ties = sum(1 for peer in peers if peer == inputs.margin_per_hour)
    value = 100 * (below + ties / 2) / len(peers)
    return Factor("value", value, "measured", f"Rank of the margin among {len(peers)} people.")


def _recognition(inputs: Inputs) -> Factor:
    if not inputs.most_received and not inputs.most_given:
        return Factor(
            "recognition", None, "not_applicable", "Nobody gave kudos in the last 60 days."
        )
    value = 80 * _share(inputs.received, inputs.most_received) + 20 * _share(
        inputs.given, inputs.most_given
    )
    detail = f"{inputs.received} coins received and {inputs.given} given in the last 60 days."
    return Factor("recognition", value, "measured", detail)


def _share(mine: int, most: int) -> float:
    return min(1.0, mine / most) if most else 0.0


def _focus(inputs: Inputs) -> Factor:
    if inputs.focus_sessions is None:
        return Factor("focus", None, "not_applicable", "No focus sessions are known.")
    value = min(100.0, 100 * inputs.focus_sessions / FULL_FOCUS_SESSIONS)
    detail = f"{inputs.focus_sessions} focus sessions in 30 days; 8 are full marks."
    return Factor("focus", value, "measured", detail)


def _billable(inputs: Inputs) -> Factor:
    if not inputs.tracked_hours:
        return Factor("billable", None, "not_applicable", "No tracked hours are known.")
    value = min(100.0, 100 * (inputs.billable_hours or 0.0) / inputs.tracked_hours)
    return Factor("billable", value, "measured", "Billable share of the tracked hours.")
