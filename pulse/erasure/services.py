"""Forgetting a person in the kernel's own tables; a product calls this from its own erasure."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from functools import partial

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import QuerySet

from pulse import vault
from pulse.erasure import selectors
from pulse.erasure.models import Erasure
from pulse.exports.models import Export
from pulse.idempotency.models import StoredAnswer
from pulse.mail.models import OutgoingMail
from pulse.tenancy.models import Environment
from pulse.webhooks.models import Attempt, Delivery, Event


def digest_of(environment: Environment, subject_ref: str) -> str:
    message = f"{environment.public_id}\n{subject_ref}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


@transaction.atomic
def erase_subject(
    environment: Environment,
    subject_ref: str,
    *,
    now: datetime,
    addresses: list[str] | None = None,
) -> Erasure:
    """Remove every copy that the kernel keeps of a person, and note it in the ledger.

    Bodies of webhook events about ``subject_ref`` go, with the reference itself, which may be an id of
    the customer's own, and what receivers answered; pending deliveries of them are cancelled. Stored
    answers that name it, mails about it or to one of ``addresses``, and finished export files of the
    environment go too. The audit log stays: it holds names of members and ids, never values. Safe to
    repeat.
    """
    counts = {
        "events": _erase_events(environment, selectors.events_about(environment, subject_ref), now),
        "answers": erase_answers_with(environment, subject_ref.encode()),
        "mails": _erase_mails(environment, subject_ref, addresses or []),
    }
    return note_erasure(environment, subject_ref, now=now, counts=counts)


@transaction.atomic
def note_erasure(
    environment: Environment,
    subject_ref: str,
    *,
    now: datetime,
    counts: dict[str, int] | None = None,
) -> Erasure:
    """Note in the ledger that a subject was forgotten, so that a restored backup forgets it again.

    Finished exports of the environment go, for they may hold what was erased, and those that are being
    written begin again. Safe to repeat.
    """
    counts = (counts or {}) | {"exports": _erase_exports(environment, now)}
    row, _ = Erasure.objects.within(environment).update_or_create(
        environment=environment,
        digest=digest_of(environment, subject_ref),
        defaults={"counts": counts, "erased_at": now},
    )
    transaction.on_commit(scrub_log)
    return row


@transaction.atomic
def erase_events_with(environment: Environment, text: str, *, now: datetime) -> int:
    """Remove the bodies of events that hold ``text``, such as the id of what somebody else wrote."""
    return _erase_events(environment, selectors.events_with(environment, text), now)


def _erase_events(environment: Environment, events: QuerySet[Event], now: datetime) -> int:
    found = list(events.values_list("pk", flat=True))
    owed = Delivery.objects.within(environment).filter(event__in=found)
    owed.filter(state__in=(*Delivery.OPEN, Delivery.State.HELD)).update(
        state=Delivery.State.CANCELLED, lease_token="", settled_at=now
    )
    Attempt.objects.within(environment).filter(delivery__event__in=found).update(
        response_excerpt="", error=""
    )
    return events.update(body="", subject_ref="")


@transaction.atomic
def erase_answers_with(environment: Environment, text: bytes, *, product: str = "") -> int:
    """Remove stored answers that hold ``text``, of one product or of all; how many.

    Answers are encrypted, so each is opened and read; they live for a day only.
    """
    found = [
        row.pk
        for row in selectors.answers_of(environment, product).iterator(chunk_size=500)
        if _mentions(row, text)
    ]
    StoredAnswer.objects.within(environment).filter(pk__in=found).delete()
    return len(found)


def _mentions(row: StoredAnswer, wanted: bytes) -> bool:
    try:
        return wanted in vault.decrypt(bytes(row.body or b""))
    except InvalidToken:
        return True  # unreadable, so nobody misses it


def _erase_mails(environment: Environment, subject_ref: str, addresses: list[str]) -> int:
    mails = selectors.mails_to(environment, subject_ref, addresses)
    mails.filter(state=OutgoingMail.State.QUEUED).update(state=OutgoingMail.State.FAILED)
    return mails.update(to="", subject="", text="", html="", last_error="")


def _erase_exports(environment: Environment, now: datetime) -> int:
    selectors.running_exports(environment).update(state=Export.State.QUEUED, next_attempt_at=now)
    rows = list(selectors.finished_exports(environment))
    for row in rows:
        transaction.on_commit(partial(default_storage.delete, row.storage_name))
    return (
        Export.objects.within(environment)
        .filter(pk__in=[row.pk for row in rows])
        .update(state=Export.State.EXPIRED)
    )


def scrub_log() -> None:
    """Move SQLite's write-ahead log into the database, where freed pages are overwritten.

    A reader can hold it up; then the next checkpoint does it, and the caller waits a second at most.
    """
    if connection.vendor != "sqlite":
        return
    patience = connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 1000")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")
