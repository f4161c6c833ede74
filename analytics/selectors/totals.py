"""Reports of counts: top events, one window's totals, time series, a property's values."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import F, Max
from django.db.models.expressions import Combinable

from analytics.buckets import QUARTER_MS, Grain
from analytics.filters import Filters
from analytics.selectors import rollups, uniques
from analytics.selectors.events import filtered
from analytics.selectors.uniques import Column
from analytics.statements import reading
from analytics.validation import DAY_MS
from pulse.tenancy.models import Environment

_UNIQUE: dict[str, tuple[Column, str]] = {
    "users": ("user_id", "uniqueUsers"),
    "sessions": ("session_id", "uniqueSessions"),
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A range of a time series; ``unique_users`` is None where they were not asked for."""

    start_ms: int
    count: int
    unique_users: int | None


def top_events(
    environment: Environment, filters: Filters, *, limit: int, unique: str = ""
) -> list[dict[str, Any]]:
    """``[{name, count}]``, the most frequent first, equal counts by name; exact.

    ``unique`` is "", "users" or "sessions": the latter two add ``uniqueUsers`` or ``uniqueSessions``.
    """
    column, member = _UNIQUE.get(unique, ("user_id", ""))
    if filters.time_only:
        found = rollups.by_name(environment, filters, limit=limit)
        people = {}
        if unique and found:
            names = [name for name, _ in found]
            people = uniques.by_name(environment, filters, column, names)
        rows = [(name, count, people.get(name, 0)) for name, count in found]
    else:
        order = "ORDER BY count DESC, thing LIMIT %s"
        rows = _tallied(environment, filters, column, F("name"), order, limit)
    return [
        {"name": name, "count": count} | ({member: people} if member else {})
        for name, count, people in rows
    ]


def names(environment: Environment, filters: Filters, *, limit: int) -> list[str]:
    """Names of the events that pass, the most frequent first."""
    return [row["name"] for row in top_events(environment, filters, limit=limit)]


def count_events(environment: Environment, filters: Filters) -> int:
    """How many events pass; from the roll-up where only names and time are asked for."""
    if filters.time_only:
        return rollups.total(environment, filters)
    return filtered(environment, filters).count()


def window(environment: Environment, filters: Filters) -> dict[str, int]:
    """``{uniqueUsers, uniqueSessions, events}`` of one window; all three exact."""
    return {
        "uniqueUsers": uniques.count(environment, filters, "user_id"),
        "uniqueSessions": uniques.count(environment, filters, "session_id"),
        "events": count_events(environment, filters),
    }


def latest_ms(environment: Environment, now_ms: int) -> int:
    """The instant of the latest event that is ahead of the clock; without one, ``now_ms``."""
    ahead = filtered(environment, Filters(from_ms=now_ms)).aggregate(latest=Max("timestamp_ms"))
    return ahead["latest"] or now_ms


def series(
    environment: Environment, filters: Filters, starts: Sequence[int], *, unique: bool
) -> list[Bucket]:
    """Counts of consecutive ranges; ``starts`` ends with the end of the last one.

    Only what lies in the filters' own [from, to) counts, so the first and last may be partial.
    """
    low = starts[0] if filters.from_ms is None else max(starts[0], filters.from_ms)
    high = starts[-1] if filters.to_ms is None else min(starts[-1], filters.to_ms)
    inside = replace(filters, from_ms=low, to_ms=high)
    counts = [0] * (len(starts) - 1)
    people: dict[int, int] = {}
    if filters.time_only:
        for start_ms, count in rollups.by_time(environment, inside, coarsest=_coarsest(starts)):
            counts[min(max(bisect_right(starts, start_ms), 1), len(counts)) - 1] += count
        if unique:
            people = uniques.by_bucket(environment, inside, "user_id", starts)
    else:
        number = reading.bucket_number(starts)
        for at, count, users in _tallied(environment, inside, "user_id", number):
            counts[at], people[at] = count, users
    return [
        Bucket(start, counts[at], people.get(at, 0) if unique else None)
        for at, start in enumerate(starts[:-1])
    ]


def _coarsest(starts: Sequence[int]) -> Grain | None:
    """The grain of the roll-up of which every border between two ranges is one too."""
    inner = starts[1:-1]
    if all(start % DAY_MS == 0 for start in inner):
        return Grain.DAY
    return Grain.QUARTER if all(start % QUARTER_MS == 0 for start in inner) else None


def breakdown(
    environment: Environment, filters: Filters, *, key: str, limit: int
) -> list[dict[str, Any]]:
    """``[{value (JSON text or None), count, users}]`` of one property, the most frequent first."""
    value = reading.property_text(connection.vendor, key)
    order = "ORDER BY count DESC, thing NULLS LAST LIMIT %s"
    rows = _tallied(environment, filters, "user_id", value, order, limit)
    return [{"value": value, "count": count, "users": users} for value, count, users in rows]


def _tallied(
    environment: Environment,
    filters: Filters,
    column: Column,
    thing: Combinable,
    order: str = "",
    *values: int,
) -> list[tuple[Any, int, int]]:
    """(thing, count, people), in one pass over the events."""
    sql, parameters = uniques.tally(filtered(environment, filters), column, thing)
    if uniques.reads_whole_table(environment, filters):
        sql = reading.along_table(sql)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} {order}", [*parameters, *values])
        return list(cursor.fetchall())
