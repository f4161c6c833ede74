"""Who owns what: organizations, their environments, their people and what those may do."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower

from pulse import ids
from pulse.tenancy.managers import TenantManager


class OperatorManager(UserManager["User"]):
    """Creates users by e-mail address; there are no user names."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:  # type: ignore[override]
        extra.setdefault("username", email.lower())
        return super().create_user(email=email.lower(), password=password, **extra)

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:  # type: ignore[override]
        extra |= {"is_staff": True, "is_superuser": True}
        return self.create_user(email, password, **extra)


class User(AbstractUser):
    """A person who signs in. The e-mail address is the name; ``username`` mirrors it for Django."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    operator = models.BooleanField(default=False, help_text="Runs this deployment: sees the admin.")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = OperatorManager()  # type: ignore[misc]

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="user_email_ci")]

    def __str__(self) -> str:
        return self.email


def organization_id() -> str:
    return ids.new_id("org")


def environment_id() -> str:
    return ids.new_id("env")


class Organization(models.Model):
    """A customer of this deployment; it owns environments and has members."""

    public_id = models.CharField(
        max_length=40, unique=True, default=organization_id, editable=False
    )
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", help_text="IANA name")
    holidays = models.JSONField(
        default=dict,
        blank=True,
        help_text='Dates that nobody works: {"": ["2026-01-01"], "Torino": ["2026-06-24"]}; "" is everywhere.',
    )
    plans = models.JSONField(
        default=dict, blank=True, help_text='Plan per product: {"screening": "starter"}'
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Environment(models.Model):
    """The unit of isolation of all five products: every product row and every key belongs to one."""

    class Kind(models.TextChoices):
        LIVE = "live"
        TEST = "test"

    public_id = models.CharField(max_length=40, unique=True, default=environment_id, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="environments"
    )
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=4, choices=Kind)
    settings = models.JSONField(default=dict, blank=True, help_text='Per product: {"collab": {…}}')
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Emptied; kept for its audit log."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "name"], name="environment_name_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization.name} / {self.name}"

    @property
    def live(self) -> bool:
        return self.kind == self.Kind.LIVE


class Member(models.Model):
    """A person's role in an organization."""

    class Role(models.TextChoices):
        OWNER = "owner"
        ADMIN = "admin"
        SUPPORT = "support"
        MEMBER = "member"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user"], name="member_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organization} ({self.role})"


class Grant(models.Model):
    """What a member may do with one product in one environment; no row means nothing.

    Owners and admins need none: they manage everything of their organization.
    """

    class Level(models.TextChoices):
        VIEW = "view"
        EDIT = "edit"
        MANAGE = "manage"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="grants")
    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="grants")
    product = models.CharField(max_length=20)
    level = models.CharField(max_length=6, choices=Level)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "environment", "product"], name="grant_once")
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.level} {self.product}"


class TenantModel(models.Model):
    """Base of every product row. ``objects`` refuses unscoped queries; ``unscoped`` is for operators' work.

    References between tenant rows are also checked by the database: see ``pulse.db.guards``.
    """

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="+")

    unscoped = models.Manager()
    objects: ClassVar[TenantManager[Any]] = TenantManager()

    class Meta:
        abstract = True
        default_manager_name = "unscoped"
        base_manager_name = "unscoped"
