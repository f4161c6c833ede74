"""A range of time as whole days, whole quarters of an hour, and edges that are neither.

The quarter in which a range ends is taken whole, and the rest of it off again: ranges mostly end
now, so the rest is next to nothing where the edge may be a hundred thousand rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from traces.instants import EARLIEST_MS, LATEST_MS, MINUTE_MS
from traces.models.rollups import Width

Interval = tuple[int, int]
"""Inclusive start, exclusive end, in Unix milliseconds."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Disjoint intervals that together are the range, once ``rests`` are taken off."""

    days: tuple[Interval, ...] = ()
    quarters: tuple[Interval, ...] = ()
    edges: tuple[Interval, ...] = ()
    rests: tuple[Interval, ...] = ()


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
        return Segments()
    inner, outer = _up(start, quarter), _up(end, quarter)
    if end < inner and end - start <= quarter // 2:
        return Segments(edges=((start, end),))
    rests = [(end, outer)]
    if inner - start > quarter // 2:
        inner -= quarter
        rests.append((inner, start))
    edges = _kept((start, inner))
    first, last = _up(inner, day), _down(outer, day)
    if not days or first >= last:
        return Segments((), _kept((inner, outer)), edges, _kept(*rests))
    return Segments(((first, last),), _kept((inner, first), (last, outer)), edges, _kept(*rests))


def _kept(*intervals: Interval) -> tuple[Interval, ...]:
    return tuple(interval for interval in intervals if interval[0] < interval[1])
