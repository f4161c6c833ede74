"""Claiming due deliveries under a lease, and writing down what became of them.

An endpoint's row is the lock: whoever holds it claims for that endpoint or settles its results, so
limits per endpoint, the breaker's single probe and the counters hold over any number of workers.
Order of locks: endpoints by primary key, then their deliveries.
"""

from __future__ import annotations

import secrets as random_tokens
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from pulse.audit import services as audit
from pulse.mail import services as mail
from pulse.tenancy import selectors as tenancy
from pulse.webhooks import health, schedule, services, statements
from pulse.webhooks.courier import Job, Result
from pulse.webhooks.models import Attempt, Delivery, Endpoint

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
BATCH = 50


def _due(now: datetime) -> QuerySet[Delivery]:
    return Delivery.unscoped.filter(state__in=Delivery.OPEN, next_attempt_at__lte=now)


def void_leases(now: datetime) -> int:
    """Make every leased delivery due again: for the start of the only process, whose predecessor died."""
    leased = Delivery.unscoped.filter(state=Delivery.State.LEASED)
    return leased.update(state=Delivery.State.DUE, lease_token="", next_attempt_at=now)


def claim(now: datetime, *, capacity: int, retry_capacity: int) -> list[Job]:
    """Lease up to ``capacity`` due deliveries, of which at most ``retry_capacity`` are no first tries.

    Endpoints take turns; each gives what its health allows, oldest first.
    """
    if capacity <= 0 or not _due(now).exists():
        return []
    turns = _whose_turn(now)
    if not turns:
        return []
    with transaction.atomic():
        locked = Endpoint.unscoped.select_for_update(skip_locked=True, of=("self",))
        locked = locked.select_related("environment").filter(pk__in=turns)
        endpoints = sorted(locked.order_by("pk"), key=lambda one: turns.index(one.pk))
        in_flight = _in_flight(endpoints, now)
        jobs: list[Job] = []
        token = random_tokens.token_hex(16)
        for endpoint in endpoints:
            retries = sum(not job.first_lane for job in jobs)
            room = min(
                capacity - len(jobs),
                health.allowance(endpoint, in_flight=in_flight[endpoint.pk], now=now),
            )
            if room > 0:
                jobs += _choose(endpoint, now, token, room, retry_room=retry_capacity - retries)
        Delivery.unscoped.filter(pk__in=[job.delivery_pk for job in jobs]).update(
            state=Delivery.State.LEASED, lease_token=token, next_attempt_at=now + LEASE
        )
        served = {job.endpoint_pk for job in jobs}
        Endpoint.unscoped.filter(pk__in=served).update(claimed_at=now)
    return jobs


def _whose_turn(now: datetime) -> list[int]:
    waiting = _due(now).filter(endpoint=OuterRef("pk"))
    rows = (
        Endpoint.unscoped.filter(status=Endpoint.Status.ACTIVE)
        .filter(Q(breaker_until=None) | Q(breaker_until__lte=now))
        .filter(Exists(waiting))
        .order_by(F("claimed_at").asc(nulls_first=True), "pk")
    )
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _in_flight(endpoints: Sequence[Endpoint], now: datetime) -> Counter[int]:
    rows = Delivery.unscoped.filter(
        endpoint__in=endpoints, state=Delivery.State.LEASED, next_attempt_at__gt=now
    )
    return Counter(dict(rows.values_list("endpoint").annotate(Count("pk"))))


def _choose(
    endpoint: Endpoint, now: datetime, token: str, room: int, *, retry_room: int
) -> list[Job]:
    first_tries = retry_room <= 0
    most = room if first_tries else min(room, retry_room)
    rows = statements.due(endpoint.pk, now, most, first_tries=first_tries)
    if not rows:
        return []
    if endpoint.breaker_step:
        health.note_probe(endpoint, until=now + LEASE)
        endpoint.save(update_fields=["breaker_until"])
    signing = services.secrets_of(endpoint, now)
    lease_ends = time.monotonic() + LEASE.total_seconds()
    return [
        Job(
            delivery_pk=row.pk,
            endpoint_pk=endpoint.pk,
            delivery_id=row.public_id,
            event_id=row.event_id,
            event_type=row.event_type,
            product=endpoint.product,
            url=endpoint.url,
            live=endpoint.environment.live,
            body=row.body.encode(),
            secrets=signing,
            number=row.attempts + 1,
            lease_token=token,
            lease_ends=lease_ends,
            first_lane=row.attempts == 0 and row.replay_no == 0,
            probe=bool(endpoint.breaker_step),
        )
        for row in rows
    ]


@transaction.atomic
def settle(results: Sequence[Result]) -> None:
    """Write attempts, states and the endpoints' health in one transaction.

    A result whose lease is no longer the delivery's own changes nothing but the log of attempts.
    """
    endpoints = {
        row.pk: row
        for row in Endpoint.unscoped.select_for_update()
        .filter(pk__in={result.job.endpoint_pk for result in results})
        .order_by("pk")
    }
    deliveries = (
        Delivery.unscoped.select_for_update()
        .order_by("pk")
        .in_bulk([result.job.delivery_pk for result in results])
    )
    Attempt.objects.bulk_create(
        _attempt(result, deliveries[result.job.delivery_pk])
        for result in results
        if result.sent and result.job.delivery_pk in deliveries
    )
    changed = []
    for result in sorted(results, key=lambda one: one.finished_at):
        delivery = deliveries.get(result.job.delivery_pk)
        if delivery is None or delivery.lease_token != result.job.lease_token:
            continue
        endpoint = endpoints[result.job.endpoint_pk]
        _settle_delivery(delivery, result)
        _settle_endpoint(endpoint, result)
        changed.append(delivery)
    statements.update_rows(changed, _SETTLED_FIELDS)
    for endpoint in endpoints.values():
        _end_if_hopeless(endpoint, max(result.finished_at for result in results))
    statements.update_rows(endpoints.values(), health.FIELDS)


_SETTLED_FIELDS = (
    "state",
    "attempts",
    "next_attempt_at",
    "first_attempt_at",
    "give_up_at",
    "lease_token",
    "last_outcome",
    "last_status",
    "settled_at",
)


def _attempt(result: Result, delivery: Delivery) -> Attempt:
    return Attempt(
        environment_id=delivery.environment_id,
        delivery=delivery,
        number=result.job.number,
        started_at=result.started_at,
        finished_at=result.finished_at,
        outcome=result.outcome,
        status_code=result.status,
        latency_ms=result.latency_ms,
        request_headers=result.headers or {},
        response_excerpt=result.excerpt,
        error=result.error,
        peer_ip=result.peer_ip,
    )


def _settle_delivery(delivery: Delivery, result: Result) -> None:
    delivery.lease_token = ""
    still_owed = delivery.state == Delivery.State.LEASED  # else it was held or cancelled meanwhile
    if not result.sent:
        if still_owed:
            delivery.state = Delivery.State.DUE
            delivery.next_attempt_at = result.finished_at
        return
    delivery.attempts = result.job.number
    delivery.last_outcome, delivery.last_status = result.outcome, result.status
    if delivery.first_attempt_at is None:
        delivery.first_attempt_at = result.started_at
        delivery.give_up_at = result.started_at + schedule.PROMISE
    if result.delivered:
        delivery.state, delivery.settled_at = Delivery.State.DELIVERED, result.finished_at
        return
    again = schedule.next_attempt_at(
        attempts=delivery.attempts,
        first_attempt_at=delivery.first_attempt_at,
        finished_at=result.finished_at,
        status=result.status,
        timed_out=result.outcome == Attempt.Outcome.TIMEOUT,
        retry_after_seconds=result.retry_after_seconds,
    )
    if not still_owed:
        return
    if again is None:
        delivery.state, delivery.settled_at = Delivery.State.EXHAUSTED, result.finished_at
    else:
        delivery.state, delivery.next_attempt_at = Delivery.State.DUE, again


def _settle_endpoint(endpoint: Endpoint, result: Result) -> None:
    if not result.sent:
        return
    if result.delivered:
        health.note_success(endpoint, result.finished_at)
    else:
        health.note_failure(endpoint, result.finished_at, probe=result.job.probe)


def _end_if_hopeless(endpoint: Endpoint, now: datetime) -> None:
    if endpoint.status != Endpoint.Status.ACTIVE or not health.is_hopeless(endpoint, now):
        return
    endpoint.status = Endpoint.Status.DISABLED
    endpoint.disabled_reason = "No delivery succeeded for 72 hours."
    held = Delivery.unscoped.filter(endpoint=endpoint, state__in=Delivery.OPEN).update(
        state=Delivery.State.HELD
    )
    log.warning("webhook_endpoint_disabled", endpoint=endpoint.public_id, held=held)
    audit.record(
        endpoint.environment,
        actor="system",
        product=endpoint.product,
        action="webhook_endpoint.disabled",
        object_ref=endpoint.public_id,
        fields=["status"],
    )
    for address in tenancy.admin_addresses(endpoint.environment.organization):
        mail.enqueue(
            to=address,
            subject="A webhook endpoint was disabled",
            text=_notice(endpoint, held),
            environment=endpoint.environment,
            ref=endpoint.public_id,
        )


def _notice(endpoint: Endpoint, held: int) -> str:
    return (
        f"No delivery to {endpoint.url} has succeeded for 72 hours, so the endpoint "
        f"{endpoint.public_id} is now disabled.\n\n"
        f"{held} deliveries are held, and events that happen from now on are kept as well. "
        "When the address works again, set the endpoint active and recover what it missed.\n"
    )
