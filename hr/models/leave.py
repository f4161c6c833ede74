"""The leave journal, in half-day slots."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from hr.models.employees import Employee
from pulse import ids
from pulse.tenancy.models import TenantModel

AWAY = "away"
"""How any kind of leave is told to those who may not know which."""

COVERING = ["environment", "status", "start_date", "end_date", "created_at", "id"]
"""All that counting, sorting and choosing among the entries of some days needs to read."""


def leave_id() -> str:
    return ids.new_id("lve")


class LeaveEntry(TenantModel):
    """Days off as somebody logged them; born approved, at most cancelled.

    A day is two slots. ``first_slot`` and ``last_slot`` (inclusive: 2 x ordinal of the date, and
    one more for an afternoon) answer overlap; ``half_days`` counts the working ones among them.
    ``holidays`` keeps the dates that were holidays when the entry was logged, so that a later
    change of the holiday list never makes an entry and its balance disagree.
    """

    class Kind(models.TextChoices):
        VACATION = "vacation"
        SICK = "sick"
        PERSONAL = "personal"
        PARENTAL = "parental"

    class Status(models.TextChoices):
        APPROVED = "approved"
        CANCELLED = "cancelled"

    public_id = models.CharField(max_length=40, unique=True, default=leave_id, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="leave")
    kind = models.CharField(max_length=8, choices=Kind)
    start_date = models.DateField()
    end_date = models.DateField()
    half_day_start = models.BooleanField(default=False)
    half_day_end = models.BooleanField(default=False)
    first_slot = models.IntegerField(editable=False)
    last_slot = models.IntegerField(editable=False)
    half_days = models.PositiveSmallIntegerField(editable=False)
    calendar_days = models.PositiveSmallIntegerField(editable=False)
    holidays = models.JSONField(default=list, blank=True, editable=False)
    note = models.CharField(max_length=500, null=True, blank=True)  # noqa: DJ001 -- null is in the contract
    status = models.CharField(max_length=9, choices=Status, default=Status.APPROVED)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "leave"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(last_slot__gte=models.F("first_slot")),
                name="leave_slots_in_order",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["environment", "created_at", "id"], name="leave_created"),
            models.Index(
                fields=["environment", "status", "created_at", "id"], name="leave_status_created"
            ),
            models.Index(fields=COVERING, name="leave_start"),
            models.Index(
                fields=COVERING, condition=models.Q(calendar_days__gt=7), name="leave_start_weeks"
            ),
            models.Index(
                fields=COVERING, condition=models.Q(calendar_days__gt=31), name="leave_start_long"
            ),
            models.Index(
                fields=["environment", "status", "start_date"],
                condition=models.Q(half_day_start=True),
                name="leave_start_at_noon",
            ),
            models.Index(fields=["environment", "updated_at"], name="leave_updated"),
            models.Index(fields=["employee", "first_slot"], name="leave_of_employee"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.start_date}"

    @property
    def days(self) -> float:
        return self.half_days / 2
