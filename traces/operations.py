"""Shapes of what is posted, and the OpenAPI operations of the doors; it needs no models, because
``apps.py`` reads it while the applications load."""

from __future__ import annotations

from typing import Any

from traces.decoding.items import KINDS, PROVIDERS, SOURCES, STATUSES

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number", "minimum": 0}
COUNT: Schema = {"type": "integer", "minimum": 0}
OBJECT: Schema = {"type": "object"}
ANYTHING: Schema = {}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def members(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
    }


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def one_of(options: tuple[str, ...]) -> Schema:
    return {"type": "string", "enum": list(options)}


TRACE_IN = members(
    {
        "trace_id": {"type": "string", "format": "uuid"},
        "timestamp": {"type": "string", "format": "date-time"},
        "provider": one_of(PROVIDERS),
        "model_requested": {"type": "string", "minLength": 1},
        "request_body": OBJECT,
        "status": one_of(STATUSES),
        "latency_ms": NUMBER,
    },
    {
        "model_used": maybe(STRING),
        "provider_request_id": maybe(STRING),
        "response_body": maybe(OBJECT),
        "input_tokens": maybe(COUNT),
        "output_tokens": maybe(COUNT),
        "output_text": maybe(STRING),
        "finish_reason": maybe(STRING),
        "error": maybe(OBJECT),
        "cost_cents": maybe(NUMBER),
        "session_id": maybe({"type": "string", "minLength": 1, "maxLength": 255}),
        "metadata": maybe(OBJECT),
    },
)
SPAN_IN = members(
    {
        "span_id": {"type": "string", "minLength": 1, "maxLength": 255},
        "session_id": {"type": "string", "minLength": 1, "maxLength": 255},
        "timestamp": {"type": "string", "format": "date-time"},
        "source": one_of(SOURCES),
        "kind": one_of(KINDS),
        "event_type": {"type": "string", "minLength": 1},
        "status": one_of(STATUSES),
    },
    {
        "trace_id": maybe(STRING),
        "parent_span_id": maybe(STRING),
        "duration_ms": maybe(NUMBER),
        "service": maybe(STRING),
        "tool_use_id": maybe(STRING),
        "tool_name": maybe(STRING),
        "tool_input": ANYTHING,
        "tool_response": ANYTHING,
        "error": ANYTHING,
        "is_interrupt": maybe({"type": "boolean"}),
        "cwd": maybe(STRING),
        "model": maybe(STRING),
        "agent_name": maybe(STRING),
        "provider": maybe(STRING),
        "model_used": maybe(STRING),
        "input_tokens": maybe(COUNT),
        "output_tokens": maybe(COUNT),
        "cost_cents": maybe(NUMBER),
        "finish_reason": maybe(STRING),
        "output_text": maybe(STRING),
        "provider_request_id": maybe(STRING),
        "metadata": maybe(OBJECT),
    },
)
QUEUED = members({"status": {"type": "string", "enum": ["queued"]}, "count": COUNT})


def door(summary: str, request: Schema, status: str, answer: Schema) -> Schema:
    """The OpenAPI operation of an ingest door."""
    return {
        "summary": summary,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": request}},
        },
        "responses": {
            status: {
                "description": "Committed to storage.",
                "content": {"application/json": {"schema": answer}},
            }
        },
    }


QUEUE_TRACES = door("Store traces", {**array(TRACE_IN), "maxItems": 100}, "202", QUEUED)
QUEUE_SPANS = door("Store spans", {**array(SPAN_IN), "maxItems": 100}, "202", QUEUED)

EXPORT = {
    "summary": "OTLP/HTTP export, as JSON or protobuf, optionally gzip or deflate.",
    "requestBody": {
        "required": True,
        "content": {
            # what is no span inside is skipped, and a span that cannot be kept is counted
            "application/json": {"schema": members({"resourceSpans": array(ANYTHING)})},
            "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    "responses": {
        "200": {
            "description": "Committed; partialSuccess says what was dropped.",
            "content": {
                "application/json": {"schema": members({}, {"partialSuccess": OBJECT})},
                "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
}

STREAM_TRACES: Schema = {
    "summary": "Everything that matches, streamed; filters are those of GET /v1/traces.",
    "parameters": [
        {
            "name": "format",
            "in": "query",
            "schema": {"type": "string", "enum": ["ndjson", "csv"], "default": "ndjson"},
        }
    ],
    "responses": {
        "200": {
            "description": "One row a line.",
            "content": {
                "application/x-ndjson": {},
                "text/csv": {"schema": STRING},
            },
        }
    },
}
