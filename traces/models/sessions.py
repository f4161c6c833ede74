"""Sessions: what happened under one session id, kept current by the digest."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from traces.models.base import EnvironmentFirst


class Session(EnvironmentFirst):
    """First and last moments and running totals of one session id."""

    session_id = models.CharField(max_length=255)
    first_ms = models.BigIntegerField()
    last_ms = models.BigIntegerField()
    first_request_ms = models.BigIntegerField(null=True)
    last_request_ms = models.BigIntegerField(null=True)
    real = models.BooleanField(
        default=False, help_text="Has a trace, not only markers or spans without one"
    )
    spans = models.BigIntegerField(default=0)
    posted = models.BigIntegerField(default=0, help_text="Traces that were posted as such")
    errors = models.BigIntegerField(default=0)
    end_duration_ms = models.FloatField(null=True, help_text="Duration of its session_end span")
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cost_micro_cents = models.BigIntegerField(default=0)

    class Meta(EnvironmentFirst.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "session_id"], name="session_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["environment", "-last_ms"], name="session_recent"),
            models.Index(
                fields=["environment", "last_request_ms", "first_request_ms"],
                name="session_requests",
                condition=models.Q(last_request_ms__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.session_id
