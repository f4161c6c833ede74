"""Outgoing mail: a row in the caller's transaction, sent afterwards."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from pulse.tenancy.models import Environment


class OutgoingMail(models.Model):
    """One message to one address. Mail of the deployment itself has no environment."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        BOUNCED = "bounced", "refused by the mail server for good"
        FAILED = "failed", "given up"

    environment = models.ForeignKey(
        Environment, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    ref = models.CharField(
        max_length=100, blank=True, db_index=True, help_text="Public id of what it is about."
    )
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="queued"), name="mail_due"),
            models.Index(fields=["created_at"], name="mail_age"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.state})"
