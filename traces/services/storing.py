"""Storing a batch before answering, for clients that want to read it back at once."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

from pulse.queue import kick
from pulse.tenancy.models import Environment
from traces import instants, statements
from traces.decoding.batches import Batch
from traces.digest import store
from traces.digest.portion import Portion, make_portion
from traces.digest.pump import PUMP
from traces.models import Inbox


def store_traces(
    environment: Environment, batch: Batch, *, now: datetime
) -> tuple[list[str], list[str]]:
    """Store posted traces in one transaction; an id that exists keeps its first trace.

    Returns the ids of the batch in its order, each once, and those of them that are new.
    """
    portion, stored = _store(environment, batch, now)
    return list(portion.traces), stored.traces


def store_spans(environment: Environment, batch: Batch, *, now: datetime) -> list[str]:
    """Store posted spans in one transaction. Returns the ids that are new."""
    return _store(environment, batch, now)[1].spans


def _store(environment: Environment, batch: Batch, now: datetime) -> tuple[Portion, store.Stored]:
    with connection.cursor() as cursor:
        prices = store.own_prices(cursor, environment.pk)
        portion = make_portion([(batch.kind, instants.to_ms(now), batch.body)], prices)
        with transaction.atomic():
            statements.lock_environment(cursor, environment.pk)
            return portion, store.store(cursor, environment.pk, portion, now=datetime.now(UTC))


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
