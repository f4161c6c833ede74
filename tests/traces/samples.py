"""Items as clients send them, and digesting what was accepted."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse

from tests.support.api import Api
from traces.digest import pump


def make_trace(**overrides: Any) -> dict[str, Any]:
    return {
        "trace_id": str(uuid.uuid4()),
        "timestamp": "2026-01-25T06:30:00.123Z",
        "provider": "openai",
        "model_requested": "gpt-4o",
        "request_body": {"messages": [{"role": "user", "content": "hi"}]},
        "status": "success",
        "latency_ms": 1234.6,
    } | overrides


def make_span(**overrides: Any) -> dict[str, Any]:
    return {
        "span_id": str(uuid.uuid4()),
        "session_id": "run-1",
        "timestamp": "2026-01-25T06:30:00.123Z",
        "source": "claude_code",
        "kind": "tool_use",
        "event_type": "post_tool_use",
        "status": "success",
    } | overrides


def digest() -> None:
    """Digest everything that was accepted, as the pump does."""
    while pump.run():
        pass


def post_traces(api: Api, items: list[dict[str, Any]]) -> HttpResponse:
    response = api.post("/v1/traces/batch", items)
    assert response.status_code == 202, response.content
    return response


def post_spans(api: Api, items: list[dict[str, Any]]) -> HttpResponse:
    response = api.post("/v1/spans/batch", items)
    assert response.status_code == 202, response.content
    return response
