"""Adverse impact: how often each group is above the median, and how that compares.

Follows the form of New York City's Local Law 144: for a tool that scores, the scoring rate of a group
is the share of it above the median of everybody; the impact ratio is that rate over the best group's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

MIN_GROUP = 5
FOUR_FIFTHS = 0.8
SMALL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Person:
    """One scored screening; empty strings are unknown."""

    score: int
    advanced: bool | None
    sex: str
    ethnicity: str


def report(people: Iterable[Person], *, basis: str = "score") -> dict[str, Any]:
    """Rates and ratios per sex, ethnicity and both. ``basis`` is ``score`` or ``decision``.

    Groups below five people are suppressed: neither rate nor ratio is told, and they are nobody's
    reference.
    """
    rows = [one for one in people if basis == "score" or one.advanced is not None]
    middle = median(one.score for one in rows) if rows else None
    judged = [
        (one, one.score > (middle or 0) if basis == "score" else bool(one.advanced)) for one in rows
    ]
    return {
        "basis": basis,
        "total": len(rows),
        "median_score": middle,
        "unknown": {
            "sex": sum(not one.sex for one in rows),
            "ethnicity": sum(not one.ethnicity for one in rows),
        },
        "sex": _groups((one.sex, chosen) for one, chosen in judged),
        "ethnicity": _groups((one.ethnicity, chosen) for one, chosen in judged),
        "intersection": _groups(
            (f"{one.sex} / {one.ethnicity}" if one.sex and one.ethnicity else "", chosen)
            for one, chosen in judged
        ),
    }


def _groups(judged: Iterable[tuple[str, bool]]) -> list[dict[str, Any]]:
    counts: dict[str, list[int]] = {}
    for name, chosen in judged:
        if name:
            own = counts.setdefault(name, [0, 0])
            own[0] += 1
            own[1] += chosen
    known = sum(n for n, _ in counts.values())
    rates = {name: s / n for name, (n, s) in counts.items() if n >= MIN_GROUP}
    best = max(rates.values(), default=0.0)
    return [
        _row(name, counts[name][0], counts[name][1], rates.get(name), best, known)
        for name in sorted(counts, key=lambda one: (-counts[one][0], one))
    ]


def _row(
    name: str, n: int, selected: int, rate: float | None, best: float, known: int
) -> dict[str, Any]:
    ratio = rate / best if rate is not None and best else None
    return {
        "group": name,
        "n": n,
        "selected": selected if rate is not None else None,
        "rate": round(rate, 4) if rate is not None else None,
        "impact_ratio": round(ratio, 4) if ratio is not None else None,
        "below_four_fifths": ratio < FOUR_FIFTHS if ratio is not None else None,
        "suppressed": rate is None,
        "below_two_percent": n / known < SMALL_SHARE,
    }
