"""Telling tracking systems what became of the screenings they asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from pulse import queue, vault
from pulse.audit.services import record
from pulse.outbound import client
from pulse.tenancy.models import Environment
from screening.models import PartnerKey, PartnerUpdate, Screening
from screening.partner_messages import message, told_about
from screening.selectors import partners as selectors

LEASE = timedelta(seconds=60)
PAUSES = tuple(timedelta(minutes=one) for one in (1, 5, 30, 120, 360, 720, 1440))
BATCH = 20


def note(screening: Screening, kind: str, *, now: datetime) -> None:
    """Note a fact for the tracking system, in the caller's transaction; once, whoever repeats it.

    Without a key at that system nothing is noted: Greenhouse then asks by itself every hour.
    """
    if not told_about(screening, kind):
        return
    if selectors.key_at(screening.environment_id, screening.partner) is None:
        return
    PartnerUpdate.unscoped.get_or_create(
        screening=screening,
        kind=kind,
        defaults={
            "environment_id": screening.environment_id,
            "occurred_at": now,
            "next_attempt_at": now,
        },
    )
    queue.kick("screening-partners")


@transaction.atomic
def change_key(environment: Environment, *, partner: str, secret: str, actor: str) -> None:
    """Keep the account's key at a tracking system, sealed; an empty one takes it away."""
    if secret:
        PartnerKey.unscoped.update_or_create(
            environment=environment,
            partner=partner,
            defaults={"secret": vault.encrypt(secret.encode())},
        )
    else:
        PartnerKey.unscoped.filter(environment=environment, partner=partner).delete()
    record(
        environment,
        actor=actor,
        product="screening",
        action="screening.partner_key",
        object_ref=partner,
        fields=["secret"],
    )


def send_due(*, now: datetime) -> int:
    """Tell what is due; returns how many were tried."""
    done = 0
    for pk in list(selectors.due_updates(now).values_list("pk", flat=True)[:BATCH]):
        update = _claim(pk, now)
        if update is not None:
            _settle(update, _refusal(update), now)
            done += 1
    return done


def _claim(pk: int, now: datetime) -> PartnerUpdate | None:
    """Take a due update under a lease, so that a sender that dies gives it back."""
    with transaction.atomic():
        update = selectors.lock_due_update(pk, now)
        if update is not None:
            update.attempts += 1
            update.next_attempt_at = now + LEASE
            update.save(update_fields=["attempts", "next_attempt_at"])
        return update


def _refusal(update: PartnerUpdate) -> str:
    """Send; "" when it was taken, else why not."""
    key = selectors.key_at(update.environment_id, update.screening.partner)
    if key is None or not told_about(update.screening, update.kind):
        return "no_key"
    made = message(update, vault.decrypt(bytes(key.secret)).decode())
    try:
        got = client.call(
            made.method,
            made.url,
            live=update.environment.live,
            headers=made.headers,
            body=made.body,
        )
    except client.CallFailed as failed:
        return failed.kind
    return "" if 200 <= got.status < 300 else f"status_{got.status}"


def _settle(update: PartnerUpdate, refusal: str, now: datetime) -> None:
    """Whoever lost its lease meanwhile changes nothing."""
    over = refusal == "no_key" or update.attempts > len(PAUSES)
    if not refusal:
        state = PartnerUpdate.State.SENT
    else:
        state = PartnerUpdate.State.FAILED if over else PartnerUpdate.State.DUE
    due = state == PartnerUpdate.State.DUE
    PartnerUpdate.unscoped.filter(pk=update.pk, attempts=update.attempts).update(
        state=state,
        failure=refusal,
        next_attempt_at=now + PAUSES[update.attempts - 1] if due else None,
    )
