"""Claiming a key inside the business transaction, and keeping the answer in it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction

from pulse import vault
from pulse.errors import Conflict
from pulse.idempotency.models import StoredAnswer
from pulse.tenancy.models import Environment

LIFETIME = timedelta(hours=24)
WAIT_MILLISECONDS = 500
SWEEP_ROWS = 1000


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used for another request."


class FirstCallRunning(Conflict):
    code = "idempotency_key_in_use"
    message = "The first request with this Idempotency-Key is still running."


def fingerprint(method: str, path: str, query: str, body: bytes) -> str:
    """What makes two requests the same: method, path (a slash at its end aside), query and body."""
    content = hashlib.sha256(body).hexdigest()
    return hashlib.sha256(f"{method}\n{path.rstrip('/')}?{query}\n{content}".encode()).hexdigest()


def claim(
    environment: Environment, *, product: str, key: str, fingerprint: str, now: datetime
) -> StoredAnswer:
    """Take ``key`` for this transaction, or find the answer of the call that had it first.

    Waits half a second for a first call that is still running. The row of a fresh claim has no
    ``status`` yet; whoever claims must ``settle`` it or roll back. Raises KeyReused,
    FirstCallRunning.
    """
    StoredAnswer.objects.within(environment).filter(
        product=product, key=key, created_at__lt=now - LIFETIME
    ).delete()
    row = _insert(environment, product, key, fingerprint, now)
    if row.fingerprint != fingerprint:
        raise KeyReused(f"Idempotency-Key {key!r} was used for another request.")
    return row


def _insert(
    environment: Environment, product: str, key: str, fingerprint: str, now: datetime
) -> StoredAnswer:
    postgres = connection.vendor == "postgresql"
    try:
        with transaction.atomic():
            if postgres:
                # A second insert of the key blocks on the first one's transaction.
                _set_lock_timeout(f"{WAIT_MILLISECONDS}ms")
            StoredAnswer.objects.bulk_create(
                [
                    StoredAnswer(
                        environment=environment,
                        product=product,
                        key=key,
                        fingerprint=fingerprint,
                        created_at=now,
                    )
                ],
                ignore_conflicts=True,
            )
            if postgres:
                _set_lock_timeout("5s")
    except OperationalError as error:
        raise FirstCallRunning(retry_after=1) from error
    # Rows are settled before they commit, so one without a status can only be this transaction's.
    return StoredAnswer.objects.within(environment).get(product=product, key=key)


def _set_lock_timeout(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{value}'")


def settle(row: StoredAnswer, *, status: int, headers: dict[str, str], body: bytes) -> None:
    """Keep the answer; it commits with the effect."""
    row.status, row.headers, row.body = status, headers, vault.encrypt(body)
    row.save(update_fields=["status", "headers", "body"])


def body_of(row: StoredAnswer) -> bytes:
    return vault.decrypt(bytes(row.body)) if row.body is not None else b""


def delete_expired(*, now: datetime) -> int:
    """Forget answers older than a day, a bounded number at a time."""
    old = StoredAnswer.unscoped.filter(created_at__lt=now - LIFETIME).values("pk")[:SWEEP_ROWS]
    return StoredAnswer.unscoped.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
