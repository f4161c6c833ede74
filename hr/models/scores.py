"""Measured inputs of the Employee Score that other systems send."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from hr.models.employees import Employee
from pulse.tenancy.models import TenantModel


class ScoreInput(TenantModel):
    """What was known about a person on a day; the newest row up to a date is in force on it."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="score_inputs")
    date = models.DateField()
    goals_progress_percent = models.FloatField(null=True, blank=True)
    goals_hit = models.PositiveIntegerField(null=True, blank=True)
    goals_missed = models.PositiveIntegerField(null=True, blank=True)
    allocation_percent = models.FloatField(null=True, blank=True)
    margin_per_hour = models.FloatField(null=True, blank=True)
    focus_sessions = models.PositiveIntegerField(null=True, blank=True)
    tracked_hours = models.FloatField(null=True, blank=True)
    billable_hours = models.FloatField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["employee", "date"], name="score_input_once_a_day")
        ]
        indexes: ClassVar = [models.Index(fields=["environment", "date"], name="score_input_date")]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.date}"
