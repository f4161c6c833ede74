"""Projects of the dashboard: environments, as this product calls them, their members and keys."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from pulse.keys import services as keys
from pulse.keys.models import ApiKey
from pulse.tenancy import selectors as tenancy_selectors
from pulse.tenancy import services as tenancy
from pulse.tenancy.errors import NameTaken
from pulse.tenancy.models import Environment, Grant, Member, User
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
from traces.selectors import control
from traces.services import accounts

LEVELS = {"admin": Grant.Level.MANAGE, "user": Grant.Level.VIEW}


@transaction.atomic
def create_project(user: User, *, name: str) -> tuple[Environment, str]:
    """Make a project in the person's organization; the second member of the answer is its key.

    Raises AdminRequired, ProjectNameTaken.
    """
    member = control.organizing_member(user)
    if member is None:
        raise AdminRequired
    try:
        project = tenancy.create_environment(
            member.organization, name=name, kind=Environment.Kind.LIVE
        )
    except NameTaken:
        raise ProjectNameTaken from None
    project.settings = {"traces": {"project": True}}
    project.save(update_fields=["settings"])
    if member.role not in (Member.Role.OWNER, Member.Role.ADMIN):
        Grant.objects.create(
            member=member, environment=project, product="traces", level=Grant.Level.MANAGE
        )
    _, token = accounts.mint_key(project, name="Default Key")
    return project, token


def rename_project(project: Environment, *, name: str) -> None:
    """Raises ProjectNameTaken."""
    try:
        tenancy.rename_environment(project, name=name)
    except NameTaken:
        raise ProjectNameTaken from None


@transaction.atomic
def delete_project(project: Environment, *, now: datetime) -> None:
    """Delete a project that was made as one, with its keys and everything recorded in it.

    An environment of the deployment that other products share is not this product's to delete.
    Raises ProjectNotDeletable, LastEnvironment.
    """
    if not project.settings.get("traces", {}).get("project"):
        raise ProjectNotDeletable
    for key in control.project_keys(project):
        keys.revoke_key(key)
    tenancy.delete_environment(project, now=now)


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
    try:
        with transaction.atomic():
            grant = Grant.objects.create(
                member=member,
                environment=project,
                product="traces",
                level=LEVELS["admin" if role == "admin" else "user"],
            )
    except IntegrityError:  # somebody else let them in at the same moment
        raise AlreadyMember from None
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
    tenancy_selectors.lock_members(project.organization)  # two admins may leave at the same moment
    if control.count_admins(project) <= 1:
        raise LastAdmin
