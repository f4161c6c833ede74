"""What people write down: status-log entries, kudos and weekly workload."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from hr.models.employees import Employee
from pulse import ids
from pulse.tenancy.models import TenantModel


def entry_id() -> str:
    return ids.new_id("log")


def kudos_id() -> str:
    return ids.new_id("kud")


def checkin_id() -> str:
    return ids.new_id("wck")


class StatusLogEntry(TenantModel):
    """One to three lines of one person on one day."""

    class Topic(models.TextChoices):
        STATUS = "status"
        WIN = "win"
        PAIN = "pain"
        CHALLENGE = "challenge"
        FEEDBACK = "feedback"

    public_id = models.CharField(max_length=40, unique=True, default=entry_id, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="status_log")
    date = models.DateField()
    lines = models.JSONField()
    topic = models.CharField(max_length=9, choices=Topic, default=Topic.STATUS)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "status log"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["employee", "date"], name="status_log_once_a_day")
        ]
        indexes: ClassVar = [
            models.Index(fields=["environment", "created_at", "id"], name="status_log_created"),
            models.Index(fields=["environment", "date"], name="status_log_date"),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.date}"


class Kudos(TenantModel):
    """Recognition from one person to another."""

    class Tag(models.TextChoices):
        TEAMWORK = "teamwork"
        CRAFT = "craft"
        IMPACT = "impact"
        COURAGE = "courage"
        KINDNESS = "kindness"

    public_id = models.CharField(max_length=40, unique=True, default=kudos_id, editable=False)
    giver = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="kudos_given")
    receiver = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="kudos_received")
    coins = models.PositiveSmallIntegerField()
    tag = models.CharField(max_length=8, choices=Tag)
    note = models.CharField(max_length=500)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "kudos"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(giver=models.F("receiver")), name="kudos_not_to_oneself"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["environment", "created_at", "id"], name="kudos_created"),
            models.Index(fields=["receiver", "created_at"], name="kudos_received"),
            models.Index(fields=["giver", "created_at"], name="kudos_given"),
        ]

    def __str__(self) -> str:
        return f"{self.coins} {self.tag}"


class WorkloadCheckin(TenantModel):
    """How loaded a person said they were in a week; the last answer of the week counts."""

    class Level(models.TextChoices):
        LIGHT = "light"
        BALANCED = "balanced"
        HEAVY = "heavy"
        OVERLOADED = "overloaded"

    public_id = models.CharField(max_length=40, unique=True, default=checkin_id, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="workload")
    week_start = models.DateField(help_text="A Monday")
    level = models.CharField(max_length=10, choices=Level)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["employee", "week_start"], name="workload_once_a_week")
        ]
        indexes: ClassVar = [
            models.Index(fields=["environment", "created_at", "id"], name="workload_created"),
            models.Index(fields=["environment", "week_start", "level"], name="workload_week"),
        ]

    def __str__(self) -> str:
        return f"{self.week_start} {self.level}"
