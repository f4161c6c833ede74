"""Reads of the control plane: sessions, projects, members, keys."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from pulse.keys.models import ApiKey
from pulse.tenancy import selectors as tenancy
from pulse.tenancy.models import Environment, Grant, Member, User
from traces.models import DashboardSession, LoginTicket

PRODUCT = "traces"


def live_session(digest: str, now: datetime) -> DashboardSession | None:
    found = (
        DashboardSession.objects.select_related("user", "key", "environment__organization")
        .filter(digest=digest, expires_at__gt=now)
        .first()
    )
    return found if found is not None and _still_good(found, now) else None


def _still_good(session: DashboardSession, now: datetime) -> bool:
    """Whether what the session was opened with still opens one: the password, or the key."""
    user, key = session.user, session.key
    if user is not None:
        same = constant_time_compare(session.password_digest, user.get_session_auth_hash())
        return user.is_active and same
    return (
        key is not None
        and key.revoked_at is None
        and (key.expires_at is None or key.expires_at > now)
    )


def expired_sign_ins(now: datetime) -> tuple[QuerySet[DashboardSession], QuerySet[LoginTicket]]:
    return (
        DashboardSession.objects.filter(expires_at__lte=now),
        LoginTicket.objects.filter(expires_at__lte=now),
    )


def lock_ticket(digest: str, now: datetime) -> LoginTicket | None:
    """A ticket that still opens, held until the end of the transaction so that it opens once."""
    return (
        LoginTicket.objects.select_for_update(of=("self",))
        .select_related("user", "key__environment")
        .filter(digest=digest, expires_at__gt=now)
        .first()
    )


def user_by_email(email: str) -> User | None:
    return User.objects.filter(email__iexact=email.strip()).first()


def project_role(user: User, project: Environment) -> str | None:
    """``admin``, ``user``, or None for a stranger."""
    level = tenancy.level_of(user, project, PRODUCT)
    if level == "none":
        return None
    return "admin" if level == "manage" else "user"


def projects_of(session: DashboardSession) -> list[tuple[Environment, str]]:
    """(project, role) of everything a sign-in opens."""
    if session.user is None:
        return [] if session.environment is None else [(session.environment, "user")]
    found = []
    for project in tenancy.environments_of(session.user):
        role = project_role(session.user, project)
        if role is not None:
            found.append((project, role))
    return found


def project_for(session: DashboardSession, project_id: str) -> tuple[Environment, str] | None:
    """(project, role) if the sign-in opens it; a stranger's is None like one that does not exist."""
    if session.user is None:
        own = session.environment
        return (own, "user") if own is not None and own.public_id == project_id else None
    project = (
        Environment.objects.select_related("organization")
        .filter(public_id=project_id, deleted_at=None)
        .first()
    )
    role = project_role(session.user, project) if project is not None else None
    return (project, role) if project is not None and role is not None else None


def organizing_member(user: User) -> Member | None:
    """The membership by which a person may make projects: as admin, or managing one already."""
    memberships = Member.objects.filter(user=user).order_by("pk")
    for member in memberships:
        if member.role in (Member.Role.OWNER, Member.Role.ADMIN):
            return member
    return next(
        (
            member
            for member in memberships
            if member.grants.filter(product=PRODUCT, level=Grant.Level.MANAGE).exists()
        ),
        None,
    )


def project_keys(project: Environment) -> QuerySet[ApiKey]:
    """Keys that are not revoked, newest first."""
    return (
        ApiKey.objects.within(project)
        .filter(product=PRODUCT, revoked_at__isnull=True)
        .order_by("-created_at", "-pk")
    )


def members_of(project: Environment) -> list[tuple[User, str, datetime]]:
    """(person, role, since) of everybody who may see the project, earliest first."""
    found = []
    for member in (
        Member.objects.filter(organization=project.organization_id)
        .select_related("user")
        .order_by("created_at", "pk")
    ):
        role = project_role(member.user, project)
        if role is not None:
            found.append((member.user, role, member.created_at))
    return found


def lock_grant(project: Environment, user_id: str) -> Grant | None:
    """A person's grant in the project, held until the end of the transaction."""
    if not user_id.isascii() or not user_id.isdigit() or len(user_id) > 18:
        return None
    return (
        Grant.objects.select_for_update(of=("self",))
        .filter(environment=project, product=PRODUCT, member__user_id=int(user_id))
        .first()
    )


def count_admins(project: Environment) -> int:
    return sum(role == "admin" for _, role, _ in members_of(project))
