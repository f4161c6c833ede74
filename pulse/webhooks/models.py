"""Webhooks: who wants to hear, what happened, what is owed to whom, and every try."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from pulse import ids
from pulse.tenancy.models import TenantModel


def endpoint_id() -> str:
    return ids.new_id("whk")


def event_id() -> str:
    return ids.new_id("evt")


def delivery_id() -> str:
    return ids.new_id("del")


class Endpoint(TenantModel):
    """An address of a customer, with its subscriptions, secrets and health."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        DISABLED = "disabled"

    sealed_fields = ("secret", "previous_secret", "next_secret")

    public_id = models.CharField(max_length=40, unique=True, default=endpoint_id, editable=False)
    product = models.CharField(max_length=20)
    url = models.CharField(max_length=2048)
    description = models.CharField(max_length=500, blank=True)
    events = models.JSONField(default=list)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    disabled_reason = models.CharField(max_length=200, blank=True)

    secret = models.TextField(editable=False, help_text="Sealed.")
    previous_secret = models.TextField(blank=True, editable=False, help_text="Sealed.")
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    next_secret = models.TextField(blank=True, editable=False, help_text="Sealed.")
    next_from = models.DateTimeField(null=True, blank=True, editable=False)

    max_in_flight = models.PositiveSmallIntegerField(default=4)
    ramp = models.PositiveSmallIntegerField(
        default=64, help_text="Deliveries at once while recovering: 1, 2, 4 … up to max_in_flight."
    )
    consecutive_failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    breaker_step = models.PositiveSmallIntegerField(default=0, help_text="0 is closed.")
    breaker_until = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="Whose turn it was last.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes: ClassVar = [
            models.Index(fields=["environment", "product", "created_at"], name="endpoint_list")
        ]

    def __str__(self) -> str:
        return self.url


class Event(TenantModel):
    """Something that happened. ``body`` is the text whose UTF-8 bytes are signed and sent, for ever
    the same: a jsonb column would reorder members and rewrite numbers."""

    public_id = models.CharField(max_length=40, unique=True, default=event_id, editable=False)
    product = models.CharField(max_length=20)
    type = models.CharField(max_length=100)
    body = models.TextField()
    subject_ref = models.CharField(
        max_length=250, blank=True, help_text="Space around each id, so that one is found exactly."
    )
    test = models.BooleanField(default=False, help_text="Sent by hand to try an endpoint.")
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes: ClassVar = [
            models.Index(fields=["environment", "product", "created_at"], name="event_list"),
            models.Index(fields=["created_at"], name="event_age"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.public_id}"


class Delivery(TenantModel):
    """What is owed: one event to one endpoint. A lease moves ``next_attempt_at`` ahead, so that the
    delivery of a worker that died comes due again by itself."""

    class State(models.TextChoices):
        DUE = "due"
        LEASED = "leased"
        DELIVERED = "delivered"
        EXHAUSTED = "exhausted"
        CANCELLED = "cancelled"
        HELD = "held"

    OPEN = (State.DUE, State.LEASED)

    public_id = models.CharField(max_length=40, unique=True, default=delivery_id, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=9, choices=State, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    give_up_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True, editable=False)
    replay_no = models.PositiveIntegerField(default=0)
    replay_of = models.CharField(max_length=40, blank=True, help_text="The delivery it repeats.")
    last_outcome = models.CharField(max_length=20, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "endpoint", "replay_no"], name="delivery_once_per_replay"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=Q(state__in=("due", "leased")),
                name="delivery_due_endpoint",
            ),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=("due", "leased")),
                name="delivery_due",
            ),
            models.Index(fields=["environment", "created_at"], name="delivery_list"),
        ]

    def __str__(self) -> str:
        return self.public_id


class Attempt(TenantModel):
    """One try: what was sent, what came back, how long it took."""

    class Outcome(models.TextChoices):
        DELIVERED = "delivered"
        HTTP_ERROR = "http_error"
        TIMEOUT = "timeout"
        CONNECTION = "connection"
        TLS = "tls"
        TARGET = "forbidden_target"

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    latency_ms = models.PositiveIntegerField()
    request_headers = models.JSONField(default=dict)
    response_excerpt = models.TextField(blank=True, help_text="At most 4 kB.")
    error = models.CharField(max_length=300, blank=True)
    peer_ip = models.CharField(max_length=45, blank=True)

    class Meta(TenantModel.Meta):
        indexes: ClassVar = [models.Index(fields=["started_at"], name="attempt_age")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.status_code or ''}".strip()
