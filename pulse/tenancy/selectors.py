"""Reads of tenancy: environments, and what a person may do where."""

from __future__ import annotations

from django.db.models import QuerySet

from pulse.tenancy.models import Environment, Grant, Member, Organization, User

LEVELS = ("none", "view", "edit", "manage")


def first_organization() -> Organization | None:
    return Organization.objects.order_by("pk").first()


def get_environment(pk: int | None) -> Environment | None:
    """An environment with its organization, by primary key; None for None."""
    if pk is None:
        return None
    return Environment.objects.select_related("organization").filter(pk=pk).first()


def environments_of(user: User) -> QuerySet[Environment]:
    """Every environment of every organization the person belongs to."""
    return (
        Environment.objects.filter(organization__members__user=user, deleted_at=None)
        .select_related("organization")
        .order_by("organization__name", "-kind", "name")
    )


def member_of(user: User, organization: Organization) -> Member | None:
    return Member.objects.filter(user=user, organization=organization).first()


def levels_of(user: User, environment: Environment, products: list[str]) -> dict[str, str]:
    """Product → level for each of ``products``: ``none``, ``view``, ``edit`` or ``manage``."""
    member = Member.objects.filter(user=user, organization=environment.organization_id).first()
    if member is None:
        return dict.fromkeys(products, "none")
    if member.role in (Member.Role.OWNER, Member.Role.ADMIN):
        return dict.fromkeys(products, "manage")
    floor = "view" if member.role == Member.Role.SUPPORT else "none"
    granted = Grant.objects.filter(member=member, environment=environment)
    return dict.fromkeys(products, floor) | {
        grant.product: grant.level for grant in granted if grant.product in products
    }


def level_of(user: User, environment: Environment, product: str) -> str:
    """``none``, ``view``, ``edit`` or ``manage``: what the person may do with ``product`` there."""
    return levels_of(user, environment, [product])[product]


def admin_addresses(organization: Organization) -> list[str]:
    """E-mail addresses of an organization's owners and admins."""
    rows = Member.objects.filter(
        organization=organization,
        role__in=(Member.Role.OWNER, Member.Role.ADMIN),
        user__is_active=True,
    )
    return list(rows.order_by("pk").values_list("user__email", flat=True))


def operator_addresses() -> list[str]:
    """E-mail addresses of the people who run this deployment."""
    rows = User.objects.filter(operator=True, is_active=True)
    return list(rows.order_by("pk").values_list("email", flat=True))


def members_of(organization: Organization) -> QuerySet[Member]:
    """Everybody of an organization with their grants, owners first, then by address."""
    return (
        Member.objects.filter(organization=organization)
        .select_related("user")
        .prefetch_related("grants__environment")
        .order_by("pk")
    )


def lock_members(organization: Organization) -> list[Member]:
    """All members of an organization, locked: what counts its owners takes this first."""
    rows = Member.objects.select_for_update().filter(organization=organization)
    return list(rows.select_related("user").order_by("pk"))


def environments_in(organization: Organization) -> QuerySet[Environment]:
    rows = Environment.objects.filter(organization=organization, deleted_at=None)
    return rows.order_by("-kind", "name")


def lock_environments(organization: Organization) -> list[Environment]:
    """All environments of an organization, locked: what counts them takes this first."""
    rows = Environment.objects.select_for_update()
    return list(rows.filter(organization=organization, deleted_at=None).order_by("pk"))


def user_by_email(email: str) -> User | None:
    return User.objects.filter(email__iexact=email).first()


def first_operator() -> User | None:
    return User.objects.filter(operator=True, is_active=True).order_by("pk").first()
