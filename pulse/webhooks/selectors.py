"""Reads and locks of webhooks."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from pulse.errors import NotFound
from pulse.tenancy.models import Environment
from pulse.webhooks import events
from pulse.webhooks.models import Attempt, Delivery, Endpoint, Event

PUBLIC_STATUS = {
    "pending": (Delivery.State.DUE, Delivery.State.LEASED),
    "delivered": (Delivery.State.DELIVERED,),
    "failed": (Delivery.State.EXHAUSTED,),
    "cancelled": (Delivery.State.CANCELLED,),
    "held": (Delivery.State.HELD,),
}
"""How the API names states → the states of the table."""


def endpoints(environment: Environment, product: str) -> QuerySet[Endpoint]:
    return Endpoint.objects.within(environment).filter(product=product, deleted_at=None)


def get_endpoint(environment: Environment, product: str, public_id: str) -> Endpoint:
    """Raises NotFound."""
    found = endpoints(environment, product).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def lock_endpoint(environment: Environment, product: str, public_id: str) -> Endpoint:
    """Lock before the secrets, the status or the health change. Raises NotFound."""
    rows = endpoints(environment, product).select_for_update()
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def lock_environment(environment: Environment) -> None:
    """Serialize what counts an environment's endpoints."""
    list(Environment.objects.select_for_update().filter(pk=environment.pk).values_list("pk"))


def subscribers(environment: Environment, product: str, event_type: str) -> list[Endpoint]:
    """The endpoints that want this type, whatever their status."""
    rows = endpoints(environment, product).order_by("pk")
    return [row for row in rows if events.matches(row.events, event_type)]


def _of_types(subscriptions: list[str]) -> Q:
    """``events.matches`` as a condition of a query."""
    if "*" in subscriptions:
        return Q()
    condition = Q(type__in=subscriptions)
    for family in subscriptions:
        if family.endswith(".*"):
            condition |= Q(type__startswith=family[:-1])
    return condition


def list_events(
    environment: Environment,
    product: str,
    *,
    type: str = "",
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> QuerySet[Event]:
    rows = Event.objects.within(environment).filter(product=product)
    if type:
        rows = rows.filter(_of_types([type]))
    if created_from is not None:
        rows = rows.filter(created_at__gte=created_from)
    if created_to is not None:
        rows = rows.filter(created_at__lt=created_to)
    return rows


def get_event(environment: Environment, product: str, public_id: str) -> Event:
    """Raises NotFound."""
    rows = Event.objects.within(environment)
    found = rows.filter(product=product, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def list_deliveries(
    environment: Environment,
    product: str,
    *,
    endpoint_id: str = "",
    event_id: str = "",
    status: str = "",
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> QuerySet[Delivery]:
    """Deliveries with their event and endpoint; ``status`` is a name of PUBLIC_STATUS or empty."""
    rows = Delivery.objects.within(environment).filter(
        endpoint__product=product, endpoint__deleted_at=None
    )
    if endpoint_id:
        rows = rows.filter(endpoint__public_id=endpoint_id)
    if event_id:
        rows = rows.filter(event__public_id=event_id)
    if status:
        rows = rows.filter(state__in=PUBLIC_STATUS[status])
    if created_from is not None:
        rows = rows.filter(created_at__gte=created_from)
    if created_to is not None:
        rows = rows.filter(created_at__lt=created_to)
    return rows.select_related("event", "endpoint")


def get_delivery(environment: Environment, product: str, public_id: str) -> Delivery:
    """Raises NotFound."""
    found = list_deliveries(environment, product).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def attempts_of(delivery: Delivery) -> list[Attempt]:
    """Every try still kept, first one first."""
    rows = Attempt.objects.within(delivery.environment_id).filter(delivery=delivery)
    return list(rows.order_by("number", "pk"))


def undelivered_events(
    environment: Environment, endpoint: Endpoint, *, since: datetime, limit: int
) -> list[Event]:
    """Events since a moment that this endpoint wants and has neither received nor is still owed."""
    settled = Delivery.objects.within(environment).filter(
        endpoint=endpoint,
        event=OuterRef("pk"),
        state__in=(Delivery.State.DELIVERED, *Delivery.OPEN),
    )
    rows = (
        Event.objects.within(environment)
        .filter(product=endpoint.product, created_at__gte=since, test=False)
        .filter(_of_types(endpoint.events))
        .exclude(body="")
        .filter(~Exists(settled))
        .order_by("created_at", "pk")
    )
    return list(rows[:limit])
