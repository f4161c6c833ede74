"""Sending again: one delivery, one event, a filter, or everything an endpoint missed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from pulse import queue
from pulse.errors import FieldError, InvalidInput
from pulse.tenancy.models import Environment
from pulse.webhooks import selectors
from pulse.webhooks.errors import EndpointNotActive, EventErased
from pulse.webhooks.models import Delivery, Endpoint, Event

MAX_REPLAYS = 10_000
MAX_AGE = timedelta(days=14)


@transaction.atomic
def replay_delivery(
    environment: Environment, *, product: str, public_id: str, now: datetime
) -> Delivery:
    """Owe the same event to the same endpoint again: a new ``del_``, the same ``evt_`` and bytes.

    Raises NotFound, EndpointNotActive, EventErased.
    """
    original = selectors.get_delivery(environment, product, public_id)
    endpoint = selectors.lock_endpoint(environment, product, original.endpoint.public_id)
    return _owe_again(endpoint, [original.event], now, replay_of=original.public_id)[0]


@transaction.atomic
def replay_event(
    environment: Environment,
    *,
    product: str,
    public_id: str,
    now: datetime,
    endpoint_id: str = "",
) -> list[Delivery]:
    """Owe an event again to ``endpoint_id``, or to every active endpoint that subscribes to it.

    Raises NotFound, EndpointNotActive (for a named endpoint), EventErased.
    """
    event = selectors.get_event(environment, product, public_id)
    if endpoint_id:
        named = selectors.lock_endpoint(environment, product, endpoint_id)
        return _owe_again(named, [event], now)
    made: list[Delivery] = []
    for endpoint in selectors.subscribers(environment, product, event.type):
        if endpoint.status == Endpoint.Status.ACTIVE:
            locked = selectors.lock_endpoint(environment, product, endpoint.public_id)
            made += _owe_again(locked, [event], now)
    return made


@transaction.atomic
def replay_matching(
    environment: Environment,
    *,
    product: str,
    endpoint_id: str,
    status: str,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
    now: datetime,
) -> int:
    """Owe again what a filter of the delivery log finds, at most 10,000, oldest first; how many.

    Raises NotFound, EndpointNotActive.
    """
    endpoint = selectors.lock_endpoint(environment, product, endpoint_id)
    found = selectors.list_deliveries(
        environment,
        product,
        endpoint_id=endpoint_id,
        status=status,
        created_from=created_from,
        created_to=created_to,
    ).exclude(event__body="")
    rows = found.order_by("created_at", "pk")[:MAX_REPLAYS]
    unique = {row.event_id: row.event for row in rows}
    return len(_owe_again(endpoint, unique.values(), now)) if unique else 0


@transaction.atomic
def recover_endpoint(
    environment: Environment, *, product: str, public_id: str, since: datetime, now: datetime
) -> int:
    """Owe an endpoint every event since a moment that it neither received nor is still owed.

    Covers what was held while it was disabled. Raises NotFound, EndpointNotActive, InvalidInput
    when ``since`` is more than 14 days ago.
    """
    if since < now - MAX_AGE:
        raise InvalidInput(fields=[FieldError("since", "must be within the last 14 days")])
    endpoint = selectors.lock_endpoint(environment, product, public_id)
    if endpoint.status != Endpoint.Status.ACTIVE:
        raise EndpointNotActive
    missed = selectors.undelivered_events(environment, endpoint, since=since, limit=MAX_REPLAYS)
    return len(_owe_again(endpoint, missed, now)) if missed else 0


def _owe_again(
    endpoint: Endpoint, events: Iterable[Event], now: datetime, *, replay_of: str = ""
) -> list[Delivery]:
    if endpoint.status != Endpoint.Status.ACTIVE:
        raise EndpointNotActive
    wanted = list(events)
    if any(not event.body for event in wanted):
        raise EventErased
    mine = Delivery.objects.within(endpoint.environment_id).filter(endpoint=endpoint)
    mine.filter(event__in=wanted, state=Delivery.State.HELD).update(
        state=Delivery.State.CANCELLED, settled_at=now
    )
    last = dict(mine.filter(event__in=wanted).values_list("event").annotate(last=Max("replay_no")))
    made = [
        Delivery(
            environment_id=endpoint.environment_id,
            event=event,
            endpoint=endpoint,
            replay_no=last.get(event.pk, -1) + 1,
            replay_of=replay_of,
            next_attempt_at=now,
            created_at=now,
        )
        for event in wanted
    ]
    Delivery.objects.bulk_create(made, batch_size=500)
    queue.kick("webhooks")
    return made
