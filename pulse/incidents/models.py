"""Incidents: our bugs as customers met them, under the request id that their answer carried."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from pulse.tenancy.models import Environment


class Incident(models.Model):
    """One unhandled exception. Incidents of the same fingerprint are the same bug."""

    request_id = models.CharField(max_length=128, db_index=True)
    environment = models.ForeignKey(
        Environment, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    fingerprint = models.CharField(max_length=32)
    kind = models.CharField(max_length=200, help_text="Class of the exception.")
    message = models.CharField(max_length=300, blank=True)
    path = models.CharField(max_length=300, help_text="Template of the path.")
    trace = models.TextField()
    created_at = models.DateTimeField()
    notified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["fingerprint", "created_at"], name="incident_fingerprint"),
            models.Index(
                fields=["created_at"], condition=Q(notified_at=None), name="incident_to_tell"
            ),
            models.Index(fields=["created_at"], name="incident_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.request_id}"
