"""OpenTelemetry's own exporter and its instrumentation of OpenAI's own client, against a running server."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tests.soak.load import call

ANSWER = {
    "id": "chatcmpl-9",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-2024-11-20",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "It left this morning."},
        }
    ],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
}


class Provider(http.server.BaseHTTPRequestHandler):
    """Answers every call of the chat API alike."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def provider_url() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


@pytest.fixture
def telemetry(live_server, monkeypatch) -> Iterator[TracerProvider]:
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "gen_ai_latest_experimental")
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "SPAN_ONLY")
    exporter = OTLPSpanExporter(
        endpoint=f"{live_server.base_url}/v1/traces",
        headers={"Authorization": f"Bearer {live_server.keys['PULSE_TRACES_KEY']}"},
        compression=Compression.Gzip,
    )
    found = TracerProvider(resource=Resource({"service.name": "shop", "team": "blue"}))
    found.add_span_processor(BatchSpanProcessor(exporter))
    instrumentor = OpenAIInstrumentor()
    instrumentor.instrument(tracer_provider=found)
    yield found
    instrumentor.uninstrument()
    found.shutdown()


def read(live_server: Any, path: str) -> Any:
    """What the server says of ``path`` as soon as it knows it."""
    url = f"{live_server.base_url}{path}"
    deadline = time.monotonic() + 15
    while True:
        try:
            return call("GET", url, live_server.keys["PULSE_TRACES_KEY"])
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_an_instrumented_call_arrives_whole(live_server, telemetry, provider_url):
    tracer = telemetry.get_tracer("shop.support")
    client = openai.OpenAI(api_key="anything", base_url=provider_url)
    asked = [{"role": "user", "content": "Where is my order?"}]
    with tracer.start_as_current_span("answer a customer") as root:
        root.set_attribute("session.id", "exported-1")
        root.set_attribute("feature", "support")
        client.chat.completions.create(model="gpt-4o", messages=asked)
        with tracer.start_as_current_span("look up an order") as tool:
            tool.set_attribute("gen_ai.operation.name", "execute_tool")
            tool.set_attribute("gen_ai.tool.name", "orders")
            tool.set_attribute("gen_ai.tool.call.id", "call-1")
            tool.set_attribute("gen_ai.tool.call.arguments", '{"order": 1042}')
            tool.record_exception(TimeoutError("too slow"))
            tool.set_status(trace.StatusCode.ERROR, "too slow")
    assert telemetry.force_flush(10_000)

    trace_id = f"{root.get_span_context().trace_id:032x}"
    row = read(live_server, f"/v1/traces/{trace_id}?spelling=camel")

    assert (row["provider"], row["modelRequested"], row["modelUsed"]) == (
        "openai", "gpt-4o", "gpt-4o-2024-11-20",
    )  # fmt: skip
    assert (row["inputTokens"], row["outputTokens"], row["finishReason"]) == (1000, 100, "stop")
    assert (row["costCents"], row["costEstimated"]) == (0.35, True)
    assert row["sessionId"] == "exported-1"
    assert row["outputText"] == "It left this morning."
    assert row["requestBody"]["messages"][0]["parts"][0]["content"] == "Where is my order?"
    assert (row["status"], row["services"], row["spanCount"]) == ("error", ["shop"], 3)
    assert row["error"]["message"] == "too slow"
    spans = {span["eventType"]: span for span in row["spans"]}
    top = spans["answer a customer"]
    assert top["parentSpanId"] is None
    assert {spans[name]["parentSpanId"] for name in ("provider_call", "execute_tool")} == {
        top["spanId"]
    }
    assert (top["metadata"]["feature"], top["metadata"]["team"]) == ("support", "blue")
    assert {span["sessionId"] for span in row["spans"]} == {"exported-1"}
    tool_span = spans["execute_tool"]
    assert (tool_span["kind"], tool_span["toolName"], tool_span["toolInput"]) == (
        "tool_use", "orders", {"order": 1042},
    )  # fmt: skip
    session = read(live_server, "/v1/sessions/exported-1?spelling=camel")
    assert [one["traceId"] for one in session["traces"]] == [trace_id]
