"""Latency distributions as DDSketch bins: any percentile within 1 % of its true value.

A sketch is stored as ``[first bin, count, count, …]`` and worked on as a mapping of bin to count.
Sketches add, and subtract when rows are deleted, so a range is the sum of its buckets.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping

import orjson

ACCURACY = 0.01
GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
LOG_GAMMA = math.log(GAMMA)
SMALLEST_MS = 0.01
LARGEST_MS = 1e10  # four months; longer is counted as this
QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}

Bins = dict[int, int]


def bin_of(latency_ms: float) -> int:
    bounded = min(max(latency_ms, SMALLEST_MS), LARGEST_MS)
    return math.ceil(math.log(bounded) / LOG_GAMMA)


def value_of(index: int) -> float:
    """The middle of a bin, in milliseconds."""
    return 2 * GAMMA**index / (GAMMA + 1)


def add(target: Bins, other: Mapping[int, int]) -> None:
    for index, count in other.items():
        target[index] = target.get(index, 0) + count


def pack(bins: Mapping[int, int]) -> str:
    held = {index: count for index, count in bins.items() if count > 0}
    if not held:
        return "[]"
    first = min(held)
    dense = [0] * (max(held) - first + 1)
    for index, count in held.items():
        dense[index - first] = count
    return orjson.dumps([first, *dense]).decode()


def unpack(text: str) -> Bins:
    dense = orjson.loads(text)
    if not dense:
        return {}
    first = dense[0]
    return {first + offset: count for offset, count in enumerate(dense[1:]) if count}


def combine(texts: Iterable[str]) -> Bins:
    """The sum of packed sketches; dense, because a month of them is hundreds of thousands of bins."""
    packed = [dense for dense in map(orjson.loads, texts) if dense]
    if not packed:
        return {}
    first = min(dense[0] for dense in packed)
    total = [0] * (max(dense[0] + len(dense) for dense in packed) - first)
    for dense in packed:
        start = dense[0] - first
        end = start + len(dense) - 1
        total[start:end] = map(operator.add, total[start:end], dense[1:])
    return {first + offset: count for offset, count in enumerate(total) if count}


def percentiles(bins: Mapping[int, int]) -> dict[str, float | None]:
    """p50, p90, p95 and p99 by nearest rank, in milliseconds; None where nothing was counted."""
    total = sum(bins.values())
    if not total:
        return dict.fromkeys(QUANTILES)
    ordered = sorted(bins.items())
    return {name: _quantile(ordered, total, share) for name, share in QUANTILES.items()}


def _quantile(ordered: list[tuple[int, int]], total: int, share: float) -> float:
    rank, seen = math.ceil(share * total), 0
    for index, count in ordered:
        seen += count
        if seen >= rank:
            return round(value_of(index), 3)
    return round(value_of(ordered[-1][0]), 3)
