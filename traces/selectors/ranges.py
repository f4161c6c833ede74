"""A range of time as whole days, whole quarters of an hour, and edges that are neither.

A quarter in which a range begins or ends may be taken whole, and the rest of it off again, where the
rest is shorter by now: after a range that ends now there is nothing, and before its end there may be
a hundred thousand rows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

from traces.instants import DAY_MS, EARLIEST_MS, LATEST_MS, QUARTER_MS

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


def split(
    from_ms: int | None, to_ms: int | None, *, days: bool = True, now_ms: int | None = None
) -> Segments:
    """Segments of the inclusive range; ``days=False`` keeps to quarters (for hours in a series).

    ``now_ms`` (of its own accord the clock's) is a hint what is cheaper to read; the segments hold the
    same whatever it is.
    """
    start = EARLIEST_MS if from_ms is None else max(from_ms, EARLIEST_MS)
    end = (LATEST_MS if to_ms is None else min(to_ms, LATEST_MS)) + 1
    if start >= end:
        return Segments()
    passed = partial(_passed, now_ms=time.time_ns() // 1_000_000 if now_ms is None else now_ms)
    low, high = _down(start, QUARTER_MS), _up(end, QUARTER_MS)
    inner, outer = _up(start, QUARTER_MS), _down(end, QUARTER_MS)
    if inner > outer:
        if passed(start, end) <= passed(low, start) + passed(end, high):
            return Segments(edges=((start, end),))
        return Segments(quarters=((low, high),), rests=_kept((low, start), (end, high)))
    if passed(low, start) < passed(start, inner):
        inner = low
    if passed(end, high) < passed(outer, end):
        outer = high
    edges = _kept((start, inner), (outer, end))
    rests = _kept((inner, start), (end, outer))
    first, last = _up(inner, DAY_MS), _down(outer, DAY_MS)
    if not days or first >= last:
        return Segments((), _kept((inner, outer)), edges, rests)
    return Segments(((first, last),), _kept((inner, first), (last, outer)), edges, rests)


def _passed(start: int, end: int, *, now_ms: int) -> int:
    return max(0, min(end, now_ms) - start)


def _kept(*intervals: Interval) -> tuple[Interval, ...]:
    return tuple(interval for interval in intervals if interval[0] < interval[1])
