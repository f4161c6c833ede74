"""Accept: what the writer thread does with the submissions that share one commit.

One transaction for all of them: idempotency keys and insert ids are claimed, numbers taken, rows and
roll-up written, and every submission gets its answer, which is sent after the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import connection

from analytics import buckets, public_ids, shapes
from analytics.statements import events, insert_ids
from analytics.statements.events import EventRow
from analytics.statements.insert_ids import InsertIdRow
from analytics.validation import Accepted
from pulse.errors import ApiError, Unavailable
from pulse.idempotency import services as idempotency
from pulse.idempotency.models import StoredAnswer
from pulse.tenancy.models import Environment

REMEMBERED_MS = 7 * 86_400_000


class Submission(msgspec.Struct):
    """The accepted events of one request, and where they belong.

    ``single`` asks for the answer of POST /events; ``rejected`` are the items that partial mode shows.
    """

    environment: Environment
    events: list[Accepted]
    received_ms: int
    single: bool = False
    rejected: list[dict[str, Any]] | None = None
    idempotency_key: str = ""
    fingerprint: str = ""


class Outcome(msgspec.Struct):
    """The answer to a submission, or the refusal it met in the transaction."""

    status: int = 201
    body: bytes = b""
    replayed: bool = False
    error: ApiError | None = None
    ingested: int = 0
    duplicates: int = 0


def write(cursor: Any, submissions: Sequence[Submission]) -> list[Outcome]:
    """Store what is new. Runs in the writer's thread, inside its transaction."""
    outcomes = [Outcome() for _ in submissions]
    if not any(submission.idempotency_key for submission in submissions):
        _store(cursor, list(zip(submissions, outcomes, strict=True)))
        return outcomes
    fresh, claimed, repeats = [], [], []
    firsts: dict[tuple[int, str], tuple[Submission, Outcome]] = {}
    for submission, outcome in zip(submissions, outcomes, strict=True):
        pair = (submission.environment.pk, submission.idempotency_key)
        if submission.idempotency_key and pair in firsts:
            repeats.append((submission, outcome, *firsts[pair]))
            continue
        if submission.idempotency_key:
            firsts[pair] = (submission, outcome)
            row = _claim_key(submission, outcome)
            if row is None:
                continue
            claimed.append((row, outcome))
        fresh.append((submission, outcome))
    _store(cursor, fresh)
    for row, outcome in claimed:
        if outcome.error is not None:
            row.delete()  # the key is free for the next try
            continue
        idempotency.settle(row, status=outcome.status, headers={}, body=outcome.body)
    for submission, outcome, first, answered in repeats:
        _repeat(submission, outcome, first, answered)
    return outcomes


def _claim_key(submission: Submission, outcome: Outcome) -> StoredAnswer | None:
    """The row of a fresh claim; otherwise the outcome is the stored answer or the refusal."""
    try:
        row = idempotency.claim(
            submission.environment,
            product="analytics",
            key=submission.idempotency_key,
            fingerprint=submission.fingerprint,
            now=datetime.fromtimestamp(submission.received_ms / 1000, UTC),
        )
    except ApiError as error:
        outcome.error = error
        return None
    if row.status is None:
        return row
    outcome.status, outcome.body, outcome.replayed = row.status, idempotency.body_of(row), True
    return None


def _repeat(submission: Submission, outcome: Outcome, first: Submission, answered: Outcome) -> None:
    """A second request with a key of this very commit."""
    if submission.fingerprint != first.fingerprint:
        outcome.error = idempotency.KeyReused()
        return
    outcome.status, outcome.body, outcome.replayed = answered.status, answered.body, True
    outcome.error = answered.error


class _Work:
    """The events of one commit, flat, each with the submission it belongs to."""

    def __init__(self, pairs: Sequence[tuple[Submission, Outcome]]) -> None:
        self.pairs = pairs
        self.flat = [
            (submission, outcome, event)
            for submission, outcome in pairs
            for event in submission.events
        ]
        self.ids: list[int] = []
        self.known: dict[int, int | None] = {}
        """Position of a duplicate → position of its first, or None where that is in the table."""


def _store(cursor: Any, pairs: Sequence[tuple[Submission, Outcome]]) -> None:
    vendor = connection.vendor
    work = _Work(pairs)
    if work.flat:
        work.ids = _numbers.take(cursor, vendor, len(work.flat))
    if any(event.insert_id for _, _, event in work.flat):
        _claim_insert_ids(cursor, vendor, work)
    rows = [
        _row(number, submission, event)
        for position, (number, (submission, _, event)) in enumerate(
            zip(work.ids, work.flat, strict=True)
        )
        if position not in work.known
    ]
    if rows:
        totals = buckets.totals((row.environment_id, row.timestamp_ms, row.name) for row in rows)
        events.store(cursor, vendor, rows, totals)
    _answer(cursor, work)


_numbers = events.Numbers()


def _row(number: int, submission: Submission, event: Accepted) -> EventRow:
    return EventRow(
        number,
        submission.environment.pk,
        event.name,
        event.properties,
        event.user_id,
        event.session_id,
        event.timestamp_ms,
        submission.received_ms,
    )


def _claim_insert_ids(cursor: Any, vendor: str, work: _Work) -> None:
    """Find the events whose insert id is taken, by an earlier commit or earlier in this one."""
    first: dict[tuple[int, str], int] = {}
    rows: list[InsertIdRow] = []
    newest_ms = 0
    for position, (submission, _, event) in enumerate(work.flat):
        if event.insert_id is None:
            continue
        pair = (submission.environment.pk, event.insert_id)
        if pair in first:
            work.known[position] = first[pair]
            continue
        first[pair] = position
        newest_ms = max(newest_ms, submission.received_ms)
        rows.append(InsertIdRow(*pair, work.ids[position], submission.received_ms))
    free = insert_ids.remember(cursor, vendor, rows, forgotten_before_ms=newest_ms - REMEMBERED_MS)
    for pair, position in first.items():
        if pair not in free:
            work.known[position] = None


class _Vanished(Exception):
    """The first event of an insert id was deleted while its repetition came: it is free the next time."""


def _answer(cursor: Any, work: _Work) -> None:
    for position, (submission, outcome, _) in enumerate(work.flat):
        if position in work.known:
            outcome.duplicates += 1
        else:
            outcome.ingested += 1
        if submission.single:
            outcome.status = 200 if outcome.duplicates else 201
            try:
                outcome.body = _tracked(cursor, work, position)
            except _Vanished:
                outcome.error = Unavailable(retry_after=1)
    for submission, outcome in work.pairs:
        if not submission.single:
            outcome.body = shapes.ingested(
                outcome.ingested, outcome.duplicates, submission.rejected
            )


def _tracked(cursor: Any, work: _Work, position: int) -> bytes:
    """The answer of a single event: its own, or for a duplicate the one that was stored first."""
    number = work.ids[position]
    submission, _, event = work.flat[position]
    if position in work.known:
        earlier = work.known[position]
        if earlier is not None and earlier not in work.known:
            number, event = work.ids[earlier], work.flat[earlier][2]
        else:
            number, event = _stored(cursor, submission, event)
    keys = public_ids.keys_of(submission.environment.public_id)
    return shapes.tracked(
        shapes.event_out(
            public_ids.encode(number, keys),
            event.name,
            event.properties,
            event.user_id,
            event.session_id,
            event.timestamp_ms,
        )
    )


def _stored(cursor: Any, submission: Submission, event: Accepted) -> tuple[int, Accepted]:
    """The event that an insert id named first: whatever deletes an event frees its insert id."""
    first = insert_ids.first_event(
        cursor, connection.vendor, submission.environment.pk, event.insert_id or ""
    )
    if first is None:
        raise _Vanished
    return first[0], Accepted(*first[1:], event.insert_id)
