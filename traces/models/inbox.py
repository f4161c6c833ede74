"""What was accepted and not yet digested, and what could not be."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from traces.models.base import EnvironmentFirst


class Inbox(EnvironmentFirst):
    """One accepted batch: the bytes of a JSON array. Deleted by the transaction that digests it."""

    class Kind(models.TextChoices):
        TRACES = "traces"
        SPANS = "spans"

    kind = models.CharField(max_length=6, choices=Kind)
    received_ms = models.BigIntegerField(help_text="Unix milliseconds")
    count = models.PositiveSmallIntegerField()
    body = models.BinaryField()

    class Meta(EnvironmentFirst.Meta):
        indexes: ClassVar = [models.Index(fields=["environment", "id"], name="traces_inbox_order")]


class DeadLetter(EnvironmentFirst):
    """One accepted item that the database refuses to hold; it can be read, replayed or discarded."""

    kind = models.CharField(max_length=6, choices=Inbox.Kind)
    received_ms = models.BigIntegerField(help_text="Unix milliseconds")
    reason = models.TextField()
    item = models.BinaryField(help_text="The JSON object as it was accepted")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(EnvironmentFirst.Meta):
        indexes: ClassVar = [models.Index(fields=["environment", "id"], name="traces_dead_order")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason[:80]}"
