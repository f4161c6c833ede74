"""What an OTLP span's attributes mean: the GenAI conventions, Pulse's own, and everybody else's.

Nothing a client sent is thrown away: what no member takes stays in ``metadata`` under its own key.
"""

from __future__ import annotations

import math
import uuid
from typing import Any

import orjson

from traces import instants
from traces.decoding import issues, items
from traces.decoding.otlp import NANOSECONDS, Attributes, PlainSpan

MAX_VALUE = 64 * 1024
WHOLE = ("pulse.request", "pulse.response", "gen_ai.input.messages", "gen_ai.output.messages")
"""Bodies of the call itself, kept at any size; other values above 64 KiB become a preview."""

OPERATIONS = {
    "execute_tool": items.TOOL_USE,
    "retrieval": items.TOOL_USE,
    "invoke_agent": "agent_run",
    "create_agent": "agent_run",
    "invoke_workflow": "agent_run",
}
METADATA_PREFIX = "pulse.metadata."


class Rejected(ValueError):
    """This span cannot be stored; the others of its export can."""


class _Taker:
    """Hands out attributes and remembers which were taken."""

    def __init__(self, span: PlainSpan) -> None:
        self.values: Attributes = span.resource | span.attributes
        self.taken: set[str] = set()

    def first(self, *names: str) -> Any:
        found = None
        for name in names:
            if name in self.values:
                self.taken.add(name)
                if found is None:
                    found = self.values[name]
        return found

    def text(self, *names: str) -> str | None:
        value = self.first(*names)
        if value is None or isinstance(value, str):
            return value or None
        return str(value) if isinstance(value, int | float) else _dumped(value)

    def count(self, *names: str) -> int | None:
        value = _number(self.first(*names))
        return None if value is None or value < 0 else min(int(value), items.MAX_INTEGER)

    def rest(self) -> Attributes:
        return {name: value for name, value in self.values.items() if name not in self.taken}


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def _dumped(value: Any) -> str:
    return orjson.dumps(value).decode()


def _parsed(value: Any) -> Any:
    """A string that is a JSON document as that document."""
    if isinstance(value, str) and value[:1] in '{["' and value:
        try:
            return issues.clean(orjson.loads(value))
        except ValueError:
            return value
    return value


def _bounded(value: Any) -> Any:
    """A value above 64 KiB as its beginning and its size."""
    text = value if isinstance(value, str) else _dumped(value)
    if len(text) <= MAX_VALUE // 4:
        return value
    size = len(text.encode())
    if size <= MAX_VALUE:
        return value
    return {"truncated": True, "originalBytes": size, "preview": text[:MAX_VALUE]}


def to_item(span: PlainSpan, now_ms: int) -> dict[str, Any]:
    """A span as its posted form would be. Raises Rejected with the reason."""
    take = _Taker(span)
    trace_id = take.text("pulse.trace_id") or span.trace_id or uuid.uuid4().hex
    event_type, kind = _what(span, take)
    start_ms = _start_ms(span, now_ms)
    values = {
        "trace_id": trace_id,
        "span_id": span.span_id or uuid.uuid4().hex[:16],
        "parent_span_id": span.parent_span_id or None,
        "session_id": take.text(
            "pulse.session_id", "pulse.session.id", "gen_ai.conversation.id", "session.id"
        )
        or trace_id,
        "timestamp": instants.iso(start_ms),
        "duration_ms": _duration_ms(span),
        "source": take.text("pulse.source") or "sdk",
        "service": take.text("service.name"),
        "event_type": event_type,
        "kind": kind,
        "status": "error" if span.status_code == "ERROR" else "success",
        "error": _error(span, take),
        **_tool(span, take, kind),
        **_call(take),
        "is_interrupt": _boolean(take.first("pulse.is_interrupt")),
        "cwd": take.text("pulse.cwd"),
        "agent_name": take.text("pulse.agent.name", "gen_ai.agent.name"),
    }
    values["metadata"] = _metadata(span, take)
    return _checked(values)


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    normal = {}
    for name, (required, check) in issues.SPAN_FIELDS.items():
        value = values.get(name)
        if value is None and not required:
            continue
        normal[name], finding = check(value)
        if finding is not None:
            raise Rejected(f"{name}: {finding[1]}")
    return normal


def _what(span: PlainSpan, take: _Taker) -> tuple[str, str]:
    """(event type, kind). A span that speaks neither of models nor of Pulse is a step around a call."""
    event_type = take.text("pulse.event_type", "pulse.event.type")
    kind = take.text("pulse.kind", "pulse.event.kind")
    operation = take.values.get("gen_ai.operation.name")
    if kind is None and event_type is None and isinstance(operation, str):
        kind = OPERATIONS.get(operation)
        if kind is not None:
            event_type = operation
    foreign = not any(name.startswith(("gen_ai.", "pulse.")) for name in span.attributes)
    if kind is None and event_type is None and foreign and span.kind not in ("", "CLIENT"):
        return span.name or "span", "agent_run"
    event_type = event_type or "provider_call"
    default = items.LLM_CALL if event_type == "provider_call" else items.TOOL_USE
    return event_type, kind or default


def _start_ms(span: PlainSpan, now_ms: int) -> int:
    return now_ms if span.start_unix_nano is None else span.start_unix_nano // NANOSECONDS


def _duration_ms(span: PlainSpan) -> int | None:
    if span.start_unix_nano is None or span.end_unix_nano is None:
        return None
    if span.end_unix_nano < span.start_unix_nano:
        raise Rejected("duration_ms: the span ends before it starts")
    return (span.end_unix_nano - span.start_unix_nano) // NANOSECONDS


def _boolean(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value)
    return value if isinstance(value, bool) else None


def _error(span: PlainSpan, take: _Taker) -> Any:
    """What went wrong: said by the client, by a recorded exception, or by the span's status."""
    said = _parsed(take.first("pulse.error"))
    message = take.first("exception.message")
    if said is not None:
        return _bounded(said)
    if message is not None:
        return _bounded(message)
    for event in span.events:
        if event.name == "exception":
            return _bounded(
                {name.removeprefix("exception."): value for name, value in event.attributes.items()}
            )
    if span.status_code == "ERROR" and span.status_message:
        return _bounded({"message": span.status_message})
    return None


def _tool(span: PlainSpan, take: _Taker, kind: str) -> dict[str, Any]:
    name = take.text("pulse.tool.name", "gen_ai.tool.name")
    tool_input = _parsed(
        take.first("pulse.tool.input", "gen_ai.tool.input", "gen_ai.tool.call.arguments")
    )
    tool_response = _parsed(
        take.first("pulse.tool.response", "gen_ai.tool.output", "gen_ai.tool.call.result")
    )
    return {
        "tool_use_id": take.text("pulse.tool.id", "gen_ai.tool.call.id"),
        "tool_name": (name or span.name or None) if kind == items.TOOL_USE else None,
        "tool_input": None if tool_input is None else _bounded(tool_input),
        "tool_response": None if tool_response is None else _bounded(tool_response),
    }


def _call(take: _Taker) -> dict[str, Any]:
    used = take.text("gen_ai.response.model")
    output = take.text("pulse.output_text")
    cost = _number(take.first("pulse.cost_cents"))
    return {
        "model": take.text("pulse.model", "gen_ai.request.model") or used,
        "model_used": used,
        "provider": take.text("gen_ai.provider.name", "gen_ai.system", "pulse.provider"),
        "input_tokens": take.count("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
        "output_tokens": take.count("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
        "cost_cents": cost,
        "finish_reason": _finish_reason(take),
        "output_text": None
        if output is None
        else output.encode()[:MAX_VALUE].decode("utf-8", "ignore"),
        "provider_request_id": take.text("gen_ai.response.id"),
    }


def _finish_reason(take: _Taker) -> str | None:
    value = _parsed(take.first("gen_ai.response.finish_reasons", "gen_ai.response.finish_reason"))
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, str) else None


def _metadata(span: PlainSpan, take: _Taker) -> dict[str, Any] | None:
    """``pulse.metadata`` and its flat form first, then every attribute that no member took."""
    named = _parsed(take.first("pulse.metadata"))
    found: dict[str, Any] = dict(named) if isinstance(named, dict) else {}
    session_name = take.text("pulse.session_name")
    if session_name is not None:
        found["session_name"] = session_name
    flat, other = {}, {}
    for name, value in take.rest().items():
        if name.startswith(METADATA_PREFIX):
            flat[name.removeprefix(METADATA_PREFIX)] = value
        else:
            other[name] = value
    for name, value in (flat | other).items():
        found.setdefault(name, _parsed(value) if _ours(name) else value)
    around = _around(span)
    if around:
        found.setdefault("otel", around)
    kept = {name: value if name in WHOLE else _bounded(value) for name, value in found.items()}
    return kept or None


def _ours(name: str) -> bool:
    return name.startswith(("pulse.", "gen_ai."))


def _around(span: PlainSpan) -> dict[str, Any]:
    """What OTLP says beside attributes."""
    told: dict[str, Any] = {
        "name": span.name,
        "kind": span.kind,
        "scope": span.scope,
        "traceState": span.trace_state,
        "statusMessage": span.status_message,
        "links": span.links,
        "events": [
            {"name": event.name, "timeUnixNano": _digits(event.time_unix_nano), **event.attributes}
            for event in span.events
        ],
    }
    return {name: value for name, value in told.items() if value}


def _digits(nanoseconds: int | None) -> str | None:
    return None if nanoseconds is None else str(nanoseconds)


def to_items(spans: list[PlainSpan], now_ms: int) -> tuple[list[dict[str, Any]], int, str]:
    """(items, how many were rejected, the first reason)."""
    good, rejected, reason = [], 0, ""
    for span in spans:
        try:
            good.append(to_item(span, now_ms))
        except Rejected as rejection:
            rejected += 1
            reason = reason or str(rejection)
    _share_sessions(good)
    return good, rejected, reason


def _share_sessions(spans: list[dict[str, Any]]) -> None:
    """A session that one span of a trace names is that of its neighbours which name none.

    Instrumentations put it on the span around a call, and know nothing of it in the call itself.
    """
    named = {
        span["trace_id"]: span["session_id"]
        for span in reversed(spans)
        if span["session_id"] != span["trace_id"]
    }
    for span in spans:
        if span["session_id"] == span["trace_id"]:
            span["session_id"] = named.get(span["trace_id"], span["session_id"])
