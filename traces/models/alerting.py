"""Alerts: a threshold on cost, errors, latency or volume over a window."""

from __future__ import annotations

from django.db import models

from pulse import ids
from pulse.tenancy.models import TenantModel


def alert_id() -> str:
    return ids.new_id("alr")


class Alert(TenantModel):
    """Fires once when its measure passes the threshold and again only after it has recovered."""

    class Measure(models.TextChoices):
        COST_CENTS = "cost_cents"
        ERROR_RATE = "error_rate"
        LATENCY_P95_MS = "latency_p95_ms"
        REQUESTS = "requests"

    public_id = models.CharField(max_length=40, unique=True, default=alert_id, editable=False)
    name = models.CharField(max_length=200)
    measure = models.CharField(max_length=20, choices=Measure)
    threshold = models.FloatField(help_text="Cents, percent, milliseconds or a count")
    window_minutes = models.PositiveIntegerField()
    active = models.BooleanField(default=True)
    firing_since = models.DateTimeField(null=True)
    last_value = models.FloatField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
