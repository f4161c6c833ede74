"""Holidays of a workspace, and secret addresses of its leave calendars."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from hr.models.employees import Employee
from pulse import ids
from pulse.tenancy.models import TenantModel


def holiday_id() -> str:
    return ids.new_id("hol")


def feed_id() -> str:
    return ids.new_id("cal")


class Holiday(TenantModel):
    """A date that nobody at a location works; an empty location is everywhere."""

    public_id = models.CharField(max_length=40, unique=True, default=holiday_id, editable=False)
    date = models.DateField()
    location = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "location", "date"], name="holiday_once")
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class CalendarFeed(TenantModel):
    """A calendar subscription: one secret address, one purpose. Only a digest of it is stored."""

    class Audience(models.TextChoices):
        PERSON = "person"
        TEAM = "team"
        WORKSPACE = "workspace"

    public_id = models.CharField(max_length=40, unique=True, default=feed_id, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    audience = models.CharField(max_length=9, choices=Audience)
    employee = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.CASCADE, related_name="feeds"
    )
    department = models.CharField(max_length=120, blank=True)
    show_kinds = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["environment", "created_at", "id"], name="feed_created")
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.public_id}"
