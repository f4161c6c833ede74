"""Writing events, their roll-up and their partitions: the SQL that the two databases spell differently.

``cursor`` is a DB-API cursor inside a transaction. JSON is the carrier on PostgreSQL: one parameter of
JSON through ``json_to_recordset`` stores 62,000 rows/s in batches of 100 where ``unnest`` of arrays
gives 24,000 and ``executemany`` 46,000 (2026-11-21, PostgreSQL 15, four indexes).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec

from analytics.buckets import QUARTER_MS, Key, expanded

BLOCK = 1000
"""How many event numbers a PostgreSQL writer reserves at a time."""


class EventRow(msgspec.Struct, gc=False):
    """A row of analytics_event, in the order of its columns."""

    id: int
    environment_id: int
    name: str
    properties: str
    user_id: str | None
    session_id: str | None
    timestamp_ms: int
    received_ms: int


class RollupRow(msgspec.Struct, gc=False):
    environment_id: int
    grain: int
    start_ms: int
    name: str
    count: int


_COLUMNS = "id, environment_id, name, properties, user_id, session_id, timestamp_ms, received_ms"
_ROLLUP = "environment_id, grain, start_ms, name, count"

_PG_ADD = f"""
INSERT INTO analytics_rollup AS kept ({_ROLLUP})
SELECT {_ROLLUP} FROM json_to_recordset(%s::json) AS item(
    environment_id bigint, grain smallint, start_ms bigint, name varchar, count bigint)
ON CONFLICT (environment_id, grain, start_ms, name)
DO UPDATE SET count = kept.count + excluded.count
"""
_PG_STORE = f"""
WITH stored AS (
    INSERT INTO analytics_event ({_COLUMNS})
    SELECT {_COLUMNS} FROM json_to_recordset(%s::json) AS item(
        id bigint, environment_id bigint, name varchar, properties text, user_id varchar,
        session_id varchar, timestamp_ms bigint, received_ms bigint)
) {_PG_ADD}"""
_PG_DROP_EMPTY = """
DELETE FROM analytics_rollup AS kept USING json_to_recordset(%s::json) AS item(
    environment_id bigint, grain smallint, start_ms bigint, name varchar)
WHERE kept.environment_id = item.environment_id AND kept.grain = item.grain
AND kept.start_ms = item.start_ms AND kept.name = item.name AND kept.count = 0
"""
_SQLITE_AT_ONCE = 16
"""Rows of one statement: ``executemany`` gives the interpreter away for each row, which costs a
writer beside a busy event loop 6 % of its events; more rows gain nothing."""
_SQLITE_DROP_EMPTY = """
DELETE FROM analytics_rollup
WHERE environment_id = ? AND grain = ? AND start_ms = ? AND name = ? AND count = 0
"""


class Numbers:
    """Hands out event numbers. Belongs to one writer thread."""

    def __init__(self) -> None:
        self._free: list[range] = []

    def take(self, cursor: Any, vendor: str, count: int) -> list[int]:
        """``count`` fresh numbers, ascending, inside the caller's transaction.

        PostgreSQL writers reserve blocks from a sequence, which a rollback does not return. SQLite has
        one writer at a time, and AUTOINCREMENT's own memory never gives a deleted number again.
        """
        if vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'analytics_event'")
            found = cursor.fetchone()
            first = (found[0] if found else 0) + 1
            return list(range(first, first + count))
        missing = count - sum(map(len, self._free))
        if missing > 0:
            cursor.execute(
                "SELECT nextval('analytics_event_block') FROM generate_series(1, %s)",
                (-(-missing // BLOCK),),
            )
            for (block,) in cursor.fetchall():
                self._free.append(range(block * BLOCK, (block + 1) * BLOCK))
        return self._pop(count)

    def _pop(self, count: int) -> list[int]:
        taken: list[int] = []
        while len(taken) < count:
            first = self._free.pop(0)
            wanted = count - len(taken)
            taken += first[:wanted]
            if wanted < len(first):
                self._free.insert(0, first[wanted:])
        return taken


def store(
    cursor: Any, vendor: str, events: Sequence[EventRow], totals: Sequence[tuple[*Key, int]]
) -> None:
    """Insert events and add ``totals`` to the roll-up: one statement on PostgreSQL."""
    if vendor == "postgresql":
        cursor.execute(_PG_STORE, (_json(events), _json(_named(totals))))
    else:
        _by_statements(cursor, _sqlite_store, [msgspec.structs.astuple(event) for event in events])
        _by_statements(cursor, _sqlite_add, totals)


def add_to_rollup(cursor: Any, vendor: str, totals: Sequence[tuple[*Key, int]]) -> None:
    """Add counts, negative ones after a deletion, and drop the rows that come to nothing."""
    if vendor == "postgresql":
        cursor.execute(_PG_ADD, (_json(_named(totals)),))
        cursor.execute(_PG_DROP_EMPTY, (_json(_named(totals)),))
    else:
        _by_statements(cursor, _sqlite_add, totals)
        cursor.executemany(_SQLITE_DROP_EMPTY, [total[:4] for total in totals])


def _by_statements(
    cursor: Any, statement: Callable[[int], str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Write ``rows`` with ``statement(how many)``. SQLite only."""
    for start in range(0, len(rows), _SQLITE_AT_ONCE):
        part = rows[start : start + _SQLITE_AT_ONCE]
        cursor.execute(statement(len(part)), [value for row in part for value in row])


@cache
def _sqlite_store(rows: int) -> str:
    return f"INSERT INTO analytics_event ({_COLUMNS}) VALUES {_marks(8, rows)}"


@cache
def _sqlite_add(rows: int) -> str:
    return (
        f"INSERT INTO analytics_rollup ({_ROLLUP}) VALUES {_marks(5, rows)}"
        " ON CONFLICT (environment_id, grain, start_ms, name)"
        " DO UPDATE SET count = count + excluded.count"
    )


def _marks(columns: int, rows: int) -> str:
    return ", ".join([f"({', '.join('?' * columns)})"] * rows)


def delete_events(cursor: Any, vendor: str, keys: Sequence[tuple[int, int]]) -> None:
    """Delete events by (id, receipt): the receipt names the partition."""
    if vendor == "postgresql":
        cursor.execute(
            "DELETE FROM analytics_event AS event"
            " USING unnest(%s::bigint[], %s::bigint[]) AS doomed(id, received_ms)"
            " WHERE event.id = doomed.id AND event.received_ms = doomed.received_ms"
            " AND event.received_ms BETWEEN %s AND %s",
            (
                [key[0] for key in keys],
                [key[1] for key in keys],
                min(key[1] for key in keys),
                max(key[1] for key in keys),
            ),
        )
    else:
        cursor.executemany("DELETE FROM analytics_event WHERE id = ?", [key[:1] for key in keys])


def create_partition(cursor: Any, table: str, low_ms: int, high_ms: int) -> None:
    """A partition for [low, high). PostgreSQL only."""
    cursor.execute(
        f"CREATE TABLE IF NOT EXISTS {table} PARTITION OF analytics_event"
        f" FOR VALUES FROM ({low_ms:d}) TO ({high_ms:d})"
    )


def drop_partition(cursor: Any, table: str) -> None:
    """Take a month out of the roll-up and drop it, whatever it holds. PostgreSQL only."""
    cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    cursor.execute(
        f"SELECT environment_id, timestamp_ms - timestamp_ms %% {QUARTER_MS}, name, -count(*)"
        f" FROM {table} GROUP BY 1, 2, 3",
        (),
    )
    quarters = {(environment, start, name): n for environment, start, name, n in cursor.fetchall()}
    if quarters:
        add_to_rollup(cursor, "postgresql", expanded(quarters))
    cursor.execute(f"DROP TABLE {table}")


def _named(totals: Sequence[tuple[*Key, int]]) -> list[RollupRow]:
    return [RollupRow(*total) for total in totals]


def _json(rows: Any) -> str:
    return msgspec.json.encode(rows).decode()
