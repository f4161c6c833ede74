"""One-time sign-in links: fifteen minutes, one use, and a new one kills the older."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction

from pulse.site import selectors, tokens
from pulse.site.models import LoginLink
from pulse.tenancy.models import User

LIFETIME = timedelta(minutes=15)


@transaction.atomic
def create(user: User, *, now: datetime | None = None) -> str:
    """The full address of a new link for ``user``; every older link of theirs stops working."""
    now = now or datetime.now(UTC)
    selectors.login_links_of(user).delete()
    token, digest = tokens.new_token()
    LoginLink.objects.create(user=user, digest=digest, created_at=now, expires_at=now + LIFETIME)
    return f"{settings.PULSE_PUBLIC_URL}/login/{token}"


def redeem(token: str, *, now: datetime) -> User | None:
    """Use the link up and return whom it signs in; None when it is unknown, used or too old.

    The claim is one conditional update, so two browsers cannot both use the same link.
    """
    link = selectors.open_login_link(token, now=now)
    if link is None or not selectors.claim_login_link(link, now=now):
        return None
    return link.user if link.user.is_active else None
