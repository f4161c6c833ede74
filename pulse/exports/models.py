"""Exports: a file of rows, written in the background and fetched when it is ready."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from pulse import ids
from pulse.tenancy.models import TenantModel


def export_id() -> str:
    return ids.new_id("exp")


class Export(TenantModel):
    """One file.

    ``parameters`` are what the product's exporter is called with; they may name a person, so they go
    when it is done.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        EXPIRED = "expired"

    class Format(models.TextChoices):
        NDJSON = "ndjson"
        CSV = "csv"

    public_id = models.CharField(max_length=40, unique=True, default=export_id, editable=False)
    product = models.CharField(max_length=20)
    kind = models.CharField(max_length=50)
    format = models.CharField(max_length=6, choices=Format)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    rows = models.PositiveIntegerField(default=0, help_text="Written so far.")
    size_bytes = models.PositiveBigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes: ClassVar = [
            models.Index(fields=["environment", "product", "created_at"], name="export_list"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=("queued", "running")),
                name="export_due",
            ),
            models.Index(fields=["expires_at"], condition=Q(state="done"), name="export_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def file_name(self) -> str:
        return f"{self.kind}-{self.created_at:%Y-%m-%d}.{self.format}"

    @property
    def storage_name(self) -> str:
        return f"exports/{self.public_id}.{self.format}"
