"""The ledger of erasures: that somebody was forgotten, without saying who."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse.tenancy.models import TenantModel


class Erasure(TenantModel):
    """``digest`` is a keyed hash of the subject's id, so that a restored backup can be checked
    against the ledger and the person forgotten again."""

    digest = models.CharField(max_length=64)
    counts = models.JSONField(default=dict, help_text="Rows touched, per kind.")
    erased_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "digest"], name="erasure_once")
        ]

    def __str__(self) -> str:
        return self.digest[:12]
