"""Storing a batch before answering, for clients that want to read it back at once."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

from pulse.queue import kick
from pulse.tenancy.models import Environment
from traces import instants, statements
from traces.decoding import items
from traces.decoding.batches import Batch
from traces.digest import store
from traces.digest.pump import PUMP
from traces.models import Inbox


def store_traces(
    environment: Environment, batch: Batch, *, now: datetime
) -> tuple[list[str], list[str]]:
    """Store posted traces in one transaction; an id that exists keeps its first trace.

    Returns the ids of the batch in its order, each once, and those of them that are new.
    """
    received_ms = instants.to_ms(now)
    found = items.decode_traces(batch.body)
    with transaction.atomic(), connection.cursor() as cursor:
        statements.lock_environment(cursor, environment.pk)
        written = store.store_traces(
            cursor,
            environment.pk,
            [(item, received_ms) for item in found],
            store.own_prices(cursor, environment.pk),
        )
        store.want_search(cursor, environment.pk, written, datetime.now(UTC))
    return list(dict.fromkeys(item.trace_id for item in found)), written


def store_spans(environment: Environment, batch: Batch, *, now: datetime) -> list[str]:
    """Store posted spans in one transaction. Returns the ids that are new."""
    received_ms = instants.to_ms(now)
    with transaction.atomic(), connection.cursor() as cursor:
        statements.lock_environment(cursor, environment.pk)
        fresh, written = store.store_spans(
            cursor,
            environment.pk,
            [(item, received_ms) for item in items.decode_spans(batch.body)],
            store.own_prices(cursor, environment.pk),
        )
        store.want_search(cursor, environment.pk, written, datetime.now(UTC))
    return fresh


@transaction.atomic
def queue_batch(environment: Environment, batch: Batch, *, now: datetime) -> None:
    """Commit a batch to the inbox from a view; the digest follows."""
    if batch.count:
        Inbox.objects.create(
            environment=environment,
            kind=batch.kind,
            received_ms=instants.to_ms(now),
            count=batch.count,
            body=batch.body,
        )
        kick(PUMP)
