"""Insert ids: claiming them, finding what they name, forgetting them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class InsertIdRow(msgspec.Struct, gc=False):
    environment_id: int
    insert_id: str
    event_id: int
    received_ms: int


_PG_REMEMBER = """
INSERT INTO analytics_insertid AS kept (environment_id, insert_id, event_id, received_ms)
SELECT environment_id, insert_id, event_id, received_ms FROM json_to_recordset(%s::json) AS item(
    environment_id bigint, insert_id varchar, event_id bigint, received_ms bigint)
ON CONFLICT (environment_id, insert_id)
DO UPDATE SET event_id = excluded.event_id, received_ms = excluded.received_ms
WHERE kept.received_ms < %s
RETURNING environment_id, insert_id
"""
_SQLITE_REMEMBER = """
INSERT INTO analytics_insertid (environment_id, insert_id, event_id, received_ms)
SELECT value ->> 'environment_id', value ->> 'insert_id', value ->> 'event_id',
       value ->> 'received_ms'
FROM json_each(?) WHERE true
ON CONFLICT (environment_id, insert_id)
DO UPDATE SET event_id = excluded.event_id, received_ms = excluded.received_ms
WHERE analytics_insertid.received_ms < ?
RETURNING environment_id, insert_id
"""


def remember(
    cursor: Any, vendor: str, rows: Sequence[InsertIdRow], *, forgotten_before_ms: int
) -> set[tuple[int, str]]:
    """Claim insert ids; returns the (environment, insert id) pairs that were free.

    A pair last seen before ``forgotten_before_ms`` is free again. Pairs of ``rows`` are distinct.
    """
    ordered = sorted(rows, key=lambda row: (row.environment_id, row.insert_id))
    statement = _PG_REMEMBER if vendor == "postgresql" else _SQLITE_REMEMBER
    cursor.execute(statement, (msgspec.json.encode(ordered).decode(), forgotten_before_ms))
    return set(cursor.fetchall())


def first_event(
    cursor: Any, vendor: str, environment_id: int, insert_id: str
) -> tuple[int, str, str, str | None, str | None, int] | None:
    """(id, name, properties, user, session, timestamp) of the event that ``insert_id`` names."""
    mark = "%s" if vendor == "postgresql" else "?"
    cursor.execute(
        "SELECT event.id, name, properties, user_id, session_id, timestamp_ms"
        " FROM analytics_insertid AS named JOIN analytics_event AS event"
        " ON event.id = named.event_id AND event.received_ms = named.received_ms"
        f" WHERE named.environment_id = {mark} AND named.insert_id = {mark}",
        (environment_id, insert_id),
    )
    row: tuple[int, str, str, str | None, str | None, int] | None = cursor.fetchone()
    return row


def forget_events(cursor: Any, vendor: str, keys: Sequence[tuple[int, int]]) -> None:
    """Free the insert ids of events about to be deleted, given by (id, receipt).

    Rows are locked in the order in which writers claim them, so that the two cannot deadlock.
    """
    numbers, receipts = [key[0] for key in keys], list({key[1] for key in keys})
    if vendor == "postgresql":
        cursor.execute(
            "DELETE FROM analytics_insertid WHERE (environment_id, insert_id) IN ("
            " SELECT environment_id, insert_id FROM analytics_insertid"
            " WHERE received_ms = ANY(%s) AND event_id = ANY(%s)"
            " ORDER BY environment_id, insert_id FOR UPDATE)",
            (receipts, numbers),
        )
    else:
        cursor.execute(
            "DELETE FROM analytics_insertid WHERE received_ms IN (SELECT value FROM json_each(?))"
            " AND event_id IN (SELECT value FROM json_each(?))",
            (msgspec.json.encode(receipts).decode(), msgspec.json.encode(numbers).decode()),
        )


def forget_month(cursor: Any, low_ms: int, high_ms: int) -> None:
    """Free the insert ids of all events received in [low, high), which are about to be dropped."""
    cursor.execute(
        "DELETE FROM analytics_insertid WHERE received_ms >= %s AND received_ms < %s",
        (low_ms, high_ms),
    )


def delete_insert_ids(
    cursor: Any, vendor: str, pairs: Sequence[tuple[int, str]], before_ms: int
) -> None:
    """Delete insert ids that were not claimed again since."""
    mark = "%s" if vendor == "postgresql" else "?"
    cursor.executemany(
        f"DELETE FROM analytics_insertid WHERE environment_id = {mark} AND insert_id = {mark}"
        f" AND received_ms < {mark}",
        [(*pair, before_ms) for pair in pairs],
    )
