"""Rows into tables: traces, spans, what is derived from them, sessions and roll-ups, in one go.

Every function here runs inside a transaction that holds the environment's lock
(``statements.lock_environment``), so what exists can be looked up before it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from traces import statements
from traces.decoding.items import LLM_CALL
from traces.digest import derive, rollups, rows, sessions
from traces.digest.portion import Portion
from traces.pricing import OwnPrice, Rate

_KNOWN_TRACES = "SELECT trace_id, derived FROM traces_trace WHERE {named}"
_KNOWN_SPANS = "SELECT span_id FROM traces_span WHERE {named}"
_DERIVED_AS_LISTED = (
    "SELECT id, timestamp_ms, provider, model_key, status FROM traces_trace"
    " WHERE {named} AND derived"
)
_OWN_PRICES = (
    "SELECT provider, model, valid_from_ms, input_micro_cents, cached_input_micro_cents,"
    " output_micro_cents FROM traces_customprice WHERE environment_id = %s"
)
_SEARCH_JOB = (
    "INSERT INTO traces_searchjob (environment_id, trace_ids, created_at) VALUES (%s, %s, %s)"
)


def own_prices(cursor: Any, environment_id: int) -> list[OwnPrice]:
    cursor.execute(_OWN_PRICES, [environment_id])
    return [
        OwnPrice(row[0], row[1], row[2], Rate(row[3], row[4], row[5])) for row in cursor.fetchall()
    ]


@dataclass(slots=True)
class Stored:
    """Ids that are new, and the traces that now differ because of them."""

    traces: list[str] = field(default_factory=list)
    spans: list[str] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)


def store(cursor: Any, environment_id: int, portion: Portion, *, now: datetime) -> Stored:
    """Store a portion, and leave a note for the text index, which follows on its own time."""
    stored = Stored()
    if portion.traces:
        stored.traces = _store_traces(cursor, environment_id, portion.traces)
    if portion.spans:
        stored.spans, stored.derived = _store_spans(cursor, environment_id, portion.spans)
    written = stored.traces + stored.derived
    if written:
        moment = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(_SEARCH_JOB, [environment_id, orjson.dumps(written).decode(), moment])
    return stored


def _store_traces(
    cursor: Any, environment_id: int, posted: Mapping[str, tuple[Any, ...]]
) -> list[str]:
    """Store posted traces; the first of an id wins. Returns the new ids."""
    known = dict(
        statements.select_named(cursor, _KNOWN_TRACES, "trace", environment_id, sorted(posted))
    )
    changes = rollups.Changes()
    sightings = sessions.Sightings()
    replaced = [trace_id for trace_id, derived in known.items() if derived]
    if replaced:
        _drop_derived(cursor, environment_id, replaced, changes)
    fresh = []
    for trace_id, row in posted.items():
        if trace_id in known and not known[trace_id]:
            continue
        fresh.append((environment_id, *row))
        _count_trace(row, changes, sightings)
    if fresh:
        statements.insert_rows(
            cursor, "traces_trace", ("environment_id", *rows.TRACE_COLUMNS), fresh
        )
    rollups.apply(cursor, environment_id, changes)
    if sightings.by_id:
        sessions.apply(cursor, environment_id, sightings)
    return [row[1] for row in fresh]


def _count_trace(
    row: tuple[Any, ...], changes: rollups.Changes, sightings: sessions.Sightings
) -> None:
    """Positions are those of TRACE_COLUMNS."""
    failed = row[4] == "error"
    delta = changes.count_request(
        rollups.Request(
            row[1], row[5], row[7], "", failed, row[10], row[13], row[14], row[11], row[12]
        )
    )
    delta.listed += 1
    delta.listed_errors += failed
    if row[8] is not None:
        sightings.add(
            row[8],
            sessions.seen_trace(
                row[1], failed=failed, input_tokens=row[11], output_tokens=row[12], cost=row[13]
            ),
        )


def _drop_derived(
    cursor: Any, environment_id: int, trace_ids: Sequence[str], changes: rollups.Changes
) -> None:
    """A trace that arrives as such takes the place of the one summed up from its spans."""
    for pk, timestamp_ms, provider, model, status in statements.select_named(
        cursor, _DERIVED_AS_LISTED, "trace", environment_id, trace_ids
    ):
        changes.count_listed(timestamp_ms, provider, model, failed=status == "error", sign=-1)
        cursor.execute("DELETE FROM traces_trace WHERE id = %s", [pk])


def _store_spans(
    cursor: Any, environment_id: int, posted: Mapping[str, tuple[Any, ...]]
) -> tuple[list[str], list[str]]:
    """Store spans and derive their traces. Returns the new span ids and the traces written."""
    known = {
        row[0]
        for row in statements.select_named(
            cursor, _KNOWN_SPANS, "span", environment_id, sorted(posted)
        )
    }
    changes = rollups.Changes()
    sightings = sessions.Sightings()
    fresh = []
    for span_id, row in posted.items():
        if span_id not in known:
            fresh.append((environment_id, *row))
            _count_span(row, changes, sightings)
    if not fresh:
        return [], []
    statements.insert_rows(cursor, "traces_span", ("environment_id", *rows.SPAN_COLUMNS), fresh)
    touched = {row[2] for row in fresh if row[2] is not None}
    received_ms = max(row[6] for row in fresh)
    written = derive.derive_traces(cursor, environment_id, touched, received_ms, changes)
    rollups.apply(cursor, environment_id, changes)
    sessions.apply(cursor, environment_id, sightings)
    return [row[1] for row in fresh], written


def _count_span(
    row: tuple[Any, ...], changes: rollups.Changes, sightings: sessions.Sightings
) -> None:
    """Positions are those of SPAN_COLUMNS."""
    failed = row[8] == "error"
    changes.count_span(rollups.CountedSpan(row[4], row[6], row[7], row[13], failed, row[10]))
    if row[7] == LLM_CALL:
        changes.count_request(
            rollups.Request(
                row[4],
                row[14],
                row[15],
                row[11],
                failed,
                row[10],
                row[19],
                row[20],
                row[17],
                row[18],
            )
        )
    sightings.add(
        row[2],
        sessions.seen_span(
            row[4],
            kind=row[7],
            event_type=row[9],
            in_trace=row[1] is not None,
            failed=failed,
            duration_ms=row[10],
            input_tokens=row[17],
            output_tokens=row[18],
            cost=row[19],
        ),
    )
