"""The report on a completed screening: a row that is due, then text."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse.tenancy.models import TenantModel
from screening.models.screenings import Screening


class Report(TenantModel):
    """One version of a report. The row is queued with the completion and filled by the pump."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        GENERATING = "generating"
        READY = "ready"
        FAILED = "failed"

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="reports")
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True, db_index=True)
    failure = models.CharField(max_length=200, blank=True)
    score = models.PositiveSmallIntegerField(default=0)
    skill_scores = models.JSONField(default=list, blank=True)
    completion_time_minutes = models.PositiveIntegerField(default=0)
    summary = models.TextField(blank=True)
    strengths = models.JSONField(default=list, blank=True)
    areas_for_improvement = models.JSONField(default=list, blank=True)
    recommendation = models.CharField(max_length=100, blank=True)
    generated_by = models.CharField(max_length=200, blank=True)
    prompt_digest = models.CharField(max_length=64, blank=True)
    generated_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["screening", "version"], name="screening_report_version"
            )
        ]

    def __str__(self) -> str:
        return f"report {self.version} on {self.screening_id}"
