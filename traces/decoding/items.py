"""Accepted items as typed structs: the fast path of ingest, and what the digest reads."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from traces import instants

MAX_ITEMS = 100
MAX_ID = 255
MAX_COST_CENTS = 9e12  # micro-cents of it still fit a 64-bit integer
MAX_INTEGER = 2**53 - 1

UUID = (
    r"^(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
    r"|0{8}-0{4}-0{4}-0{4}-0{12}|[fF]{8}-[fF]{4}-[fF]{4}-[fF]{4}-[fF]{12})\Z"
)
UUID_PATTERN = re.compile(UUID)

Uuid = Annotated[str, msgspec.Meta(pattern=UUID)]
Moment = Annotated[str, msgspec.Meta(pattern=instants.RFC_3339)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)]
Amount = Annotated[float, msgspec.Meta(ge=0)]
Cents = Annotated[float, msgspec.Meta(ge=0, le=MAX_COST_CENTS)]
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]

PROVIDERS = ("openai", "anthropic", "openrouter")
STATUSES = ("success", "error")
SDK = "sdk"
SOURCES = ("claude_code", "codex", "opencode", "openclaw", SDK)
KINDS = (
    "tool_use",
    "agent_run",
    "session",
    "user_prompt",
    "llm_response",
    "notification",
    "llm_call",
)
LLM_CALL = "llm_call"
TOOL_USE = "tool_use"
MARKERS = ("session_start", "session_end")
"""Event types that announce a session and never form a trace."""

NOTHING = msgspec.Raw(b"null")


class TraceItem(msgspec.Struct, gc=False):
    """A posted trace. Unknown members are ignored; null is absent for every optional one."""

    trace_id: Uuid
    timestamp: Moment
    provider: Literal["openai", "anthropic", "openrouter"]
    model_requested: Text
    request_body: msgspec.Raw
    status: Literal["success", "error"]
    latency_ms: Amount
    model_used: str | None = None
    provider_request_id: str | None = None
    response_body: msgspec.Raw = NOTHING
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    output_text: str | None = None
    finish_reason: str | None = None
    error: msgspec.Raw = NOTHING
    cost_cents: Cents | None = None
    session_id: Id | None = None
    metadata: msgspec.Raw = NOTHING


class SpanItem(msgspec.Struct, gc=False, omit_defaults=True):
    """A span of an agent or of a provider call, posted or mapped from OTLP."""

    span_id: Id
    session_id: Id
    timestamp: Moment
    source: Literal["claude_code", "codex", "opencode", "openclaw", "sdk"]
    kind: Literal[
        "tool_use",
        "agent_run",
        "session",
        "user_prompt",
        "llm_response",
        "notification",
        "llm_call",
    ]
    event_type: Text
    status: Literal["success", "error"]
    trace_id: Id | None = None
    parent_span_id: Id | None = None
    duration_ms: Amount | None = None
    tool_use_id: str | None = None
    tool_name: str | None = None
    tool_input: msgspec.Raw = NOTHING
    tool_response: msgspec.Raw = NOTHING
    error: msgspec.Raw = NOTHING
    is_interrupt: bool | None = None
    cwd: str | None = None
    model: str | None = None
    agent_name: str | None = None
    metadata: msgspec.Raw = NOTHING
    service: str | None = None
    provider: str | None = None
    model_used: str | None = None
    finish_reason: str | None = None
    output_text: str | None = None
    provider_request_id: str | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cost_cents: Cents | None = None


_traces = msgspec.json.Decoder(list[TraceItem])
_spans = msgspec.json.Decoder(list[SpanItem])


def _is_object(raw: msgspec.Raw) -> bool:
    return bytes(memoryview(raw)[:1]) == b"{"


def _object_or_null(raw: msgspec.Raw) -> bool:
    return bytes(memoryview(raw)[:1]) in (b"{", b"n")


def decode_traces(body: bytes) -> list[TraceItem]:
    """The items of a stored or trusted batch. Raises msgspec.ValidationError or DecodeError."""
    return _traces.decode(body)


def decode_spans(body: bytes) -> list[SpanItem]:
    return _spans.decode(body)


def accept_traces(body: bytes) -> int | None:
    """How many traces ``body`` holds if every one is in order, else None: the slow path says why."""
    try:
        items = _traces.decode(body)
        for item in items:
            instants.rfc_3339_ms(item.timestamp)
    except (ValueError, RecursionError):
        return None
    in_order = len(items) <= MAX_ITEMS and all(
        _is_object(item.request_body)
        and _object_or_null(item.response_body)
        and _object_or_null(item.error)
        and _object_or_null(item.metadata)
        for item in items
    )
    return len(items) if in_order else None


def accept_spans(body: bytes) -> int | None:
    """How many spans ``body`` holds if every one is in order, else None."""
    try:
        items = _spans.decode(body)
        for item in items:
            instants.rfc_3339_ms(item.timestamp)
    except (ValueError, RecursionError):
        return None
    in_order = len(items) <= MAX_ITEMS and all(_object_or_null(item.metadata) for item in items)
    return len(items) if in_order else None
