"""Accounts, sign-ins and local logins of the published dashboard clients."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import quote, unquote, urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from pulse.keys import bearer
from pulse.keys import selectors as key_selectors
from pulse.keys import services as keys
from pulse.keys.models import ApiKey
from pulse.tenancy.models import Environment, Grant, Member, Organization, User
from traces.errors import BadRequest, InvalidKey, NoAccess, SignUpClosed
from traces.models import DashboardSession, LoginTicket
from traces.selectors import control

SESSION = timedelta(days=7)
LOCAL_SESSION = timedelta(hours=1)
TICKET = timedelta(minutes=2)
MIN_PASSWORD = 8
LONGEST_EMAIL = 150
"""As many characters as Django keeps of a user name, which is the address."""
KEY_PREFIX = "pulse_sk_"
KEY_SCOPES = ["read:*", "write:*"]
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PLAIN_URL = re.compile(r"https?://[!-\[\]-~]+")
"""Printable ASCII without a backslash, which browsers take for a slash."""

SESSION_SCOPES = ("read:traces", "read:spans", "read:analytics", "write:traces", "write:spans")
"""What a session may do; a key opens one only if it may do the same."""


class WrongCredentials(BadRequest):
    code = "INVALID_EMAIL_OR_PASSWORD"
    message = "Invalid email or password"


class EmailTaken(BadRequest):
    message = "User already exists. Use another email."


class MfaRequired(NoAccess):
    code = "MFA_REQUIRED"
    message = "This account signs in with a second factor; use the console"


@dataclass(frozen=True, slots=True)
class SignedIn:
    session: DashboardSession
    token: str
    cookie: str


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _signature(token: str) -> str:
    key = f"{settings.SECRET_KEY}\ntraces dashboard".encode()
    return base64.b64encode(hmac.digest(key, token.encode(), hashlib.sha256)).decode()


def cookie_value(token: str) -> str:
    """``<token>.<base64 HMAC-SHA256>``, URL-encoded."""
    return quote(f"{token}.{_signature(token)}", safe="")


def token_of(cookie: str) -> str:
    """The token of a cookie whose signature is ours, else ""."""
    token, _, signature = unquote(cookie).rpartition(".")
    return (
        token
        if token and hmac.compare_digest(signature.encode(), _signature(token).encode())
        else ""
    )


def find_session(cookie: str, *, now: datetime) -> DashboardSession | None:
    """The live session of a cookie."""
    token = token_of(cookie)
    return control.live_session(_digest(token), now) if token else None


@transaction.atomic
def sign_up(*, name: str, email: str, password: str, project_name: str) -> Environment:
    """Make an account, an organization of its own with one project, and that project's first key.

    Raises SignUpClosed, BadRequest.
    """
    if settings.PULSE_SIGNUP != "open":
        raise SignUpClosed
    user = create_user(name=name, email=email, password=password)
    organization = Organization.objects.create(name=project_name[:200])
    member = Member.objects.create(organization=organization, user=user, role=Member.Role.MEMBER)
    project = Environment.objects.create(
        organization=organization,
        name=project_name[:100],
        kind=Environment.Kind.LIVE,
        settings={"traces": {"project": True}},
    )
    Grant.objects.create(
        member=member, environment=project, product="traces", level=Grant.Level.MANAGE
    )
    mint_key(project, name="Default Key")
    return project


def create_user(*, name: str, email: str, password: str) -> User:
    """Raises BadRequest for a taken or ill-formed address and for a short password."""
    try:
        validate_email(email)
    except ValidationError:
        raise BadRequest("Invalid email") from None
    if len(email) > LONGEST_EMAIL:
        raise BadRequest("Invalid email")
    if len(password) < MIN_PASSWORD:
        raise BadRequest("Password too short")
    if control.user_by_email(email) is not None:
        raise EmailTaken
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name[:200])
    except IntegrityError:  # taken at the same moment
        raise EmailTaken from None


def mint_key(project: Environment, *, name: str) -> tuple[ApiKey, str]:
    """A key of everything a session may do, and its secret."""
    return keys.mint_key(
        project, product="traces", prefix=KEY_PREFIX, name=name[:200], scopes=KEY_SCOPES
    )


def sign_in(*, email: str, password: str, ip: str, user_agent: str, now: datetime) -> SignedIn:
    """Raises WrongCredentials (alike for unknown people) and MfaRequired."""
    user = check_credentials(email=email, password=password)
    return open_session(user=user, key=None, ip=ip, user_agent=user_agent, now=now)


def check_credentials(*, email: str, password: str) -> User:
    user = control.user_by_email(email)
    known = user is not None and user.is_active and user.has_usable_password()
    # an unknown person costs the same time as a wrong password
    encoded = user.password if user is not None and known else _nobodys_password()
    if not check_password(password, encoded) or user is None or not known:
        raise WrongCredentials
    if is_mfa_enabled(user):
        raise MfaRequired
    return user


@cache
def _nobodys_password() -> str:
    return make_password(secrets.token_urlsafe(16))


def open_session(
    *,
    user: User | None,
    key: ApiKey | None,
    ip: str,
    user_agent: str,
    now: datetime,
) -> SignedIn:
    """A session of a person, or of a key in its project."""
    token = secrets.token_urlsafe(32)
    session = DashboardSession.objects.create(
        digest=_digest(token),
        user=user,
        password_digest=user.get_session_auth_hash() if user is not None else "",
        key=key,
        environment=key.environment if key is not None else None,
        ip=ip[:45],
        user_agent=user_agent[:300],
        created_at=now,
        expires_at=now + (SESSION if user is not None else LOCAL_SESSION),
    )
    return SignedIn(session, token, cookie_value(token))


def sign_out(session: DashboardSession) -> None:
    session.delete()


def make_ticket(
    *,
    api_key: str,
    email: str,
    password: str,
    project_id: str,
    redirect_url: str,
    now: datetime,
) -> tuple[str, datetime]:
    """A one-time token for a local login, and when it dies.

    Raises BadRequest, InvalidKey, and NoAccess for a key of fewer scopes than a session has.
    """
    _check_redirect(redirect_url)
    user, key = None, None
    if api_key:
        credential = bearer.identify(api_key, (KEY_PREFIX,))
        if credential is None or credential.product != "traces":
            raise InvalidKey
        if not all(credential.allows(scope) for scope in SESSION_SCOPES):
            raise NoAccess("Forbidden: a session may do more than this key")
        key = key_selectors.get_key(credential.environment, ["traces"], credential.key_id)
        if project_id and project_id != key.environment.public_id:
            raise NoAccess
    else:
        user = check_credentials(email=email, password=password)
    token = secrets.token_urlsafe(32)
    expires_at = now + TICKET
    LoginTicket.objects.create(
        digest=_digest(token),
        user=user,
        key=key,
        redirect_url=redirect_url,
        expires_at=expires_at,
    )
    return token, expires_at


def _check_redirect(url: str) -> None:
    """An address on this machine, spelled so that browsers read it as we do. Raises BadRequest."""
    try:
        host = urlsplit(url).hostname if _PLAIN_URL.fullmatch(url) else None
    except ValueError:
        host = None
    if host not in LOOPBACK:
        raise BadRequest("redirect_url must be a loopback URL")


@transaction.atomic
def use_ticket(token: str, *, ip: str, user_agent: str, now: datetime) -> tuple[SignedIn, str]:
    """Turn a ticket into a session, once. Returns it and where to go. Raises BadRequest."""
    ticket = control.lock_ticket(_digest(token), now)
    if ticket is None:
        raise BadRequest("Login link is invalid or has expired")
    ticket.delete()
    opened = open_session(user=ticket.user, key=ticket.key, ip=ip, user_agent=user_agent, now=now)
    return opened, ticket.redirect_url


def delete_expired(*, now: datetime) -> None:
    """Delete sessions and links that have come to their end; they hold addresses and browsers."""
    for expired in control.expired_sign_ins(now):
        expired.delete()
