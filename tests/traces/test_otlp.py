from __future__ import annotations

import gzip
import zlib

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.traces.samples import digest

pytestmark = pytest.mark.django_db(transaction=True)

TRACE_ID = "5b8efff798038103d269b633813fc60c"


def attribute(key: str, value: object) -> dict[str, object]:
    kinds = {str: "stringValue", bool: "boolValue", int: "intValue", float: "doubleValue"}
    return {"key": key, "value": {kinds[type(value)]: value}}


def make_otlp(span_id: str = "eee19b7ec3c1b174", **changes: object) -> dict[str, object]:
    attributes = changes.pop("attributes", {})
    return {
        "traceId": TRACE_ID,
        "spanId": span_id,
        "name": "chat gpt-4o",
        "kind": 3,
        "startTimeUnixNano": "1769322600123999999",
        "endTimeUnixNano": "1769322601123999999",
        "attributes": [attribute(key, value) for key, value in attributes.items()],
    } | changes


def export(*spans: dict[str, object], **resource: object) -> dict[str, object]:
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": [attribute(k, v) for k, v in resource.items()]},
                "scopeSpans": [{"scope": {"name": "lib"}, "spans": list(spans)}],
            }
        ]
    }


def first_span(client) -> dict[str, object]:
    digest()
    return client.get("/v1/spans", {"spelling": "camel"}).json()["spans"][0]


def test_the_conventions_fill_the_members_of_a_span(api):
    client = api("traces")
    span = make_otlp(
        attributes={
            "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": "claude-sonnet-4-5",
            "gen_ai.response.model": "claude-sonnet-4-5-20250929",
            "gen_ai.response.id": "msg_1",
            "gen_ai.response.finish_reasons": '["end_turn"]',
            "gen_ai.usage.input_tokens": "12",
            "gen_ai.usage.output_tokens": 3,
            "gen_ai.conversation.id": "conv-1",
            "pulse.cost_cents": 0.25,
            "pulse.output_text": "hello",
            "pulse.request": '{"messages":[]}',
            "pulse.metadata.team": "blue",
            "feature": "chat",
        },
        parentSpanId="abc",
        status={"code": "STATUS_CODE_ERROR", "message": "boom"},
    )

    response = client.post("/v1/traces", export(span, **{"service.name": "shop"}))

    assert (response.status_code, response.json()) == (200, {})
    row = first_span(client)
    row.pop("projectId")
    assert row == {
        "spanId": "eee19b7ec3c1b174",
        "traceId": TRACE_ID,
        "sessionId": "conv-1",
        "parentSpanId": "abc",
        "timestamp": "2026-01-25T06:30:00.123Z",
        "durationMs": 1000,
        "source": "sdk",
        "service": "shop",
        "kind": "llm_call",
        "eventType": "provider_call",
        "status": "error",
        "toolUseId": None,
        "toolName": None,
        "toolInput": None,
        "toolResponse": None,
        "error": {"message": "boom"},
        "isInterrupt": None,
        "cwd": None,
        "model": "claude-sonnet-4-5",
        "agentName": None,
        "provider": "anthropic",
        "modelUsed": "claude-sonnet-4-5-20250929",
        "inputTokens": 12,
        "outputTokens": 3,
        "costCents": 0.25,
        "finishReason": "end_turn",
        "outputText": "hello",
        "providerRequestId": "msg_1",
        "metadata": {
            "team": "blue",
            "feature": "chat",
            "pulse.request": {"messages": []},
            "otel": {
                "name": "chat gpt-4o",
                "kind": "CLIENT",
                "scope": {"name": "lib"},
                "statusMessage": "boom",
            },
        },
    }


@pytest.mark.parametrize(
    ("attributes", "kind", "event_type"),
    [
        ({}, "llm_call", "provider_call"),
        ({"pulse.kind": "agent_run", "pulse.event_type": "subagent_start"}, "agent_run", "subagent_start"),
        ({"pulse.event.kind": "notification", "pulse.event.type": "n"}, "notification", "n"),
        ({"pulse.event_type": "tool_result"}, "tool_use", "tool_result"),
        ({"gen_ai.operation.name": "execute_tool"}, "tool_use", "execute_tool"),
        ({"gen_ai.operation.name": "invoke_agent"}, "agent_run", "invoke_agent"),
        ({"gen_ai.operation.name": "chat"}, "llm_call", "provider_call"),
    ],
)  # fmt: skip
def test_what_kind_of_span_it_is(api, attributes, kind, event_type):
    client = api("traces")
    client.post("/v1/traces", export(make_otlp(attributes=attributes)))

    row = first_span(client)

    assert (row["kind"], row["eventType"]) == (kind, event_type)


def test_a_step_around_a_call_counts_as_no_request(api):
    client = api("traces")
    client.post("/v1/traces", export(make_otlp(kind=2, name="POST /chat")))

    assert first_span(client)["kind"] == "agent_run"


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"resourceSpans":{}}'])
def test_an_envelope_without_resource_spans_is_refused(api, body):
    response = api("traces").post("/v1/traces", body=body)

    assert (response.status_code, response.json()) == (400, {"error": "Missing resourceSpans"})


def test_one_bad_span_is_dropped_and_the_others_are_kept(api):
    client = api("traces")
    good = make_otlp()
    bad_kind = make_otlp("1", attributes={"pulse.kind": "nonsense"})
    backwards = make_otlp("2", endTimeUnixNano="1")

    response = client.post("/v1/traces", export(bad_kind, good, backwards))
    digest()

    assert response.status_code == 200
    partial = response.json()["partialSuccess"]
    assert partial["rejectedSpans"] == 2
    assert partial["errorMessage"].startswith("kind: Invalid option")
    assert client.get("/v1/spans").json()["total"] == 1


def test_a_hundred_and_one_spans_are_stored_and_a_thousand_and_one_refused(api):
    client = api("traces")

    assert client.post("/v1/traces", export(*(make_otlp(f"{i}") for i in range(101)))).json() == {}
    refused = client.post("/v1/traces", export(*(make_otlp(f"x{i}") for i in range(1001))))
    digest()

    assert refused.status_code == 400
    assert client.get("/v1/spans").json()["total"] == 101


def test_a_retried_export_is_stored_once(api):
    client = api("traces")
    for _ in range(2):
        assert client.post("/v1/traces", export(make_otlp())).json() == {}
    digest()

    assert client.get("/v1/spans").json()["total"] == 1
    assert client.get("/v1/traces").json()["total"] == 1


def test_session_markers_form_no_trace(api):
    client = api("traces")
    start = make_otlp(attributes={"pulse.kind": "session", "pulse.event_type": "session_start"})
    client.post("/v1/traces", export(start))
    digest()

    assert client.get("/v1/traces").json()["total"] == 0
    assert client.get("/v1/spans").json()["total"] == 1


def test_attribute_values_of_every_kind_are_decoded(api):
    client = api("traces")
    nested = {
        "key": "shape",
        "value": {
            "kvlistValue": {
                "values": [
                    {"key": "n", "value": {"intValue": "7"}},
                    {"key": "l", "value": {"arrayValue": {"values": [{"boolValue": True}]}}},
                    {"key": "d", "value": {"doubleValue": 1.5}},
                ]
            }
        },
    }
    client.post("/v1/traces", export(make_otlp(attributes={}) | {"attributes": [nested, 5, {}]}))

    assert first_span(client)["metadata"]["shape"] == {"n": 7, "l": [True], "d": 1.5}


def test_tool_payloads_above_64_kib_become_a_preview(api):
    client = api("traces")
    attributes = {"pulse.kind": "tool_use", "pulse.tool.response": "x" * 70_000}
    client.post("/v1/traces", export(make_otlp(attributes=attributes)))

    response = first_span(client)["toolResponse"]

    assert response == {"truncated": True, "originalBytes": 70_000, "preview": "x" * 65_536}


def protobuf_export() -> bytes:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    span = resource.scope_spans.add().spans.add()
    span.trace_id, span.span_id = bytes.fromhex(TRACE_ID), bytes.fromhex("eee19b7ec3c1b174")
    span.name = "chat"
    span.start_time_unix_nano, span.end_time_unix_nano = 1769322600123000000, 1769322600133000000
    pair = span.attributes.add()
    pair.key, pair.value.string_value = "gen_ai.request.model", "gpt-4o"
    event = span.events.add()
    event.name = "exception"
    message = event.attributes.add()
    message.key, message.value.string_value = "exception.message", "boom"
    return request.SerializeToString()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("identity", bytes), ("gzip", gzip.compress), ("deflate", zlib.compress)],
)
def test_protobuf_is_answered_in_protobuf(api, encoding, pack):
    client = api("traces")

    response = client.post(
        "/v1/traces",
        body=pack(protobuf_export()),
        content_type="Application/X-Protobuf",
        headers={"Content-Encoding": encoding},
    )

    assert response.status_code == 200
    assert response["Content-Type"] == "application/x-protobuf"
    assert not ExportTraceServiceResponse.FromString(response.content).HasField("partial_success")
    row = first_span(client)
    assert (row["traceId"], row["spanId"]) == (TRACE_ID, "eee19b7ec3c1b174")
    assert (row["model"], row["error"]) == ("gpt-4o", {"message": "boom"})


def test_a_refused_protobuf_export_gets_a_protobuf_status(api):
    response = api("traces").post(
        "/v1/traces", body=b"\xff\xff", content_type="application/x-protobuf"
    )

    assert response.status_code == 400
    assert response["Content-Type"] == "application/x-protobuf"
    assert response.content == b"\x08\x03\x12\x15Invalid protobuf body"


def test_a_deflated_bomb_is_refused(api):
    response = api("traces").post(
        "/v1/traces",
        body=gzip.compress(b" " * 40_000_000),
        headers={"Content-Encoding": "gzip"},
    )

    assert response.status_code == 413
