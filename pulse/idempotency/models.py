"""Answers kept for repeated calls."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse.tenancy.models import TenantModel


class StoredAnswer(TenantModel):
    """The answer to the first call with a key; ``body`` is encrypted, for it may carry a secret."""

    sealed_fields = ("body",)

    product = models.CharField(max_length=20)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True)
    subject_ref = models.CharField(max_length=60, blank=True, db_index=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "product", "key"], name="idempotency_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.key}"
