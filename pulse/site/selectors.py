"""Reads of the site's own tables."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from pulse.mail.models import OutgoingMail
from pulse.site import tokens
from pulse.site.models import Invitation, LoginLink
from pulse.tenancy.models import Environment, Organization, User
from pulse.webhooks import services as webhooks
from pulse.webhooks.models import Attempt, Delivery, Endpoint, Event
from pulse.webhooks.selectors import PUBLIC_STATUS


def login_links_of(user: User) -> QuerySet[LoginLink]:
    return LoginLink.objects.filter(user=user)


def open_login_link(token: str, *, now: datetime) -> LoginLink | None:
    """The unused, unexpired link with this token."""
    return (
        LoginLink.objects.select_related("user")
        .filter(digest=tokens.digest(token), used_at=None, expires_at__gt=now)
        .first()
    )


def claim_login_link(link: LoginLink, *, now: datetime) -> bool:
    """Mark the link used; False when somebody else was first."""
    return LoginLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now) == 1


def open_invitations(organization: Organization, *, now: datetime) -> QuerySet[Invitation]:
    """Invitations that can still be accepted, newest first."""
    return (
        Invitation.objects.filter(
            organization=organization, accepted_at=None, withdrawn_at=None, expires_at__gt=now
        )
        .select_related("invited_by")
        .order_by("-created_at", "-pk")
    )


def open_invitation(token: str, *, now: datetime) -> Invitation | None:
    """The invitation with this token, if it can still be accepted."""
    return (
        Invitation.objects.select_related("organization")
        .filter(
            digest=tokens.digest(token), accepted_at=None, withdrawn_at=None, expires_at__gt=now
        )
        .first()
    )


def events(
    environment: Environment, products: list[str], *, type: str = "", subject: str = ""
) -> QuerySet[Event]:
    """Events of several products, unordered; ``subject`` is the public id that they are about."""
    rows = Event.objects.within(environment).filter(product__in=products)
    if type:
        rows = rows.filter(type=type)
    if subject:
        rows = rows.filter(subject_ref__contains=f" {subject} ")
    return rows


def deliveries(
    environment: Environment,
    products: list[str],
    *,
    status: str = "",
    endpoint_id: str = "",
    event_id: str = "",
) -> QuerySet[Delivery]:
    """Deliveries of several products with event and endpoint, unordered."""
    rows = Delivery.objects.within(environment).filter(endpoint__product__in=products)
    if status in PUBLIC_STATUS:
        rows = rows.filter(state__in=PUBLIC_STATUS[status])
    if endpoint_id:
        rows = rows.filter(endpoint__public_id=endpoint_id)
    if event_id:
        rows = rows.filter(event__public_id=event_id)
    return rows.select_related("event", "endpoint")


def endpoints(environment: Environment, products: list[str]) -> QuerySet[Endpoint]:
    """Endpoints of several products, by product and age."""
    rows = Endpoint.objects.within(environment).filter(product__in=products, deleted_at=None)
    return rows.order_by("product", "pk")


def caught(environment: Environment, products: list[str], *, limit: int) -> list[Attempt]:
    """The latest attempts at built-in sinks, newest first, with what was sent."""
    rows = (
        Attempt.objects.within(environment)
        .filter(
            delivery__endpoint__product__in=products, delivery__endpoint__url__in=webhooks.SINK_URLS
        )
        .select_related("delivery__event", "delivery__endpoint")
    )
    return list(rows.order_by("-pk")[:limit])


def claim_invitation(invitation: Invitation, *, now: datetime) -> bool:
    """Mark the invitation accepted; False when somebody else was first."""
    rows = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    return rows.update(accepted_at=now) == 1


def recent_mail(organization: Organization, *, limit: int) -> list[OutgoingMail]:
    """The latest messages about the organization's environments, newest first."""
    rows = OutgoingMail.objects.filter(environment__organization=organization)
    return list(rows.order_by("-pk")[:limit])
