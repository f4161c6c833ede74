"""Accepted items as rows: pure, no database. Column order here is the order of every bulk insert."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import orjson

from traces import instants, pricing
from traces.decoding.items import SpanItem, TraceItem

MICRO = 1_000_000
KEY_LENGTH = 200
USER_MEMBERS = ("userId", "user_id", "user", "enduser.id", "user.id")

TRACE_COLUMNS = (
    "trace_id",
    "timestamp_ms",
    "received_ms",
    "derived",
    "status",
    "provider",
    "model_requested",
    "model_key",
    "session_id",
    "user_key",
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
SPAN_COLUMNS = (
    "span_id",
    "trace_id",
    "session_id",
    "parent_span_id",
    "timestamp_ms",
    "received_ms",
    "source",
    "kind",
    "status",
    "event_type",
    "duration_ms",
    "service",
    "tool_use_id",
    "tool_name",
    "provider",
    "model",
    "model_used",
    "input_tokens",
    "output_tokens",
    "cost_micro_cents",
    "cost_estimated",
    "finish_reason",
    "provider_request_id",
    "is_interrupt",
    "cwd",
    "agent_name",
    "error",
    "tool_input",
    "tool_response",
    "output_text",
    "metadata",
)


def _text(raw: msgspec.Raw) -> str | None:
    """A JSON member as it arrived; null is nothing."""
    text = str(memoryview(raw), "utf-8")
    return None if text == "null" else text


def user_of(metadata: str | None) -> str | None:
    """Who the call was made for, by the names that clients use for it."""
    if metadata is None or "user" not in metadata:
        return None
    try:
        members = orjson.loads(metadata)
    except ValueError:
        return None
    for name in USER_MEMBERS:
        value = members.get(name)
        if isinstance(value, str) and value:
            return value[:KEY_LENGTH]
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def _loads(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return orjson.loads(text)
    except ValueError:  # deeper or wider than the fast parser goes: no usage to be found in it
        return None


def trace_row(
    item: TraceItem, received_ms: int, own_prices: Sequence[pricing.OwnPrice]
) -> tuple[Any, ...]:
    """A posted trace in the order of TRACE_COLUMNS; a missing cost is estimated and marked."""
    timestamp_ms = instants.rfc_3339_ms(item.timestamp)
    response = _text(item.response_body)
    metadata = _text(item.metadata)
    if item.cost_cents is not None:
        cost: int | None = round(item.cost_cents * MICRO)
        estimated = False
    else:
        cost = _estimate(item, response, timestamp_ms, own_prices)
        estimated = cost is not None
    return (
        item.trace_id,
        timestamp_ms,
        received_ms,
        False,
        item.status,
        item.provider,
        item.model_requested,
        item.model_requested[:KEY_LENGTH],
        item.session_id,
        user_of(metadata),
        item.latency_ms,
        item.input_tokens,
        item.output_tokens,
        cost,
        estimated,
        item.model_used,
        item.provider_request_id,
        item.finish_reason,
        _text(item.error),
        metadata,
        None,
        item.output_text,
        str(memoryview(item.request_body), "utf-8"),
        response,
    )


def _estimate(
    item: TraceItem,
    response: str | None,
    timestamp_ms: int,
    own_prices: Sequence[pricing.OwnPrice],
) -> int | None:
    if item.input_tokens is None and item.output_tokens is None:
        return None
    body = _loads(response) if response and '"usage"' in response else None
    usage = pricing.usage_of(item.input_tokens, item.output_tokens, body)
    if usage is None:
        return None
    for model in (item.model_used, item.model_requested):
        if model:
            cost = pricing.estimate(
                usage,
                provider=item.provider,
                model=model,
                timestamp_ms=timestamp_ms,
                own=own_prices,
            )
            if cost is not None:
                return cost
    return None


def span_row(
    item: SpanItem, received_ms: int, own_prices: Sequence[pricing.OwnPrice]
) -> tuple[Any, ...]:
    """A span in the order of SPAN_COLUMNS."""
    timestamp_ms = instants.rfc_3339_ms(item.timestamp)
    metadata = _text(item.metadata)
    if item.cost_cents is not None:
        cost: int | None = round(item.cost_cents * MICRO)
        estimated = False
    else:
        cost = _estimate_span(item, metadata, timestamp_ms, own_prices)
        estimated = cost is not None
    return (
        item.span_id,
        item.trace_id,
        item.session_id,
        item.parent_span_id,
        timestamp_ms,
        received_ms,
        item.source,
        item.kind,
        item.status,
        item.event_type,
        item.duration_ms,
        item.service,
        item.tool_use_id,
        item.tool_name,
        item.provider,
        item.model,
        item.model_used,
        item.input_tokens,
        item.output_tokens,
        cost,
        estimated,
        item.finish_reason,
        item.provider_request_id,
        item.is_interrupt,
        item.cwd,
        item.agent_name,
        _text(item.error),
        _text(item.tool_input),
        _text(item.tool_response),
        item.output_text,
        metadata,
    )


def _estimate_span(
    item: SpanItem,
    metadata: str | None,
    timestamp_ms: int,
    own_prices: Sequence[pricing.OwnPrice],
) -> int | None:
    if item.kind != "llm_call" or (item.input_tokens is None and item.output_tokens is None):
        return None
    members = _loads(metadata) if metadata else None
    usage = pricing.Usage(
        item.input_tokens or 0,
        item.output_tokens or 0,
        cached_input=_tokens(members, "cache_read"),
        cache_writes=_tokens(members, "cache_creation"),
    )
    for model in (item.model_used, item.model):
        if model:
            cost = pricing.estimate(
                usage,
                provider=item.provider or "",
                model=model,
                timestamp_ms=timestamp_ms,
                own=own_prices,
            )
            if cost is not None:
                return cost
    return None


def _tokens(members: Any, use: str) -> int:
    """Input tokens of one use, by the convention's name or the one that instrumentations had before."""
    for name in (f"gen_ai.usage.{use}.input_tokens", f"gen_ai.usage.{use}_input_tokens"):
        value = members.get(name) if isinstance(members, dict) else None
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return 0
