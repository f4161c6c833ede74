"""API keys: a digest, what it opens, and for how long."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse import ids
from pulse.tenancy.models import TenantModel


def key_id() -> str:
    return ids.new_id("key")


class ApiKey(TenantModel):
    """A key of one product in one environment. The secret itself is never stored."""

    public_id = models.CharField(max_length=40, unique=True, default=key_id, editable=False)
    product = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    prefix = models.CharField(max_length=20, help_text="Form of the key, such as pk_live_")
    first12 = models.CharField(max_length=12)
    last4 = models.CharField(max_length=4)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    actor = models.CharField(
        max_length=60,
        blank=True,
        help_text="Public id of the person this key acts for; fills omitted ids.",
    )
    restricted = models.BooleanField(default=False, help_text="May act for nobody but that person.")
    origins = models.JSONField(
        default=list, blank=True, help_text="Web origins that may use it; empty is any."
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "API key"
        indexes: ClassVar = [
            models.Index(fields=["environment", "product"], name="key_environment_product")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.first12}…{self.last4})"


class RevocationMark(models.Model):
    """One row whose counter moves at each revocation; processes poll it to drop their key caches."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)
