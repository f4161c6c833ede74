"""Changing who belongs to an organization, what they may do, and which environments it has."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import ManyToOneRel, ProtectedError, RestrictedError

from pulse.errors import FieldError, InvalidInput, NotFound
from pulse.tenancy import selectors
from pulse.tenancy.errors import LastEnvironment, LastOwner, NameTaken, OwnersOnly
from pulse.tenancy.models import Environment, Grant, Member, Organization, User

OWNER = Member.Role.OWNER
KEPT_WITH_TOMBSTONE = ("audit",)


@transaction.atomic
def add_member(organization: Organization, *, user: User, role: str) -> Member:
    """Give a person a place in an organization; one who has it already keeps their role."""
    member, _ = Member.objects.get_or_create(
        organization=organization, user=user, defaults={"role": role}
    )
    return member


@transaction.atomic
def change_role(organization: Organization, *, member_pk: int, role: str, by_owner: bool) -> Member:
    """Give a member another role. All members are locked, so that two owners cannot leave at once.

    Raises NotFound, InvalidInput, OwnersOnly, LastOwner.
    """
    if role not in Member.Role.values:
        raise InvalidInput(fields=[FieldError("role", "is not a role")])
    member = _locked(organization, member_pk, by_owner=by_owner, becomes_owner=role == OWNER)
    if member.role == OWNER and role != OWNER:
        _keep_an_owner(organization, member)
    member.role = role
    member.save(update_fields=["role"])
    return member


@transaction.atomic
def remove_member(organization: Organization, *, member_pk: int, by_owner: bool) -> User:
    """End a membership with its grants. Raises NotFound, OwnersOnly, LastOwner."""
    member = _locked(organization, member_pk, by_owner=by_owner)
    if member.role == OWNER:
        _keep_an_owner(organization, member)
    user = member.user
    member.delete()
    return user


@transaction.atomic
def set_grant(
    organization: Organization,
    *,
    member_pk: int,
    environment: Environment,
    product: str,
    level: str,
) -> None:
    """Say what a member may do with a product in an environment; ``none`` takes it away.

    Raises NotFound, InvalidInput.
    """
    if level not in selectors.LEVELS:
        raise InvalidInput(fields=[FieldError("level", "is not a level")])
    member = _locked(organization, member_pk, by_owner=True)
    if environment.organization_id != organization.pk:
        raise NotFound
    grants = Grant.objects.filter(member=member, environment=environment, product=product)
    if level == "none":
        grants.delete()
        return
    Grant.objects.update_or_create(
        member=member, environment=environment, product=product, defaults={"level": level}
    )


def _locked(
    organization: Organization, member_pk: int, *, by_owner: bool, becomes_owner: bool = False
) -> Member:
    rows = selectors.lock_members(organization)
    member = next((row for row in rows if row.pk == member_pk), None)
    if member is None:
        raise NotFound
    if not by_owner and (becomes_owner or member.role == OWNER):
        raise OwnersOnly
    return member


def _keep_an_owner(organization: Organization, member: Member) -> None:
    others = [row for row in selectors.lock_members(organization) if row.pk != member.pk]
    if not any(row.role == OWNER for row in others):
        raise LastOwner


@transaction.atomic
def create_environment(organization: Organization, *, name: str, kind: str) -> Environment:
    """Add an empty environment. Raises InvalidInput, NameTaken."""
    if kind not in Environment.Kind.values:
        raise InvalidInput(fields=[FieldError("kind", "is live or test")])
    try:
        with transaction.atomic():
            return Environment.objects.create(
                organization=organization, name=_name(name), kind=kind
            )
    except IntegrityError as error:
        raise NameTaken from error


@transaction.atomic
def rename_environment(environment: Environment, *, name: str) -> Environment:
    """Raises InvalidInput, NameTaken."""
    environment.name = _name(name)
    try:
        with transaction.atomic():
            environment.save(update_fields=["name"])
    except IntegrityError as error:
        raise NameTaken from error
    return environment


@transaction.atomic
def delete_environment(environment: Environment, *, now: datetime) -> None:
    """Delete everything in an environment, in all products. Raises LastEnvironment.

    Its row stays behind, nameless and closed, for the sake of its audit log, which nobody may
    delete before its time.
    """
    rows = selectors.lock_environments(environment.organization)
    if len(rows) < 2:
        raise LastEnvironment
    empty_environment(environment)
    environment.name = f"deleted {environment.public_id}"
    environment.settings = {}
    environment.deleted_at = now
    environment.save(update_fields=["name", "settings", "deleted_at"])


@transaction.atomic
def empty_environment(environment: Environment, *, apps: set[str] | None = None) -> None:
    """Delete every row that refers to the environment, but for its audit log.

    With ``apps`` only rows of those applications go. Rows that protect others go first: a model
    whose rows are still protected waits for the next round.
    """
    waiting = [
        (relation.related_model, relation.field.name)
        for relation in Environment._meta.get_fields(include_hidden=True)
        if isinstance(relation, ManyToOneRel)
        and relation.related_model._meta.app_label not in KEPT_WITH_TOMBSTONE
        and (apps is None or relation.related_model._meta.app_label in apps)
    ]
    while waiting:
        blocked = []
        for model, name in waiting:
            try:
                with transaction.atomic():
                    model._base_manager.filter(**{name: environment}).delete()
            except (ProtectedError, RestrictedError):
                blocked.append((model, name))
        if len(blocked) == len(waiting):
            raise RuntimeError(f"rows protect each other in {[model for model, _ in blocked]}")
        waiting = blocked


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 100:
        raise InvalidInput(fields=[FieldError("name", "must be 1 to 100 characters")])
    return name


@transaction.atomic
def change_plans(organization: Organization, *, plans: dict[str, str]) -> Organization:
    """Set the plan of some products; what a plan allows is the product's own affair."""
    organization.plans = organization.plans | plans
    organization.save(update_fields=["plans"])
    return organization
