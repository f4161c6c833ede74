"""Roll-up buckets: which an instant falls into, and which of them a range is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from analytics.models import Rollup

QUARTER_MS = 15 * 60_000
DAY_MS = 86_400_000
Grain = Rollup.Grain

Key = tuple[int, int, int, str]
"""(environment, grain, start in milliseconds, name): the key of a roll-up row."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a range: whole buckets of ``grain``, or raw rows where ``grain`` is None. End excluded."""

    grain: int | None
    start_ms: int
    end_ms: int


@lru_cache(maxsize=4096)
def month_of(day_ms: int) -> int:
    """Start of the UTC month that holds the day starting at ``day_ms``."""
    first = datetime.fromtimestamp(day_ms // 1000, UTC).replace(day=1)
    return int(first.timestamp()) * 1000


def month_after(month_ms: int) -> int:
    return month_of(month_ms + 32 * DAY_MS)


def month_at_or_after(moment_ms: int) -> int:
    start = month_of(moment_ms - moment_ms % DAY_MS)
    return start if start == moment_ms else month_after(start)


def totals(events: Iterable[tuple[int, int, str]], sign: int = 1) -> list[tuple[*Key, int]]:
    """Roll-up rows of (environment, timestamp in ms, name) triples, each with its count.

    Sorted by key: writers that lock rows in one order cannot deadlock.
    """
    quarters: dict[tuple[int, int, str], int] = {}
    for environment_id, timestamp_ms, name in events:
        key = (environment_id, timestamp_ms - timestamp_ms % QUARTER_MS, name)
        quarters[key] = quarters.get(key, 0) + sign
    return expanded(quarters)


def expanded(quarters: dict[tuple[int, int, str], int]) -> list[tuple[*Key, int]]:
    """Rows of all three grains from counts by (environment, quarter, name), sorted by key."""
    rows: dict[Key, int] = {}
    for (environment_id, start_ms, name), count in quarters.items():
        day_ms = start_ms - start_ms % DAY_MS
        rows[(environment_id, Grain.QUARTER.value, start_ms, name)] = count
        for grain, start in ((Grain.DAY.value, day_ms), (Grain.MONTH.value, month_of(day_ms))):
            key = (environment_id, grain, start, name)
            rows[key] = rows.get(key, 0) + count
    return [(*key, count) for key, count in sorted(rows.items())]


def pieces(from_ms: int | None, to_ms: int | None) -> list[Piece]:
    """Cut [from, to) into raw edges, quarters, days and months; an open end is all time."""
    low, high = from_ms, to_ms
    if low is not None and high is not None and low >= high:
        return []
    cuts = [
        (None, QUARTER_MS),
        (Grain.QUARTER.value, DAY_MS),
    ]
    found: list[Piece] = []
    for grain, size in cuts:
        low, high, edges = _shave(low, high, grain, size)
        found += edges
        if low is not None and high is not None and low >= high:
            return found
    return found + _days_and_months(low, high)


def _shave(
    low: int | None, high: int | None, grain: int | None, size: int
) -> tuple[int | None, int | None, list[Piece]]:
    """Take off what does not fill a bucket of ``size``; returns the rest and the edges."""
    up = low if low is None else -(-low // size) * size
    down = high if high is None else high // size * size
    return _split(low, high, up, down, grain)


def _split(
    low: int | None, high: int | None, up: int | None, down: int | None, grain: int | None
) -> tuple[int | None, int | None, list[Piece]]:
    if low is not None and high is not None and up is not None and down is not None and up > down:
        return high, high, [Piece(grain, low, high)]
    edges = []
    if low is not None and up is not None and low < up:
        edges.append(Piece(grain, low, up))
    if high is not None and down is not None and down < high:
        edges.append(Piece(grain, down, high))
    return up, down, edges


def _days_and_months(low: int | None, high: int | None) -> list[Piece]:
    up = None if low is None else month_at_or_after(low)
    down = None if high is None else month_of(high)
    low, high, edges = _split(low, high, up, down, Grain.DAY.value)
    if low is not None and high is not None and low >= high:
        return edges
    everything = Piece(Grain.MONTH.value, -(2**62) if low is None else low, high or 2**62)
    return [*edges, everything]


def local_starts(
    from_ms: int, to_ms: int, *, interval: str, zone: str, limit: int
) -> list[int] | None:
    """Starts, in milliseconds, of the local calendar buckets that touch [from, to).

    Minutes and hours are lengths of time; days, weeks (Monday) and months follow the wall clock of
    ``zone``, so a day of a daylight saving change has 23 or 25 hours. None beyond ``limit`` buckets.
    """
    tz = ZoneInfo(zone)
    start = _floor(datetime.fromtimestamp(from_ms / 1000, tz), interval)
    starts: list[int] = []
    while (start_ms := _ms(start)) < to_ms:
        if len(starts) == limit:
            return None
        starts.append(start_ms)
        start = _next(start, interval)
    return starts


def next_start(start_ms: int, *, interval: str, zone: str) -> int:
    """The start of the bucket after the one that starts at ``start_ms``."""
    return _ms(_next(datetime.fromtimestamp(start_ms / 1000, ZoneInfo(zone)), interval))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _floor(moment: datetime, interval: str) -> datetime:
    moment = moment.replace(second=0, microsecond=0)
    if interval == "minute":
        return moment
    moment = moment.replace(minute=0)
    if interval == "hour":
        return moment
    moment = moment.replace(hour=0, fold=0)
    if interval == "week":
        return moment - timedelta(days=moment.weekday())
    return moment.replace(day=1) if interval == "month" else moment


def _next(start: datetime, interval: str) -> datetime:
    if interval in ("minute", "hour"):
        step = timedelta(minutes=1) if interval == "minute" else timedelta(hours=1)
        return (start.astimezone(UTC) + step).astimezone(start.tzinfo)
    if interval == "month":
        return (start + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if interval == "week" else 1)
