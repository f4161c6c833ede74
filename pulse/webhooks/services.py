"""Announcing events, and the life of an endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import ClassVar

from django.db import connection, transaction

from pulse import queue, vault
from pulse.errors import FieldError, InvalidInput
from pulse.outbound import targets
from pulse.tenancy.models import Environment
from pulse.webhooks import events, forms, selectors, signing
from pulse.webhooks.errors import (
    EndpointNotActive,
    ForbiddenTarget,
    NoPendingSecret,
    TooManyEndpoints,
)
from pulse.webhooks.models import Delivery, Endpoint, Event, event_id

MAX_ENDPOINTS = 20
ROTATION_OVERLAP = timedelta(hours=24)
SINK_URL = "pulse:sink"
"""The built-in sink: deliveries to it are recorded as they would be sent, and go nowhere."""
BROKEN_SINK_URL = "pulse:sink:broken"
"""The same sink, answering 500, so that retries and the breaker can be watched."""
SINK_URLS = (SINK_URL, BROKEN_SINK_URL)
TEST_EVENT_TYPE = "webhook.test"


class OutsideTransaction(RuntimeError):
    """publish() was called where the change and its announcement could part."""


def publish(environment: Environment, event: events.Event) -> Event:
    """Store ``event`` and what is owed to its subscribers, in the caller's transaction.

    The change and its announcement commit together or not at all; delivery follows the commit.
    Paused and disabled endpoints are owed too: theirs is held. Raises OutsideTransaction.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"publish({event.type}) needs the caller's transaction")
    now = datetime.now(UTC)
    row = store_event(environment, event, now=now)
    owed = [
        Delivery(
            environment=environment,
            event=row,
            endpoint=endpoint,
            state=_first_state(endpoint),
            next_attempt_at=now,
            created_at=now,
        )
        for endpoint in selectors.subscribers(environment, event.product, event.type)
    ]
    if owed:
        Delivery.objects.bulk_create(owed)
        queue.kick("webhooks")
    return row


def _first_state(endpoint: Endpoint) -> str:
    active = endpoint.status == Endpoint.Status.ACTIVE
    return Delivery.State.DUE if active else Delivery.State.HELD


def store_event(
    environment: Environment, event: events.Event, *, now: datetime, test: bool = False
) -> Event:
    """Write the event's row with the exact bytes that will be signed and sent."""
    public_id = event_id()
    body = forms.body_of(
        event,
        public_id=public_id,
        created_at=event.occurred_at or now,
        live=environment.live,
    )
    return Event.objects.create(
        environment=environment,
        public_id=public_id,
        product=event.product,
        type=event.type,
        body=body.decode(),
        subject_ref=pad_refs(event.subject_ref),
        test=test,
        created_at=now,
    )


def pad_refs(subject_ref: str) -> str:
    """``"emp_a emp_b"`` → ``" emp_a emp_b "``, so that a search for one id matches no longer one."""
    return f" {' '.join(subject_ref.split())} " if subject_ref.strip() else ""


def check_address(environment: Environment, url: str) -> None:
    """Raises InvalidInput for a malformed address, ForbiddenTarget for one that may not be called."""
    if url in SINK_URLS:
        return
    try:
        targets.check_form(url, https_only=environment.live)
    except targets.BadAddress as error:
        raise InvalidInput(f"url {error}", fields=[FieldError("url", str(error))]) from error
    try:
        targets.check(url, live=environment.live)
    except targets.ForbiddenAddress as error:
        raise ForbiddenTarget(fields=[FieldError("url", str(error), "forbidden_target")]) from error


def _check_subscriptions(product: str, names: list[str]) -> None:
    problems = events.subscription_errors(product, names)
    if problems:
        raise InvalidInput(problems[0].reason, fields=problems)


@transaction.atomic
def create_endpoint(
    environment: Environment,
    *,
    product: str,
    url: str,
    subscriptions: list[str],
    description: str = "",
    now: datetime,
) -> tuple[Endpoint, str]:
    """Add an endpoint; the second member of the answer is its secret, readable this once.

    The environment is locked while its endpoints are counted. Raises InvalidInput,
    ForbiddenTarget, TooManyEndpoints.
    """
    _check_subscriptions(product, subscriptions)
    check_address(environment, url)
    selectors.lock_environment(environment)
    if selectors.endpoints(environment, product).count() >= MAX_ENDPOINTS:
        raise TooManyEndpoints
    secret = signing.new_secret()
    row = Endpoint.objects.create(
        environment=environment,
        product=product,
        url=url,
        description=description,
        events=list(dict.fromkeys(subscriptions)),
        secret=_seal(secret),
        created_at=now,
        updated_at=now,
    )
    return row, secret


@transaction.atomic
def update_endpoint(
    environment: Environment,
    *,
    product: str,
    public_id: str,
    now: datetime,
    url: str | None = None,
    subscriptions: list[str] | None = None,
    description: str | None = None,
    status: str | None = None,
) -> Endpoint:
    """Change what is given. ``status`` is ``active`` or ``paused``; activating closes the breaker.

    What was held while *paused* becomes due; what was held while *disabled* waits for a recovery,
    for it may be a month's worth. Raises NotFound, InvalidInput, ForbiddenTarget.
    """
    if subscriptions is not None:
        _check_subscriptions(product, subscriptions)
    if url is not None:
        check_address(environment, url)
    row = selectors.lock_endpoint(environment, product, public_id)
    if url is not None:
        row.url = url
    if subscriptions is not None:
        row.events = list(dict.fromkeys(subscriptions))
    if description is not None:
        row.description = description
    if status is not None and status != row.status:
        _change_status(row, status, now)
    row.updated_at = now
    row.save()
    return row


def _change_status(row: Endpoint, status: str, now: datetime) -> None:
    open_deliveries = Delivery.objects.within(row.environment_id).filter(endpoint=row)
    if status == Endpoint.Status.PAUSED:
        open_deliveries.filter(state__in=Delivery.OPEN).update(state=Delivery.State.HELD)
    elif row.status == Endpoint.Status.PAUSED:
        open_deliveries.filter(state=Delivery.State.HELD).update(
            state=Delivery.State.DUE, next_attempt_at=now, lease_token=""
        )
        queue.kick("webhooks")
    row.status = status
    row.disabled_reason = ""
    row.consecutive_failures = 0
    row.failing_since = row.breaker_until = None
    row.breaker_step = 0


@transaction.atomic
def delete_endpoint(
    environment: Environment, *, product: str, public_id: str, now: datetime
) -> None:
    """Stop sending and forget the secrets; the log of its deliveries ages out. Raises NotFound."""
    row = selectors.lock_endpoint(environment, product, public_id)
    Delivery.objects.within(environment).filter(
        endpoint=row, state__in=(*Delivery.OPEN, Delivery.State.HELD)
    ).update(state=Delivery.State.CANCELLED, settled_at=now)
    row.deleted_at = row.updated_at = now
    row.status = Endpoint.Status.DISABLED
    row.secret = row.previous_secret = row.next_secret = ""
    row.save()


@transaction.atomic
def rotate_secret(
    environment: Environment, *, product: str, public_id: str, now: datetime
) -> tuple[Endpoint, str]:
    """Make a new secret; both count for 24 hours.

    Where the header has room for several signatures the new secret signs at once and the old one
    with it. Where it has room for one, the old one goes on signing there and the new one signs an
    additional header, until ``promote_secret`` or 24 hours later. Raises NotFound.
    """
    row = selectors.lock_endpoint(environment, product, public_id)
    _settle_rotation(row, now)
    secret = signing.new_secret()
    if forms.has_switch_moment(product):
        row.next_secret, row.next_from = _seal(secret), now + ROTATION_OVERLAP
    else:
        row.previous_secret, row.previous_until = row.secret, now + ROTATION_OVERLAP
        row.secret = _seal(secret)
    row.updated_at = now
    row.save()
    return row, secret


@transaction.atomic
def promote_secret(
    environment: Environment, *, product: str, public_id: str, now: datetime
) -> Endpoint:
    """Switch to the pending secret now. Raises NotFound, NoPendingSecret."""
    row = selectors.lock_endpoint(environment, product, public_id)
    _settle_rotation(row, now)
    if not row.next_secret:
        raise NoPendingSecret
    row.secret, row.next_secret, row.next_from = row.next_secret, "", None
    row.updated_at = now
    row.save()
    return row


def _settle_rotation(row: Endpoint, now: datetime) -> None:
    if row.next_from is not None and row.next_from <= now:
        row.secret, row.next_secret, row.next_from = row.next_secret, "", None
    if row.previous_until is not None and row.previous_until <= now:
        row.previous_secret, row.previous_until = "", None


def _seal(secret: str) -> str:
    return vault.encrypt(secret.encode()).decode()


@lru_cache(256)
def _unseal(sealed: str) -> str:
    return vault.decrypt(sealed.encode()).decode()


def secrets_of(row: Endpoint, now: datetime) -> forms.Secrets:
    """The secrets that sign at ``now``, whether or not a finished rotation was written down yet."""
    if row.next_from is not None and row.next_from <= now:
        return forms.Secrets(current=_unseal(row.next_secret))
    previous = (
        _unseal(row.previous_secret)
        if row.previous_until is not None and row.previous_until > now
        else ""
    )
    upcoming = _unseal(row.next_secret) if row.next_secret else ""
    return forms.Secrets(_unseal(row.secret), previous=previous, upcoming=upcoming)


@dataclass(frozen=True, kw_only=True)
class _TestEvent(events.Event):
    type: ClassVar[str] = TEST_EVENT_TYPE


@transaction.atomic
def send_test_event(
    environment: Environment,
    *,
    product: str,
    public_id: str,
    now: datetime,
    event_type: str = "",
) -> Delivery:
    """Owe a harmless event to one endpoint, whatever it subscribes to; it travels like any other.

    ``event_type`` must be of the product's catalogue; empty is ``webhook.test``. Raises NotFound,
    EndpointNotActive, InvalidInput.
    """
    row = selectors.lock_endpoint(environment, product, public_id)
    if row.status != Endpoint.Status.ACTIVE:
        raise EndpointNotActive
    if event_type and event_type not in events.catalogue(product):
        raise InvalidInput(fields=[FieldError("type", "is not an event", "unknown_event")])
    kind = type(
        "TestEvent", (_TestEvent,), {"product": product, "type": event_type or TEST_EVENT_TYPE}
    )
    stored = store_event(
        environment,
        kind(data={"test": True, "endpoint_id": row.public_id, "message": "It works."}),
        now=now,
        test=True,
    )
    owed = Delivery.objects.create(
        environment=environment, event=stored, endpoint=row, next_attempt_at=now, created_at=now
    )
    queue.kick("webhooks")
    return owed
