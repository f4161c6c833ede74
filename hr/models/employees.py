"""People, and the fields that a workspace adds to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from django.db import models

from pulse import ids
from pulse.tenancy.models import TenantModel


def employee_id() -> str:
    return ids.new_id("emp")


def custom_field_id() -> str:
    return ids.new_id("fld")


class Employee(TenantModel):
    """An active, upcoming or former person. Offboarding keeps the row; only erasure empties it."""

    class Status(models.TextChoices):
        """Derived from the dates, never stored."""

        UPCOMING = "upcoming"
        ACTIVE = "active"
        FORMER = "former"

    public_id = models.CharField(max_length=40, default=employee_id, editable=False)
    email = models.CharField(max_length=254, help_text="Lower case, NFC; unique in its environment")
    full_name = models.CharField(max_length=200)
    role = models.CharField(max_length=120, null=True, blank=True, help_text="Job title")  # noqa: DJ001 -- null is in the contract
    department = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001
    location = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001
    manager = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True, help_text="Last day worked, inclusive")
    custom_fields = models.JSONField(default=dict, blank=True)
    leave_entitlements = models.JSONField(
        default=dict,
        blank=True,
        help_text='Days a year that differ from the workspace, by kind: {"vacation": 26}',
    )
    external_id = models.CharField(max_length=255, blank=True, help_text="Set by SCIM clients")
    user_name = models.CharField(max_length=254, blank=True, help_text="SCIM's, lower case")
    scim = models.JSONField(default=dict, blank=True, help_text="What a SCIM client wrote")
    version = models.PositiveIntegerField(default=1)
    search = models.CharField(max_length=600, blank=True, editable=False)
    offboarded_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # Per environment: sample people have the same well-known ids in every test environment.
            models.UniqueConstraint(fields=["environment", "public_id"], name="employee_id_once"),
            models.UniqueConstraint(fields=["environment", "email"], name="employee_email_once"),
            models.UniqueConstraint(
                fields=["environment", "user_name"],
                condition=~models.Q(user_name=""),
                name="employee_user_name_once",
            ),
            models.CheckConstraint(
                condition=models.Q(end_date=None) | models.Q(end_date__gte=models.F("start_date")),
                name="employee_dates_in_order",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["environment", "created_at", "id"], name="employee_created"),
            models.Index(
                fields=["environment", "department", "created_at", "id"], name="employee_department"
            ),
            models.Index(fields=["environment", "updated_at"], name="employee_updated"),
            models.Index(fields=["environment", "full_name"], name="employee_name"),
            models.Index(
                fields=["end_date"],
                condition=models.Q(offboarded_at=None, end_date__isnull=False),
                name="employee_leaving",
            ),
            models.Index(
                fields=["environment"],
                condition=models.Q(offboarded_at__isnull=False),
                name="employee_offboarded",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @classmethod
    def status_of(
        cls, start_date: date, end_date: date | None, offboarded_at: datetime | None, today: date
    ) -> str:
        if offboarded_at is not None or (end_date is not None and end_date < today):
            return cls.Status.FORMER
        return cls.Status.UPCOMING if start_date > today else cls.Status.ACTIVE

    def status_on(self, today: date) -> str:
        return self.status_of(self.start_date, self.end_date, self.offboarded_at, today)


def department_id() -> str:
    return ids.new_id("dep")


class Department(TenantModel):
    """A SCIM group: the name that people carry, with an id that outlives its last member."""

    public_id = models.CharField(max_length=40, unique=True, default=department_id, editable=False)
    name = models.CharField(max_length=120)
    external_id = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "name"], name="department_once")
        ]

    def __str__(self) -> str:
        return self.name


class CustomField(TenantModel):
    """What a workspace declares about one member of ``custom_fields``."""

    class Type(models.TextChoices):
        TEXT = "text"
        SELECT = "select"
        NUMBER = "number"
        DATE = "date"

    public_id = models.CharField(
        max_length=40, unique=True, default=custom_field_id, editable=False
    )
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=6, choices=Type)
    options = models.JSONField(default=list, blank=True, help_text="The choices of a select")
    required = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "key"], name="custom_field_once")
        ]

    def __str__(self) -> str:
        return self.name
