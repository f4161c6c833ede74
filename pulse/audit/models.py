"""The audit log: who did what to which object, and which members changed; never their values."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse import ids
from pulse.tenancy.models import TenantModel


def entry_id() -> str:
    return ids.new_id("aud")


class Entry(TenantModel):
    """One action. The database refuses to change it, and to delete it before its retention ends."""

    public_id = models.CharField(max_length=40, unique=True, default=entry_id, editable=False)
    actor = models.CharField(max_length=200, help_text="key:…, user:… or system")
    product = models.CharField(max_length=20, blank=True, help_text="Empty: concerns all of them.")
    action = models.CharField(max_length=100)
    object_ref = models.CharField(max_length=100, blank=True)
    fields = models.JSONField(default=list, help_text="Names of what changed.")
    request_id = models.CharField(max_length=64, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        verbose_name_plural = "entries"
        indexes: ClassVar = [
            models.Index(fields=["environment", "created_at"], name="audit_list"),
            models.Index(fields=["environment", "object_ref"], name="audit_object"),
            models.Index(fields=["created_at"], name="audit_age"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_ref}"


class Seal(TenantModel):
    """A link of an environment's hash chain: the entry's digest together with the link before.

    Links are made a moment after the entries' commits, by one process at a time; a chain made in
    the writing transaction would let only one audited write run at once.
    """

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="seal")
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        indexes: ClassVar = [models.Index(fields=["environment", "id"], name="seal_chain")]

    def __str__(self) -> str:
        return self.hash


class SealingTurn(models.Model):
    """One row: its lock is the turn to seal; below ``sealed_up_to`` every entry has its link."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sealed_up_to = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.sealed_up_to)
