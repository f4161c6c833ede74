"""Reads of the site's own tables."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from pulse.site import tokens
from pulse.site.models import Invitation, LoginLink
from pulse.tenancy.models import Organization, User


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
