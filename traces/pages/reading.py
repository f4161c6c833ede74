"""What the pages show of a trace: messages, bodies and times, as plain text and numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from traces import amounts, instants, words

LONGEST_BODY = 200_000
DEEPEST_TEXT = 50
MAX_WATERFALL = 500


def moment(milliseconds: int) -> datetime:
    return instants.EPOCH + timedelta(milliseconds=milliseconds)


def pretty(text: str | None) -> str:
    """A JSON member indented for reading; what cannot be parsed as it came."""
    if not text:
        return ""
    try:
        shown = json.dumps(orjson.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        shown = text
    return shown if len(shown) <= LONGEST_BODY else shown[:LONGEST_BODY] + "\n…"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    trace_id: str
    at: datetime
    iso: str
    status: str
    provider: str
    model: str
    latency: str
    tokens: int
    cost: str
    estimated: bool
    preview: str
    session_id: str | None
    spans: int


def line(row: dict[str, Any]) -> Line:
    summary = orjson.loads(row["summary"]) if row["summary"] else {}
    prompt = words.prompt_of(_loads(row["request_body"])) or str(summary.get("summary", ""))
    return Line(
        trace_id=row["trace_id"],
        at=moment(row["timestamp_ms"]),
        iso=instants.iso(row["timestamp_ms"]),
        status=row["status"],
        provider=row["provider"] or summary.get("source") or "",
        model=row["model_requested"] or row["model_used"] or "",
        latency=amounts.duration(row["latency_ms"]),
        tokens=(row["input_tokens"] or 0) + (row["output_tokens"] or 0),
        cost=amounts.dollars(row["cost_micro_cents"]),
        estimated=row["cost_estimated"],
        preview=" ".join(prompt.split())[:120],
        session_id=row["session_id"],
        spans=summary.get("spanCount", 0),
    )


def _loads(text: str | None) -> Any:
    if not text:
        return None
    try:
        return orjson.loads(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    text: str


def messages_of(row: dict[str, Any]) -> list[Message]:
    """The conversation, as text: what was asked, in order, and what was answered."""
    body = _loads(row["request_body"])
    found = []
    if isinstance(body, dict):
        for name in ("system", "instructions"):
            if body.get(name):
                found.append(Message("system", _text(body[name])))
        for name in ("messages", "input", "contents"):
            if isinstance(body.get(name), list):
                found += [_message(one) for one in body[name]]
        for name in ("prompt", "input"):
            if isinstance(body.get(name), str):
                found.append(Message("user", body[name]))
    answer = row["output_text"] or words.answer_of(None, _loads(row["response_body"]))
    if answer:
        found.append(Message("assistant", answer))
    return [one for one in found if one.text]


def _message(value: Any) -> Message:
    if not isinstance(value, dict):
        return Message("user", _text(value))
    role = value.get("role")
    text = _text(value.get("content", value.get("parts", value.get("text"))))
    calls = value.get("tool_calls")
    if calls and not text:
        text = _indented(calls)
    return Message(role if isinstance(role, str) else "user", text)


def _text(value: Any, depth: int = 0) -> str:
    if isinstance(value, str):
        return value
    if depth < DEEPEST_TEXT and isinstance(value, list):
        return "\n".join(filter(None, (_text(one, depth + 1) for one in value)))
    if depth < DEEPEST_TEXT and isinstance(value, dict):
        for name in ("text", "content", "parts", "input", "output"):
            if name in value:
                return _text(value[name], depth + 1)
    return "" if value is None else _indented(value)


def _indented(value: Any) -> str:
    try:
        return json.dumps(value, indent=2, ensure_ascii=False)
    except RecursionError:
        return "…"


@dataclass(frozen=True, slots=True)
class Bar:
    """A span in the waterfall; ``x`` and ``width`` are hundredths of the whole, ``depth`` is nesting."""

    label: str
    kind: str
    status: str
    service: str
    depth: int
    x: str
    width: str
    took: str
    tool_input: str
    tool_response: str
    error: str
    metadata: str
    model: str


def waterfall(spans: Sequence[dict[str, Any]]) -> list[Bar]:
    """Spans as bars: children beneath their parents, earliest first."""
    spans = spans[:MAX_WATERFALL]
    if not spans:
        return []
    start = min(span["timestamp_ms"] for span in spans)
    end = max(span["timestamp_ms"] + (span["duration_ms"] or 0) for span in spans)
    whole = max(end - start, 1)
    return [_bar(span, depth, start, whole) for span, depth in _nested(spans)]


def _nested(spans: Sequence[dict[str, Any]]) -> Iterable[tuple[dict[str, Any], int]]:
    known = {span["span_id"] for span in spans}
    children: dict[str | None, list[dict[str, Any]]] = {}
    for span in spans:
        parent = span["parent_span_id"] if span["parent_span_id"] in known else None
        children.setdefault(parent if parent != span["span_id"] else None, []).append(span)
    waiting = [(span, 0) for span in reversed(children.get(None, []))]
    seen: set[str] = set()
    while waiting:
        span, depth = waiting.pop()
        if span["span_id"] in seen:
            continue
        seen.add(span["span_id"])
        yield span, min(depth, 12)
        waiting += [(child, depth + 1) for child in reversed(children.get(span["span_id"], []))]
    for span in spans:  # spans that are each other's parents
        if span["span_id"] not in seen:
            yield span, 0


def _bar(span: dict[str, Any], depth: int, start: int, whole: float) -> Bar:
    x = (span["timestamp_ms"] - start) / whole * 100
    width = max((span["duration_ms"] or 0) / whole * 100, 0.6)
    return Bar(
        label=span["tool_name"] or span["model"] or span["event_type"],
        kind=span["kind"],
        status=span["status"],
        service=span["service"] or span["source"],
        depth=depth,
        x=f"{min(x, 99.4):.2f}",
        width=f"{width:.2f}",
        took=amounts.duration(span["duration_ms"]),
        tool_input=pretty(span["tool_input"]),
        tool_response=pretty(span["tool_response"]),
        error=pretty(span["error"]),
        metadata=pretty(span["metadata"]),
        model=span["model"] or "",
    )
