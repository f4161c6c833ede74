"""An environment's own prices, which win over the table that comes with Pulse."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse.tenancy.models import TenantModel


class CustomPrice(TenantModel):
    """Prices of one model, in micro-cents per million tokens, from a moment on."""

    provider = models.CharField(max_length=50, blank=True, help_text="Empty is every provider")
    model = models.CharField(max_length=200)
    input_micro_cents = models.BigIntegerField()
    cached_input_micro_cents = models.BigIntegerField(null=True)
    output_micro_cents = models.BigIntegerField()
    valid_from_ms = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "provider", "model", "valid_from_ms"],
                name="custom_price_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider or 'any'}/{self.model}"
