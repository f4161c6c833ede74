"""Counts: top events, one window's totals, time series. The roll-up answers where it can."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import BigIntegerField, Count, F, QuerySet, Sum

from analytics import buckets, statements
from analytics.buckets import DAY_MS, QUARTER_MS, Piece
from analytics.filters import Filters
from analytics.models import Event, Rollup
from analytics.selectors.events import filtered, named
from pulse.tenancy.models import Environment

MINUTE_MS = 60_000

_Counts = QuerySet[Any, Any]


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

    ``unique`` is "", "users" or "sessions": the latter two add ``uniqueUsers`` or ``uniqueSessions``
    and read the rows themselves.
    """
    if unique or not filters.time_only:
        return _top_of_rows(environment, filters, limit, unique)
    parts = [_piece_counts(environment, filters, piece) for piece in _pieces(filters)]
    if not parts:
        return []
    return _run(
        parts,
        "SELECT name, SUM(n) AS count FROM ({union}) AS parts GROUP BY name"
        " HAVING SUM(n) > 0 ORDER BY SUM(n) DESC, name LIMIT %s",
        limit,
    )


def count_events(environment: Environment, filters: Filters) -> int:
    """How many events pass; from the roll-up where only names and time are asked for."""
    if not filters.time_only:
        return filtered(environment, filters).count()
    parts = [_piece_counts(environment, filters, piece) for piece in _pieces(filters)]
    if not parts:
        return 0
    return _run(parts, "SELECT SUM(n) AS total FROM ({union}) AS parts")[0]["total"] or 0


def window(environment: Environment, filters: Filters) -> dict[str, int]:
    """``{uniqueUsers, uniqueSessions, events}`` of one window; all three exact."""
    found = filtered(environment, filters).aggregate(
        users=Count("user_id", distinct=True), sessions=Count("session_id", distinct=True)
    )
    return {
        "uniqueUsers": found["users"],
        "uniqueSessions": found["sessions"],
        "events": count_events(environment, filters),
    }


def names(environment: Environment, filters: Filters, *, limit: int) -> list[str]:
    """Names of events ever tracked, the most frequent first."""
    rows = Rollup.objects.within(environment).filter(grain=Rollup.Grain.MONTH)
    if not filters.any_name:
        rows = rows.filter(named(filters))
    found = rows.values("name").annotate(total=Sum("count")).filter(total__gt=0)
    return [row["name"] for row in found.order_by("-total", "name")[:limit]]


def bounds_of_time(environment: Environment) -> tuple[int, int] | None:
    """Instants of the oldest and the newest event; None where there is none."""
    rows = Event.objects.within(environment).order_by("timestamp_ms")
    first = rows.values_list("timestamp_ms", flat=True).first()
    last = rows.values_list("timestamp_ms", flat=True).last()
    return None if first is None or last is None else (first, last)


def series(
    environment: Environment, filters: Filters, starts: Sequence[int], *, unique: bool
) -> list[Bucket]:
    """Counts of consecutive ranges; ``starts`` ends with the end of the last one.

    Only what lies in the filters' own [from, to) counts, so the first and last may be partial.
    """
    if unique or not filters.time_only:
        return _series_of_rows(environment, filters, starts)
    counts = [0] * (len(starts) - 1)
    low = max(starts[0], starts[0] if filters.from_ms is None else filters.from_ms)
    high = min(starts[-1], starts[-1] if filters.to_ms is None else filters.to_ms)
    for start_ms, count in _steps(environment, replace(filters, from_ms=low, to_ms=high), starts):
        counts[bisect_right(starts, start_ms) - 1] += count
    return [Bucket(start, count, None) for start, count in zip(starts, counts, strict=False)]


def _steps(
    environment: Environment, filters: Filters, starts: Sequence[int]
) -> list[tuple[int, int]]:
    """(instant, count) pairs so fine that none lies across a border of ``starts``."""
    inner = starts[1:-1]
    grain, size = Rollup.Grain.QUARTER, QUARTER_MS
    if all(start % DAY_MS == 0 for start in inner):
        grain, size = Rollup.Grain.DAY, DAY_MS
    if any(start % size for start in inner):
        rows = filtered(environment, filters).values("timestamp_ms").annotate(n=Count("id"))
        return [(row["timestamp_ms"], row["n"]) for row in rows]
    found: list[tuple[int, int]] = []
    for piece in _cut(filters, grain, size):
        counts = _piece_steps(environment, filters, piece)
        found += [(row["start"], row["n"]) for row in counts]
    return found


def _cut(filters: Filters, grain: int, size: int) -> list[Piece]:
    """The window in whole buckets of ``grain``, with its edges raw."""
    low, high = filters.from_ms or 0, filters.to_ms or 0
    up, down = -(-low // size) * size, high // size * size
    if up >= down:
        return [Piece(None, low, high)]
    edges = [Piece(None, low, up), Piece(None, down, high)]
    return [Piece(grain, up, down), *(edge for edge in edges if edge.start_ms < edge.end_ms)]


def _piece_steps(environment: Environment, filters: Filters, piece: Piece) -> _Counts:
    if piece.grain is None:
        minute = F("timestamp_ms") - F("timestamp_ms") % MINUTE_MS
        rows = _raw(environment, filters, piece).annotate(start=minute).values("start")
        return rows.annotate(n=Count("id")).order_by()
    found = _rolled(environment, filters, piece).values(start=F("start_ms"))
    return found.annotate(n=Sum("count", output_field=BigIntegerField())).order_by()


def _piece_counts(environment: Environment, filters: Filters, piece: Piece) -> _Counts:
    if piece.grain is None:
        return _raw(environment, filters, piece).values("name").annotate(n=Count("id")).order_by()
    return _rolled(environment, filters, piece).values("name", n=F("count")).order_by()


def _raw(environment: Environment, filters: Filters, piece: Piece) -> QuerySet[Event]:
    return filtered(environment, replace(filters, from_ms=piece.start_ms, to_ms=piece.end_ms))


def _rolled(environment: Environment, filters: Filters, piece: Piece) -> QuerySet[Rollup]:
    rows: QuerySet[Rollup] = Rollup.objects.within(environment).filter(
        grain=piece.grain, start_ms__gte=piece.start_ms, start_ms__lt=piece.end_ms
    )
    return rows if filters.any_name else rows.filter(named(filters))


def _pieces(filters: Filters) -> list[Piece]:
    return buckets.pieces(filters.from_ms, filters.to_ms)


def _run(parts: Sequence[_Counts], statement: str, *extra: Any) -> list[dict[str, Any]]:
    """Run one statement over all parts: one snapshot, so a concurrent write counts once or not at all."""
    compiled = [part.query.sql_with_params() for part in parts]
    union = " UNION ALL ".join(sql for sql, _ in compiled)
    parameters = [value for _, values in compiled for value in values]
    sql = statement.format(union=union)
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            return _fetched(cursor, sql, [*parameters, *extra])
    with transaction.atomic(), connection.cursor() as cursor:
        statements.forbid_workers(cursor)
        return _fetched(cursor, sql, [*parameters, *extra])


def _fetched(cursor: Any, sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
    cursor.execute(sql, parameters)
    columns = [column[0] for column in cursor.description]
    return [
        {
            column: int(cell) if column != "name" and cell is not None else cell
            for column, cell in zip(columns, row, strict=True)
        }
        for row in cursor.fetchall()
    ]


def _top_of_rows(
    environment: Environment, filters: Filters, limit: int, unique: str
) -> list[dict[str, Any]]:
    column = {"users": "user_id", "sessions": "session_id"}.get(unique, "")
    rows: _Counts = filtered(environment, filters).values("name").annotate(count=Count("id"))
    if column:
        rows = rows.annotate(unique=Count(column, distinct=True))
    answer = []
    for row in rows.order_by("-count", "name")[:limit]:
        item = {"name": row["name"], "count": row["count"]}
        if column:
            item["uniqueUsers" if unique == "users" else "uniqueSessions"] = row["unique"]
        answer.append(item)
    return answer


def _series_of_rows(
    environment: Environment, filters: Filters, starts: Sequence[int]
) -> list[Bucket]:
    """One pass over the rows, each range by its own index range scan."""
    low = starts[0] if filters.from_ms is None else filters.from_ms
    high = starts[-1] if filters.to_ms is None else filters.to_ms
    rows = filtered(environment, replace(filters, from_ms=low, to_ms=high))
    table, parameters = statements.bounds(connection.vendor, starts)
    inner, values = rows.values("id", "timestamp_ms", "user_id").order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {table} SELECT number, COUNT(passed.id), COUNT(DISTINCT passed.user_id)"
            f" FROM bounds JOIN ({inner}) AS passed"
            " ON passed.timestamp_ms >= low AND passed.timestamp_ms < high GROUP BY number",
            [*parameters, *values],
        )
        found = {number: (count, users) for number, count, users in cursor.fetchall()}
    return [Bucket(start, *found.get(number, (0, 0))) for number, start in enumerate(starts[:-1])]


def breakdown(
    environment: Environment, filters: Filters, *, key: str, limit: int
) -> list[dict[str, Any]]:
    """``[{value (JSON text or None), count, uniqueUsers}]`` of one property, the most frequent first."""
    rows: _Counts = (
        filtered(environment, filters)
        .annotate(value=statements.property_text(connection.vendor, key))
        .values("value")
        .annotate(count=Count("id"), users=Count("user_id", distinct=True))
        .order_by("-count", F("value").asc(nulls_last=True))
    )
    return list(rows[:limit])
