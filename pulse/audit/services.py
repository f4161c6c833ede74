"""Writing the audit log, and linking it into a chain that shows any later change."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from django.db import transaction

from pulse import fastjson, times
from pulse.audit import guards, selectors
from pulse.audit.models import Entry, Seal
from pulse.tenancy.models import Environment

BATCH = 500
LONGEST_TRANSACTION = timedelta(hours=1)


def record(
    environment: Environment,
    *,
    actor: str,
    action: str,
    product: str = "",
    object_ref: str = "",
    fields: list[str] | None = None,
    request_id: str = "",
    ip: str = "",
) -> Entry:
    """Write one entry in the caller's transaction.

    ``actor`` is ``key:<id>``, ``user:<id>`` or ``system``; ``fields`` are names, never values; without
    ``product`` the action concerns all of them.
    """
    return Entry.objects.create(
        environment=environment,
        actor=actor,
        action=action,
        product=product,
        object_ref=object_ref[:100],
        fields=sorted(fields or []),
        request_id=request_id,
        ip=ip,
        created_at=datetime.now(UTC),
    )


def digest(entry: Entry, previous_hash: str) -> str:
    """SHA-256 over the link before and every member of the entry."""
    members = {
        "id": entry.public_id,
        "environment": entry.environment_id,
        "actor": entry.actor,
        "product": entry.product,
        "action": entry.action,
        "object_ref": entry.object_ref,
        "fields": entry.fields,
        "request_id": entry.request_id,
        "ip": entry.ip,
        "created_at": times.utc_millis(entry.created_at),
    }
    return hashlib.sha256(previous_hash.encode() + fastjson.dumps(members)).hexdigest()


def seal_entries() -> int:
    """Link what is not linked yet, at most 500; the ``audit`` pump calls this."""
    return _seal_batch() if selectors.any_unsealed() else 0


@transaction.atomic
def _seal_batch() -> int:
    turn = selectors.lock_turn()
    if turn is None:
        return 0
    entries = selectors.unsealed(turn, BATCH)
    heads: dict[int, str] = {}
    links = []
    for entry in entries:
        pk = entry.environment_id
        previous = heads[pk] if pk in heads else selectors.last_hash(pk)
        heads[pk] = digest(entry, previous)
        links.append(Seal(environment_id=pk, entry=entry, previous_hash=previous, hash=heads[pk]))
    Seal.objects.bulk_create(links)
    if len(entries) < BATCH:
        # No transaction lives for an hour, so below this mark nothing can appear any more.
        mark = selectors.newest_before(datetime.now(UTC) - LONGEST_TRANSACTION)
        if mark > turn.sealed_up_to:
            turn.sealed_up_to = mark
            turn.save(update_fields=["sealed_up_to"])
    return len(entries)


def broken_link(environment: Environment) -> Entry | None:
    """The first entry whose link does not fit, or None while the chain holds.

    The oldest kept link is taken on trust: what came before it has reached its retention's end.
    """
    previous: str | None = None
    for seal in selectors.chain(environment).iterator(chunk_size=1000):
        if previous is not None and seal.previous_hash != previous:
            return seal.entry
        if seal.hash != digest(seal.entry, seal.previous_hash):
            return seal.entry
        previous = seal.hash
    return None


def delete_expired(*, now: datetime, limit: int = 5000) -> int:
    """Delete entries past their retention, at most ``limit``; how many."""
    aged = Entry.unscoped.filter(created_at__lt=now - timedelta(days=guards.RETENTION_DAYS + 1))
    oldest = list(aged.order_by("created_at").values_list("pk", flat=True)[:limit])
    with transaction.atomic():
        Seal.unscoped.filter(entry__in=oldest).delete()
        Entry.unscoped.filter(pk__in=oldest).delete()
    return len(oldest)
