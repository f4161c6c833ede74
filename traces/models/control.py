"""Sign-ins of the published dashboard clients; they open nothing but this product."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from pulse import ids
from pulse.keys.models import ApiKey
from pulse.tenancy.models import Environment


def session_id() -> str:
    return ids.new_id("tds")


class DashboardSession(models.Model):
    """A signed-in dashboard client: a person's, or of a local login by ``key`` to its project.

    It ends before its time with the password it was opened with, or with the key.
    """

    public_id = models.CharField(max_length=40, unique=True, default=session_id, editable=False)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    environment = models.ForeignKey(
        Environment, null=True, on_delete=models.CASCADE, related_name="+"
    )
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.CASCADE, related_name="+")
    password_digest = models.CharField(
        max_length=128, default="", help_text="As Django's own sessions remember the password"
    )
    ip = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="dashboard_session_end")]

    def __str__(self) -> str:
        return self.public_id


class LoginTicket(models.Model):
    """A one-time local login: two minutes, loopback only."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.CASCADE, related_name="+")
    redirect_url = models.TextField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.expires_at:%H:%M:%S}"
