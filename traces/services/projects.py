"""Projects of the dashboard: environments, as this product calls them, their members and keys."""

from __future__ import annotations

from django.db import connection, transaction

from pulse.keys import services as keys
from pulse.keys.models import ApiKey
from pulse.tenancy.models import Environment, Grant, Member, User
from traces import statements
from traces.errors import (
    AdminRequired,
    AlreadyMember,
    BadRequest,
    KeyNotFound,
    LastAdmin,
    MemberNotFound,
    ProjectNameTaken,
    ProjectNotDeletable,
)
from traces.models import (
    Alert,
    CustomPrice,
    DeadLetter,
    Inbox,
    Rollup,
    Score,
    SearchJob,
    Session,
    Span,
    SpanRollup,
    Trace,
)
from traces.selectors import control
from traces.services import accounts

LEVELS = {"admin": Grant.Level.MANAGE, "user": Grant.Level.VIEW}
_DATA = (
    Inbox, DeadLetter, SearchJob, Score, Alert, CustomPrice, Span, Trace, Session, Rollup, SpanRollup,
)  # fmt: skip


@transaction.atomic
def create_project(user: User, *, name: str) -> tuple[Environment, str]:
    """Make a project in the person's organization; the second member of the answer is its key.

    Raises AdminRequired, ProjectNameTaken.
    """
    member = control.organizing_member(user)
    if member is None:
        raise AdminRequired
    _refuse_taken(member.organization_id, name)
    project = Environment.objects.create(
        organization_id=member.organization_id,
        name=name,
        kind=Environment.Kind.LIVE,
        settings={"traces": {"project": True}},
    )
    if member.role not in (Member.Role.OWNER, Member.Role.ADMIN):
        Grant.objects.create(
            member=member, environment=project, product="traces", level=Grant.Level.MANAGE
        )
    return project, accounts.mint_key(project, name="Default Key")


def _refuse_taken(organization_id: int, name: str) -> None:
    if control.project_name_taken(organization_id, name):
        raise ProjectNameTaken


@transaction.atomic
def rename_project(project: Environment, *, name: str) -> None:
    """Raises ProjectNameTaken."""
    if name == project.name:
        return
    _refuse_taken(project.organization_id, name)
    project.name = name
    project.save(update_fields=["name"])


@transaction.atomic
def delete_project(project: Environment) -> None:
    """Delete a project that was made as one, with its keys and everything recorded in it.

    An environment of the deployment that other products share is not this product's to delete.
    Raises ProjectNotDeletable.
    """
    if not project.settings.get("traces", {}).get("project"):
        raise ProjectNotDeletable
    for key in control.project_keys(project):
        keys.revoke_key(key)
    with connection.cursor() as cursor:
        statements.forget_environment(cursor, project.pk)
    for model in _DATA:
        model.objects.within(project).delete()
    project.delete()


@transaction.atomic
def rename_key(project: Environment, *, key_id: str, name: str) -> None:
    """Raises KeyNotFound."""
    key = _key(project, key_id)
    key.name = name
    key.save(update_fields=["name"])


def revoke_key(project: Environment, *, key_id: str) -> None:
    """Raises KeyNotFound."""
    keys.revoke_key(_key(project, key_id))


def _key(project: Environment, key_id: str) -> ApiKey:
    found = next((one for one in control.project_keys(project) if one.public_id == key_id), None)
    if found is None:
        raise KeyNotFound
    return found


@transaction.atomic
def add_member(
    project: Environment, *, email: str, name: str, password: str, role: str
) -> tuple[User, Grant]:
    """Let somebody into a project; who has no account yet needs a name and a password.

    Raises BadRequest, AlreadyMember.
    """
    user = control.user_by_email(email)
    if user is None:
        if not name or not password:
            raise BadRequest("Missing required fields for new user: name, password")
        user = accounts.create_user(name=name, email=email, password=password)
    elif control.project_role(user, project) is not None:
        raise AlreadyMember
    member, _ = Member.objects.get_or_create(
        organization_id=project.organization_id, user=user, defaults={"role": Member.Role.MEMBER}
    )
    grant = Grant.objects.create(
        member=member,
        environment=project,
        product="traces",
        level=LEVELS["admin" if role == "admin" else "user"],
    )
    return user, grant


@transaction.atomic
def change_role(project: Environment, *, user_id: str, role: str) -> None:
    """Raises MemberNotFound, LastAdmin."""
    grant = control.lock_grant(project, user_id)
    if grant is None:
        raise MemberNotFound
    level = LEVELS["admin" if role == "admin" else "user"]
    if grant.level == Grant.Level.MANAGE and level != grant.level:
        _refuse_last_admin(project)
    grant.level = level
    grant.save(update_fields=["level"])


@transaction.atomic
def remove_member(project: Environment, *, user_id: str) -> None:
    """Raises MemberNotFound, LastAdmin."""
    grant = control.lock_grant(project, user_id)
    if grant is None:
        raise MemberNotFound
    if grant.level == Grant.Level.MANAGE:
        _refuse_last_admin(project)
    grant.delete()


def _refuse_last_admin(project: Environment) -> None:
    if control.count_admins(project) <= 1:
        raise LastAdmin
