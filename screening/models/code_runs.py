"""Runs of code answers by a service outside."""

from __future__ import annotations

from django.db import models

from pulse.tenancy.models import TenantModel
from screening.models.screenings import Answer


class CodeRun(TenantModel):
    """One code answer on its way through the runner; without a runner there is none."""

    class State(models.TextChoices):
        DUE = "due"
        DONE = "done"
        FAILED = "failed"

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, related_name="run")
    state = models.CharField(max_length=6, choices=State, default=State.DUE)
    passed = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True, db_index=True)
    failure = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"run of {self.answer_id} ({self.state})"
