"""Scores: what a person or a program thought of a trace."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse import ids
from traces.models.base import EnvironmentFirst


def score_id() -> str:
    return ids.new_id("scr")


class Score(EnvironmentFirst):
    """A named value or a comment on one trace, by the trace's own id."""

    class Source(models.TextChoices):
        API = "api"
        PERSON = "person"
        EVALUATOR = "evaluator"

    public_id = models.CharField(max_length=40, unique=True, default=score_id, editable=False)
    trace_id = models.CharField(max_length=255)
    name = models.CharField(max_length=100)
    value = models.FloatField(null=True)
    comment = models.TextField(blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.API)
    author = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta(EnvironmentFirst.Meta):
        indexes: ClassVar = [
            models.Index(fields=["environment", "trace_id"], name="score_trace"),
            models.Index(fields=["environment", "name", "created_at"], name="score_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.trace_id}"
