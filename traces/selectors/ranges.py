"""A range of time as whole days, whole quarters of an hour, and the edges that are neither."""

from __future__ import annotations

from dataclasses import dataclass

from traces.instants import EARLIEST_MS, LATEST_MS, MINUTE_MS
from traces.models.rollups import Width

Interval = tuple[int, int]
"""Inclusive start, exclusive end, in Unix milliseconds."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Disjoint intervals that together are the range."""

    days: tuple[Interval, ...]
    quarters: tuple[Interval, ...]
    edges: tuple[Interval, ...]


def _up(moment: int, width: int) -> int:
    return -(-moment // width) * width


def _down(moment: int, width: int) -> int:
    return moment // width * width


def split(from_ms: int | None, to_ms: int | None, *, days: bool = True) -> Segments:
    """Segments of the inclusive range; ``days=False`` keeps to quarters (for hours in a series)."""
    start = EARLIEST_MS if from_ms is None else max(from_ms, EARLIEST_MS)
    end = (LATEST_MS if to_ms is None else min(to_ms, LATEST_MS)) + 1
    quarter, day = Width.QUARTER * MINUTE_MS, Width.DAY * MINUTE_MS
    if start >= end:
        return Segments((), (), ())
    inner, outer = _up(start, quarter), _down(end, quarter)
    if inner >= outer:
        return Segments((), (), ((start, end),))
    edges = _kept((start, inner), (outer, end))
    first, last = _up(inner, day), _down(outer, day)
    if not days or first >= last:
        return Segments((), ((inner, outer),), edges)
    return Segments(((first, last),), _kept((inner, first), (last, outer)), edges)


def _kept(*intervals: Interval) -> tuple[Interval, ...]:
    return tuple(interval for interval in intervals if interval[0] < interval[1])
