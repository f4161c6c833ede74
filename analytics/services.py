"""Changes beside ingest: erasure, retention, settings, partitions. The roll-up follows every deletion."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from analytics import buckets, shapes
from analytics.events import ErasureFinished
from analytics.models import Erasure, Rejection
from analytics.selectors import upkeep
from analytics.selectors.upkeep import Doomed
from analytics.statements import events, insert_ids
from analytics.validation import DAY_MS
from pulse.audit import services as audit
from pulse.erasure.services import erase_answers_with, note_erasure
from pulse.queue import kick
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish

BATCH = 2000
MONTHS_AHEAD = 2


@transaction.atomic
def request_erasure(
    environment: Environment, *, user_id: str, actor: str, request_id: str = "", now: datetime
) -> Erasure:
    """Write down that everything of a user is to go; the pump carries it out at once.

    Events that arrive later are not touched. The row keeps a keyed digest of the user's id only,
    once it is done.
    """
    digest = hmac.digest(settings.SECRET_KEY.encode(), user_id.encode(), hashlib.sha256).hex()
    erasure = Erasure.objects.create(
        environment=environment, user_id=user_id, user_digest=digest, requested_at=now
    )
    audit.record(
        environment,
        actor=actor,
        product="analytics",
        action="analytics.erasure.requested",
        object_ref=erasure.public_id,
        request_id=request_id,
    )
    kick("analytics-erasures")
    return erasure


def carry_out_erasures(*, now: datetime) -> int:
    """Delete a batch for each open erasure; returns how many are worked on."""
    open_ones = upkeep.pending_erasures(20)
    for erasure in open_ones:
        _erase_batch(erasure, now)
    return len(open_ones)


@transaction.atomic
def _erase_batch(known: Erasure, now: datetime) -> None:
    erasure = upkeep.lock_erasure(known.pk)
    if erasure is None:
        return
    until_ms = int(erasure.requested_at.timestamp() * 1000)
    doomed = upkeep.of_user(erasure.environment_id, erasure.user_id, until_ms, BATCH)
    if doomed:
        _delete(doomed)
        erasure.deleted_events += len(doomed)
        erasure.save(update_fields=["deleted_events"])
        return
    erasure.state, erasure.user_id, erasure.finished_at = Erasure.State.DONE, "", now
    erasure.save(update_fields=["state", "user_id", "finished_at"])
    erase_answers_with(known.environment, _naming(known.user_id), product="analytics")
    note_erasure(known.environment, _ledger_ref(known.user_id), now=now)
    data = shapes.erasure(erasure)
    publish(known.environment, ErasureFinished(data=data, subject_ref=erasure.public_id))


def _ledger_ref(user_id: str) -> str:
    """How the ledger knows a user of this product: other products may have people of the same id."""
    return f"analytics {user_id}"


def _naming(user_id: str) -> bytes:
    """What stands in the answer of POST /events to an event of the user."""
    return b'"userId":' + msgspec.json.encode(user_id)


def forget(environment: Environment, wanted: Callable[[str], bool], now: datetime) -> int:
    """Ask for the erasure of every user whom ``wanted`` accepts; how many that were."""
    found = [one for one in upkeep.user_ids(environment) if wanted(_ledger_ref(one))]
    for user_id in found:
        request_erasure(environment, user_id=user_id, actor="system", now=now)
    while found and carry_out_erasures(now=now):
        pass
    return len(found)


def _delete(doomed: Sequence[Doomed]) -> None:
    """Delete events with their insert ids and take them out of the roll-up, in the caller's transaction."""
    totals = buckets.totals(((row[2], row[3], row[4]) for row in doomed), sign=-1)
    keys = [(row[0], row[1]) for row in doomed]
    with connection.cursor() as cursor:
        insert_ids.forget_events(cursor, connection.vendor, keys)
        events.delete_events(cursor, connection.vendor, keys)
        events.add_to_rollup(cursor, connection.vendor, totals)


@transaction.atomic
def set_retention(
    environment: Environment, *, days: int | None, actor: str, request_id: str = ""
) -> dict[str, Any]:
    """Keep events for ``days`` days from receipt (None: for ever); returns the settings."""
    row = upkeep.lock_environment(environment)
    own = dict(row.settings.get("analytics", {}))
    own.pop(upkeep.SETTING, None)
    if days is not None:
        own[upkeep.SETTING] = days
    row.settings = {**row.settings, "analytics": own}
    row.save(update_fields=["settings"])
    audit.record(
        environment,
        actor=actor,
        product="analytics",
        action="analytics.settings.changed",
        fields=["retentionDays"],
        request_id=request_id,
    )
    return shapes.settings(days)


def enforce_retention(*, now: datetime) -> int:
    """Delete what is past its retention: whole months by dropping them, the rest in batches.

    Returns the number of rows deleted one by one, so that the pump comes back while there are any.
    """
    cutoffs = {
        environment.pk: (environment, _ms(now - timedelta(days=days)))
        for environment, days in upkeep.environments_with_retention()
    }
    _drop_months({pk: cutoff for pk, (_, cutoff) in cutoffs.items()})
    deleted = 0
    for environment, cutoff_ms in cutoffs.values():
        with transaction.atomic():
            doomed = upkeep.received_before(environment, cutoff_ms, BATCH)
            if doomed:
                _delete(doomed)
        deleted += len(doomed)
    return deleted


def _drop_months(cutoffs: dict[int, int]) -> None:
    """Drop the partitions of which every environment's part is past its retention."""
    for table, low_ms, high_ms in upkeep.partitions():
        if not any(cutoff >= high_ms for cutoff in cutoffs.values()):
            continue
        if all(cutoffs.get(pk, 0) >= high_ms for pk in upkeep.environments_in(low_ms, high_ms)):
            with transaction.atomic(), connection.cursor() as cursor:
                insert_ids.forget_month(cursor, low_ms, high_ms)
                events.drop_partition(cursor, table)


def create_partitions(*, now: datetime) -> int:
    """See that this month and the next two have a partition; returns how many were made."""
    if connection.vendor != "postgresql":
        return 0
    known = {low_ms for _, low_ms, _ in upkeep.partitions()}
    month_ms = buckets.month_of(_ms(now) // DAY_MS * DAY_MS)
    made = 0
    for _ in range(MONTHS_AHEAD + 1):
        after_ms = buckets.month_after(month_ms)
        if month_ms not in known:
            name = datetime.fromtimestamp(month_ms / 1000, UTC).strftime("analytics_event_%Y_%m")
            with transaction.atomic(), connection.cursor() as cursor:
                events.create_partition(cursor, name, month_ms, after_ms)
            made += 1
        month_ms = after_ms
    return made


@transaction.atomic
def forget_insert_ids(*, now: datetime) -> int:
    """Forget insert ids after their seven days, a batch at a time."""
    before_ms = _ms(now - timedelta(days=7))
    pairs = upkeep.forgotten_insert_ids(before_ms, BATCH)
    if pairs:
        with connection.cursor() as cursor:
            insert_ids.delete_insert_ids(cursor, connection.vendor, pairs, before_ms)
    return len(pairs)


@transaction.atomic
def count_rejections(
    environment: Environment, *, source: str, reasons: dict[str, int], day: date
) -> None:
    """Remember that items of a client were not stored, for a client that is told "success"."""
    for reason, count in sorted(reasons.items()):
        row, _ = Rejection.unscoped.get_or_create(
            environment=environment, day=day, source=source, reason=reason[:200]
        )
        Rejection.unscoped.filter(pk=row.pk).update(count=F("count") + count)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
