"""Requests as developers look them up, and how many there were. Losing a second of both is fine."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse.tenancy.models import TenantModel


class LoggedRequest(TenantModel):
    """One request of an environment, without its query string, headers or bodies."""

    at = models.DateTimeField()
    method = models.CharField(max_length=10)
    route = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    duration_ms = models.PositiveIntegerField()
    request_id = models.CharField(max_length=64)
    key_id = models.CharField(max_length=40, blank=True)
    product = models.CharField(max_length=20)

    class Meta(TenantModel.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["environment", "-id"], name="logged_request_newest"),
            models.Index(fields=["environment", "request_id"], name="logged_request_by_id"),
            models.Index(fields=["at"], name="logged_request_age"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class RequestCount(TenantModel):
    """How many requests one key made in one five-minute span, by class of status."""

    span = models.DateTimeField()
    product = models.CharField(max_length=20)
    key_id = models.CharField(max_length=40, blank=True)
    status_class = models.PositiveSmallIntegerField(help_text="2, 3, 4, 5, or 29 for status 429")
    requests = models.PositiveIntegerField()
    total_ms = models.PositiveBigIntegerField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "span", "product", "key_id", "status_class"],
                name="request_count_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["span"], name="request_count_age")]

    def __str__(self) -> str:
        return f"{self.requests} × {self.status_class}xx"
