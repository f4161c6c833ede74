"""Inviting people by mail, and letting them in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from pulse.errors import FieldError, InvalidInput, NotFound
from pulse.mail import services as mail
from pulse.site import selectors, tokens
from pulse.site.models import Invitation
from pulse.tenancy import selectors as tenancy
from pulse.tenancy import services as people
from pulse.tenancy.errors import OwnersOnly
from pulse.tenancy.models import Member, Organization, User

LIFETIME = timedelta(days=7)
TEXT = """{inviter} invites you to {organization} on Pulse as {role}.

Open this address to join. It works once, until {until}:

{url}

If you do not know what this is about, do nothing.
"""


@transaction.atomic
def invite(
    organization: Organization, *, email: str, role: str, by: User, by_owner: bool, now: datetime
) -> Invitation:
    """Mail a link that makes an account and a membership. An older link to that address dies.

    Raises InvalidInput, OwnersOnly.
    """
    if role not in Member.Role.values:
        raise InvalidInput(fields=[FieldError("role", "is not a role")])
    if role == Member.Role.OWNER and not by_owner:
        raise OwnersOnly
    known = tenancy.user_by_email(email)
    if known is not None and tenancy.member_of(known, organization) is not None:
        raise InvalidInput(fields=[FieldError("email", "is a member already")])
    selectors.open_invitations(organization, now=now).filter(email__iexact=email).update(
        withdrawn_at=now
    )
    token, digest = tokens.new_token()
    invitation = Invitation.objects.create(
        organization=organization,
        email=email.lower(),
        role=role,
        digest=digest,
        invited_by=by,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    try:
        mail.enqueue(
            to=invitation.email,
            subject=f"Join {organization.name} on Pulse",
            text=TEXT.format(
                inviter=by.name or by.email,
                organization=organization.name,
                role=role,
                until=f"{invitation.expires_at:%Y-%m-%d %H:%M} UTC",
                url=f"{settings.PULSE_PUBLIC_URL}/invitations/{token}",
            ),
        )
    except ValidationError as error:
        raise InvalidInput(fields=[FieldError("email", "is not an e-mail address")]) from error
    return invitation


@transaction.atomic
def accept(token: str, *, name: str, password: str, now: datetime) -> User | None:
    """Use an invitation up; returns whom to sign in, or None when it no longer works.

    Somebody who has an account keeps its password and is only given the membership: holding the
    link proves the address, not the password, so they sign in themselves.
    """
    invitation = selectors.open_invitation(token, now=now)
    if invitation is None or not selectors.claim_invitation(invitation, now=now):
        return None
    user = tenancy.user_by_email(invitation.email)
    if user is None:
        user = User.objects.create_user(invitation.email, password, name=name.strip()[:200])
    people.add_member(invitation.organization, user=user, role=invitation.role)
    return user


def withdraw(organization: Organization, *, pk: int, now: datetime) -> None:
    """Make the link of an open invitation stop working. Raises NotFound."""
    rows = selectors.open_invitations(organization, now=now).filter(pk=pk)
    if not rows.update(withdrawn_at=now):
        raise NotFound
