"""Rows as they are written on the wire: the one place that spells a trace, a span, a session.

Every member of a trace or span has two names, ``traceId`` and ``trace_id``: readers of either kind
exist. ``spelling`` picks ``both``, ``snake`` or ``camel``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson

from pulse.times import utc_millis
from traces import instants
from traces.models import Alert, CustomPrice, DeadLetter, Score
from traces.pricing import MICRO_CENTS_PER_DOLLAR

SPELLINGS = ("both", "snake", "camel")
MICRO = 1_000_000

TRACE_VALUES = (
    "id",
    "trace_id",
    "timestamp_ms",
    "derived",
    "status",
    "provider",
    "model_requested",
    "session_id",
    "latency_ms",
    "input_tokens",
    "output_tokens",
    "cost_micro_cents",
    "cost_estimated",
    "model_used",
    "provider_request_id",
    "finish_reason",
    "error",
    "metadata",
    "summary",
    "output_text",
    "request_body",
    "response_body",
)
SPAN_VALUES = (
    "id",
    "span_id",
    "trace_id",
    "session_id",
    "parent_span_id",
    "timestamp_ms",
    "duration_ms",
    "source",
    "service",
    "kind",
    "event_type",
    "status",
    "tool_use_id",
    "tool_name",
    "tool_input",
    "tool_response",
    "error",
    "is_interrupt",
    "cwd",
    "model",
    "agent_name",
    "provider",
    "model_used",
    "input_tokens",
    "output_tokens",
    "cost_micro_cents",
    "cost_estimated",
    "finish_reason",
    "output_text",
    "provider_request_id",
    "metadata",
)


@cache
def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter.group().lower()}", name)


def spell(row: dict[str, Any], spelling: str) -> dict[str, Any]:
    """Members under both names, or under the one that was asked for."""
    if spelling == "camel":
        return row
    snake = {_snake(name): value for name, value in row.items()}
    return snake if spelling == "snake" else row | snake


def number(value: float | None) -> float | int | None:
    """A float as JSON writes it elsewhere: 1200, not 1200.0."""
    if value is None:
        return None
    return int(value) if value == value // 1 and abs(value) < 2**53 else value


def cents(micro_cents: int | None) -> float | int | None:
    return None if micro_cents is None else number(micro_cents / MICRO)


def raw(text: str | None) -> orjson.Fragment | None:
    """JSON that arrived as text leaves as that text."""
    return None if text is None else orjson.Fragment(text)


def trace_row(
    row: Mapping[str, Any],
    *,
    project_id: str,
    spelling: str = "both",
    spans: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """A trace: the 19 members of a posted one; a derived one has what its spans tell besides."""
    shape: dict[str, Any] = {
        "traceId": row["trace_id"],
        "projectId": project_id,
        "sessionId": row["session_id"],
        "timestamp": instants.iso(row["timestamp_ms"]),
        "latencyMs": number(row["latency_ms"]),
        "provider": row["provider"],
        "modelRequested": row["model_requested"],
        "modelUsed": row["model_used"],
        "providerRequestId": row["provider_request_id"],
        "requestBody": raw(row["request_body"]),
        "responseBody": raw(row["response_body"]),
        "inputTokens": row["input_tokens"],
        "outputTokens": row["output_tokens"],
        "outputText": row["output_text"],
        "finishReason": row["finish_reason"],
        "status": row["status"],
        "error": raw(row["error"]),
        "costCents": cents(row["cost_micro_cents"]),
        "metadata": raw(row["metadata"]),
    }
    if row["cost_estimated"]:
        shape["costEstimated"] = True
    if row["summary"]:
        shape |= orjson.loads(row["summary"])
        shape["durationMs"] = number(shape["durationMs"])
    if spans is not None:
        shape["spans"] = [
            span_row(span, project_id=project_id, spelling=spelling, label=True) for span in spans
        ]
    return spell(shape, spelling)


def span_row(
    row: Mapping[str, Any], *, project_id: str, spelling: str = "both", label: bool = False
) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "spanId": row["span_id"],
        "traceId": row["trace_id"],
        "projectId": project_id,
        "sessionId": row["session_id"],
        "parentSpanId": row["parent_span_id"],
        "timestamp": instants.iso(row["timestamp_ms"]),
        "durationMs": number(row["duration_ms"]),
        "source": row["source"],
        "service": row["service"],
        "kind": row["kind"],
        "eventType": row["event_type"],
        "status": row["status"],
        "toolUseId": row["tool_use_id"],
        "toolName": row["tool_name"],
        "toolInput": raw(row["tool_input"]),
        "toolResponse": raw(row["tool_response"]),
        "error": raw(row["error"]),
        "isInterrupt": row["is_interrupt"],
        "cwd": row["cwd"],
        "model": row["model"],
        "agentName": row["agent_name"],
        "provider": row["provider"],
        "modelUsed": row["model_used"],
        "inputTokens": row["input_tokens"],
        "outputTokens": row["output_tokens"],
        "costCents": cents(row["cost_micro_cents"]),
        "finishReason": row["finish_reason"],
        "outputText": row["output_text"],
        "providerRequestId": row["provider_request_id"],
        "metadata": raw(row["metadata"]),
    }
    if row["cost_estimated"]:
        shape["costEstimated"] = True
    if label:
        shape["label"] = row["tool_name"] or row["event_type"]
    return spell(shape, spelling)


def score(row: Score) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "traceId": row.trace_id,
        "name": row.name,
        "value": number(row.value),
        "comment": row.comment,
        "source": row.source,
        "author": row.author,
        "createdAt": utc_millis(row.created_at),
    }


def alert(row: Alert) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "measure": row.measure,
        "threshold": number(row.threshold),
        "windowMinutes": row.window_minutes,
        "active": row.active,
        "firingSince": utc_millis(row.firing_since),
        "lastValue": number(row.last_value),
        "createdAt": utc_millis(row.created_at),
    }


def dead_letter(row: DeadLetter) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "reason": row.reason,
        "receivedAt": instants.iso(row.received_ms),
        "item": orjson.Fragment(bytes(row.item)),
    }


def price(row: CustomPrice) -> dict[str, Any]:
    """Dollars per million tokens, as providers list them."""

    def dollars(micro_cents: int | None) -> float | int | None:
        return None if micro_cents is None else number(micro_cents / MICRO_CENTS_PER_DOLLAR)

    return {
        "id": row.pk,
        "provider": row.provider or None,
        "model": row.model,
        "inputPerMillion": dollars(row.input_micro_cents),
        "cachedInputPerMillion": dollars(row.cached_input_micro_cents),
        "outputPerMillion": dollars(row.output_micro_cents),
        "validFrom": instants.iso(row.valid_from_ms),
    }
