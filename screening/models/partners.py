"""What tracking systems are told, and the keys that open them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse.tenancy.models import TenantModel
from screening.models.screenings import Screening


class PartnerKey(TenantModel):
    """The account's key at a tracking system, sealed."""

    class Partner(models.TextChoices):
        GREENHOUSE = "greenhouse", "Greenhouse"
        ASHBY = "ashby", "Ashby"

    sealed_fields: ClassVar = ("secret",)

    partner = models.CharField(max_length=20, choices=Partner)
    secret = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "partner"], name="screening_partner_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"key at {self.get_partner_display()}"


class PartnerUpdate(TenantModel):
    """One fact that a tracking system has yet to hear. Its text is made when it is sent."""

    class Kind(models.TextChoices):
        STARTED = "started"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    class State(models.TextChoices):
        DUE = "due"
        SENT = "sent"
        FAILED = "failed"

    screening = models.ForeignKey(
        Screening, on_delete=models.CASCADE, related_name="partner_updates"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=6, choices=State, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True, db_index=True)
    failure = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["screening", "kind"], name="screening_partner_update_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.screening_id}"
