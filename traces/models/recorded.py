"""Traces and spans. Small columns come first: a scan need not read past them into the bodies.

Times are whole Unix milliseconds, which both databases compare and bucket alike; JSON members are
kept as the text that arrived, because they are only ever handed out again.

Ids are unique in their environment by what migration 0004 makes. Indexes ascend though lists descend:
what comes in order is appended to full pages, and both databases read backwards.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from traces.models.base import EnvironmentFirst


class Status(models.TextChoices):
    SUCCESS = "success"
    ERROR = "error"


class Trace(EnvironmentFirst):
    """One call of a model: posted as such, or derived from all spans that share its trace id."""

    trace_id = models.CharField(max_length=255)
    timestamp_ms = models.BigIntegerField()
    received_ms = models.BigIntegerField()
    derived = models.BooleanField(default=False)
    status = models.CharField(max_length=7, choices=Status)
    provider = models.TextField(null=True)  # noqa: DJ001  null and "" differ on the wire
    model_requested = models.TextField(null=True)  # noqa: DJ001
    model_key = models.CharField(max_length=200, help_text="The model's first 200 characters")
    session_id = models.CharField(max_length=255, null=True)  # noqa: DJ001
    user_key = models.CharField(max_length=200, null=True)  # noqa: DJ001
    latency_ms = models.FloatField()
    input_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True)
    cost_micro_cents = models.BigIntegerField(null=True)
    cost_estimated = models.BooleanField(default=False)
    model_used = models.TextField(null=True)  # noqa: DJ001
    provider_request_id = models.TextField(null=True)  # noqa: DJ001
    finish_reason = models.TextField(null=True)  # noqa: DJ001
    error = models.TextField(null=True)  # noqa: DJ001
    metadata = models.TextField(null=True)  # noqa: DJ001
    summary = models.TextField(null=True, help_text="JSON: what only derived traces have")  # noqa: DJ001
    output_text = models.TextField(null=True)  # noqa: DJ001
    request_body = models.TextField(null=True)  # noqa: DJ001
    response_body = models.TextField(null=True)  # noqa: DJ001

    class Meta(EnvironmentFirst.Meta):
        indexes: ClassVar = [
            models.Index(fields=["environment", "timestamp_ms", "id"], name="trace_newest"),
            models.Index(fields=["environment", "model_key", "timestamp_ms"], name="trace_model"),
            models.Index(
                fields=["environment", "timestamp_ms", "id"],
                name="trace_errors",
                condition=models.Q(status="error"),
            ),
            models.Index(
                fields=["environment", "session_id", "timestamp_ms"],
                name="trace_session",
                condition=models.Q(session_id__isnull=False),
            ),
            models.Index(
                fields=["environment", "user_key", "timestamp_ms"],
                name="trace_user",
                condition=models.Q(user_key__isnull=False),
            ),
            models.Index(fields=["environment", "received_ms"], name="trace_received"),
        ]

    def __str__(self) -> str:
        return self.trace_id


class Span(EnvironmentFirst):
    """One step of an agent or one call of a provider."""

    span_id = models.CharField(max_length=255)
    trace_id = models.CharField(max_length=255, null=True)  # noqa: DJ001
    session_id = models.CharField(max_length=255)
    parent_span_id = models.CharField(max_length=255, null=True)  # noqa: DJ001
    timestamp_ms = models.BigIntegerField()
    received_ms = models.BigIntegerField()
    source = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    status = models.CharField(max_length=7, choices=Status)
    event_type = models.TextField()
    duration_ms = models.FloatField(null=True)
    service = models.TextField(null=True)  # noqa: DJ001
    tool_use_id = models.TextField(null=True)  # noqa: DJ001
    tool_name = models.TextField(null=True)  # noqa: DJ001
    provider = models.TextField(null=True)  # noqa: DJ001
    model = models.TextField(null=True)  # noqa: DJ001
    model_used = models.TextField(null=True)  # noqa: DJ001
    input_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True)
    cost_micro_cents = models.BigIntegerField(null=True)
    cost_estimated = models.BooleanField(default=False)
    finish_reason = models.TextField(null=True)  # noqa: DJ001
    provider_request_id = models.TextField(null=True)  # noqa: DJ001
    is_interrupt = models.BooleanField(null=True)
    cwd = models.TextField(null=True)  # noqa: DJ001
    agent_name = models.TextField(null=True)  # noqa: DJ001
    error = models.TextField(null=True)  # noqa: DJ001
    tool_input = models.TextField(null=True)  # noqa: DJ001
    tool_response = models.TextField(null=True)  # noqa: DJ001
    output_text = models.TextField(null=True)  # noqa: DJ001
    metadata = models.TextField(null=True)  # noqa: DJ001

    class Meta(EnvironmentFirst.Meta):
        indexes: ClassVar = [
            models.Index(fields=["environment", "timestamp_ms", "id"], name="span_newest"),
            models.Index(
                fields=["environment", "trace_id", "timestamp_ms"],
                name="span_trace",
                condition=models.Q(trace_id__isnull=False),
            ),
            models.Index(fields=["environment", "session_id", "timestamp_ms"], name="span_session"),
            models.Index(
                fields=["environment", "received_ms"],
                name="span_received",
                condition=models.Q(trace_id__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.span_id
