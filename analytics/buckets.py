"""Roll-up buckets: which an instant falls into, and which of them a range is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from analytics.models import Rollup
from analytics.validation import DAY_MS

QUARTER_MS = 15 * 60_000
Grain = Rollup.Grain
_LENGTH_MS = {Grain.QUARTER: QUARTER_MS, Grain.DAY: DAY_MS}
_COARSER: dict[Grain | None, Grain] = {
    None: Grain.QUARTER,
    Grain.QUARTER: Grain.DAY,
    Grain.DAY: Grain.MONTH,
}
"""From the events themselves to months, each with what holds it."""

Key = tuple[int, int, int, str]
"""(environment, grain, start in milliseconds, name): the key of a roll-up row."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a range: whole buckets of ``grain``, or raw rows where ``grain`` is None. End excluded.

    ``sign`` is -1 for rows that are taken off again.
    """

    grain: Grain | None
    start_ms: int
    end_ms: int
    sign: int = 1


@lru_cache(maxsize=4096)
def month_of(day_ms: int) -> int:
    """Start of the UTC month that holds the day starting at ``day_ms``."""
    first = datetime.fromtimestamp(day_ms // 1000, UTC).replace(day=1)
    return int(first.timestamp()) * 1000


def month_after(month_ms: int) -> int:
    return month_of(month_ms + 32 * DAY_MS)


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


def pieces(
    from_ms: int | None,
    to_ms: int | None,
    coarsest: Grain | None = Grain.MONTH,
    *,
    now_ms: int,
) -> list[Piece]:
    """Cut [from, to) into raw edges and buckets up to ``coarsest``; an open end is all time.

    An edge may come as the whole bucket it is part of, with what is beyond the range taken off; which
    of the two has fewer rows is guessed from how long each has been, ``now_ms``.
    """
    low, high = from_ms, to_ms
    if low is not None and high is not None and low >= high:
        return []
    found: list[Piece] = []
    for grain, coarser in _COARSER.items():
        if grain == coarsest:
            return [*found, _whole(coarsest, low, high)]
        low, high, edges = _shave(low, high, grain, coarser)
        found += [part for edge in edges for part in _cheaper(edge, coarser, now_ms)]
        if low is not None and high is not None and low >= high:
            return found
    return [*found, _whole(Grain.MONTH, low, high)]


def _whole(grain: Grain | None, low: int | None, high: int | None) -> Piece:
    return Piece(grain, -(2**62) if low is None else low, 2**62 if high is None else high)


def _shave(
    low: int | None, high: int | None, grain: Grain | None, coarser: Grain
) -> tuple[int | None, int | None, list[Piece]]:
    """Take off what fills no bucket of ``coarser``; returns the rest and the edges."""
    up = None if low is None else _at_or_after(low, coarser)
    down = None if high is None else _at_or_before(high, coarser)
    if low is not None and high is not None and up is not None and down is not None and up > down:
        return high, high, [Piece(grain, low, high)]
    edges = []
    if low is not None and up is not None and low < up:
        edges.append(Piece(grain, low, up))
    if high is not None and down is not None and down < high:
        edges.append(Piece(grain, down, high))
    return up, down, edges


def _cheaper(edge: Piece, coarser: Grain, now_ms: int) -> list[Piece]:
    """An edge, or the bucket it is part of less the rest of it: whichever is shorter by now.

    Ranges mostly end now: after such an end there is nothing, however many events a second arrive.
    """
    start_ms = _at_or_before(edge.start_ms, coarser)
    end_ms = _after(start_ms, coarser)
    if edge.start_ms == start_ms:
        rest = Piece(edge.grain, edge.end_ms, end_ms, sign=-1)
    elif edge.end_ms == end_ms:
        rest = Piece(edge.grain, start_ms, edge.start_ms, sign=-1)
    else:
        return [edge]
    if _passed_ms(edge, now_ms) <= _passed_ms(rest, now_ms):
        return [edge]
    return [Piece(coarser, start_ms, end_ms), rest]


def _passed_ms(piece: Piece, now_ms: int) -> int:
    return max(0, min(piece.end_ms, now_ms) - piece.start_ms)


def _at_or_before(moment_ms: int, grain: Grain) -> int:
    """Start of the bucket that holds the moment."""
    if grain == Grain.MONTH:
        return month_of(moment_ms - moment_ms % DAY_MS)
    return moment_ms - moment_ms % _LENGTH_MS[grain]


def _at_or_after(moment_ms: int, grain: Grain) -> int:
    start_ms = _at_or_before(moment_ms, grain)
    return start_ms if start_ms == moment_ms else _after(start_ms, grain)


def _after(start_ms: int, grain: Grain) -> int:
    """Start of the bucket after the one that starts at ``start_ms``."""
    return month_after(start_ms) if grain == Grain.MONTH else start_ms + _LENGTH_MS[grain]


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
        if (
            not starts or start_ms > starts[-1]
        ):  # a day that a move of the date line left out is none
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
