"""Our Python client against a running server, with stand-ins for the providers' clients."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.soak.load import call
from tests.support import live, servers, surroundings

SDK = Path(surroundings.ROOT) / "sdks" / "python-traces"


@pytest.fixture
def server(live_server) -> live.LiveServer:
    return live_server


@contextlib.contextmanager
def forwarding(port: int, to_port: int) -> Iterator[None]:
    """A server's way back: until this block nothing listens on ``port``."""

    class Forwarder(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", to_port), 10) as server:
                threading.Thread(target=copy, args=(self.request, server), daemon=True).start()
                copy(server, self.request)

    def copy(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the other direction ended first and closed them
            while part := source.recv(1 << 16):
                target.sendall(part)

    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Forwarder) as forwarder:
        threading.Thread(target=forwarder.serve_forever, daemon=True).start()
        yield
        forwarder.shutdown()


@pytest.fixture
def sdk(monkeypatch):
    monkeypatch.syspath_prepend(str(SDK))
    import pulse_sdk

    yield pulse_sdk
    pulse_sdk.shutdown(0.5)
    for name in [one for one in sys.modules if one.startswith("pulse_sdk")]:
        del sys.modules[name]


class Answer:
    """Like a provider's response object."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body

    def model_dump(self) -> dict[str, Any]:
        return self.body


def make_openai(create: Any) -> Any:
    completions = SimpleNamespace(create=create)
    return SimpleNamespace(chat=SimpleNamespace(completions=completions), base_url="kept")


OPENAI = {
    "id": "chatcmpl-1",
    "model": "gpt-4o-2024-11-20",
    "choices": [{"message": {"content": "Hi!"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 2},
}
ANTHROPIC = {
    "id": "msg_1",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "Bonjour"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 7, "output_tokens": 3},
}


def rows(server: live.LiveServer, session: str, count: int) -> list[dict[str, Any]]:
    url = f"{server.base_url}/v1/traces?session_id={session}&spelling=camel&sort=timestamp"
    deadline = time.monotonic() + 15
    while True:
        found = call("GET", url, server.keys["PULSE_TRACES_KEY"])["traces"]
        if len(found) >= count or time.monotonic() > deadline:
            assert len(found) == count
            return found
        time.sleep(0.05)


def start(sdk: Any, server: live.LiveServer, **options: Any) -> None:
    sdk.init_pulse(api_key=server.keys["PULSE_TRACES_KEY"], api_url=server.base_url, **options)


def test_calls_of_both_providers_arrive_with_their_costs(sdk, server):
    start(sdk, server)
    metadata = {"userId": "u-1", "odd": object}
    openai = sdk.observe(
        make_openai(lambda **_: Answer(OPENAI)), "openai", session_id="both", metadata=metadata
    )
    messages = SimpleNamespace(create=lambda **_: Answer(ANTHROPIC))
    claude = sdk.observe(SimpleNamespace(messages=messages), "anthropic", session_id="both")

    asked = [{"role": "user", "content": "Hello"}]
    answer = openai.chat.completions.create(model="gpt-4o", messages=asked)
    claude.messages.create(model="claude-sonnet-4-5", messages=asked, max_tokens=9)

    assert answer.body == OPENAI
    assert openai.base_url == "kept"
    assert sdk.flush(10)
    first, second = rows(server, "both", 2)
    assert (first["modelUsed"], first["outputText"], first["finishReason"]) == (
        "gpt-4o-2024-11-20", "Hi!", "stop",
    )  # fmt: skip
    assert (first["inputTokens"], first["outputTokens"], first["costEstimated"]) == (5, 2, True)
    assert first["requestBody"] == {"model": "gpt-4o", "messages": asked}
    assert first["metadata"]["userId"] == "u-1"
    assert (second["outputText"], second["finishReason"]) == ("Bonjour", "stop")
    assert second["provider"] == "anthropic"


def test_a_failing_call_is_recorded_and_still_fails(sdk, server):
    start(sdk, server)

    def fail(**_: Any) -> None:
        raise TimeoutError("too slow")

    client = sdk.observe(make_openai(fail), "openai", session_id="failing")
    with pytest.raises(TimeoutError):
        client.chat.completions.create(model="gpt-4o", messages=[])

    assert sdk.flush(10)
    row = rows(server, "failing", 1)[0]
    assert (row["status"], row["error"]) == (
        "error", {"name": "TimeoutError", "message": "too slow"},
    )  # fmt: skip


def test_streams_and_asynchronous_calls_are_recorded_when_they_end(sdk, server):
    start(sdk, server)
    chunks = [
        {"id": "c", "model": "gpt-4o", "choices": [{"delta": {"content": "He"}}]},
        {"choices": [{"delta": {"content": "llo"}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}},
    ]
    streaming = sdk.observe(
        make_openai(lambda **_: iter(map(Answer, chunks))), "openai", session_id="streams"
    )

    async def create(**_: Any) -> Answer:
        return Answer(OPENAI)

    awaited = sdk.observe(make_openai(create), "openai", session_id="streams")

    seen = list(streaming.chat.completions.create(model="gpt-4o", messages=[], stream=True))
    asyncio.run(awaited.chat.completions.create(model="gpt-4o", messages=[]))

    assert len(seen) == 3
    assert sdk.flush(10)
    first, second = rows(server, "streams", 2)
    assert (first["outputText"], first["outputTokens"], first["finishReason"]) == (
        "Hello", 2, "stop",
    )  # fmt: skip
    assert second["outputText"] == "Hi!"


class Streamed:
    """Like a provider's stream: chunks one by one, in a ``with`` block or not."""

    def __init__(self, chunks: list[dict[str, Any]]) -> None:
        self.chunks = iter(map(Answer, chunks))
        self.response = "kept"
        self.closed = 0

    def __iter__(self) -> Iterator[Answer]:
        return self

    def __next__(self) -> Answer:
        return next(self.chunks)

    def __enter__(self) -> Streamed:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        self.closed += 1


CHAT_CHUNKS = [
    {"id": "c1", "model": "gpt-4o", "choices": [{"index": 0, "delta": {"content": "He"}}]},
    {"choices": [{"index": 0, "delta": {"content": "llo", "tool_calls": [
        {"index": 0, "id": "t1", "function": {"name": "find", "arguments": '{"a"'}}]}}]},
    {"choices": [{"index": 0, "delta": {"tool_calls": [
        {"index": 0, "function": {"arguments": ": 1}"}}]}, "finish_reason": "tool_calls"}]},
    {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}},
]  # fmt: skip
RESPONSE = {"id": "r1", "model": "gpt-4o", "output": []}
RESPONSE_CHUNKS = [
    {"type": "response.created", "response": RESPONSE},
    {"type": "response.output_text.delta", "delta": "Hello"},
    {"type": "response.function_call_arguments.delta", "delta": "{}"},
    {"type": "response.completed", "response": RESPONSE | {
        "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}],
        "usage": {"input_tokens": 5, "output_tokens": 2}}},
]  # fmt: skip
MESSAGE_CHUNKS = [
    {"type": "message_start", "message": {"id": "m1", "model": "claude", "usage": {"input_tokens": 5}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
    {"type": "content_block_start", "index": 1,
     "content_block": {"type": "tool_use", "id": "t1", "name": "find", "input": {}}},
    {"type": "content_block_delta", "index": 1,
     "delta": {"type": "input_json_delta", "partial_json": '{"a": 1}'}},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 2}},
]  # fmt: skip


def test_a_stream_may_be_entered_closed_or_left_and_is_recorded_once(sdk, server):
    start(sdk, server)
    made = [Streamed(CHAT_CHUNKS) for _ in range(3)]
    waiting = iter(made)
    client = sdk.observe(make_openai(lambda **_: next(waiting)), "openai", session_id="left")

    def ask() -> Any:
        return client.chat.completions.create(model="gpt-4o", messages=[], stream=True)

    with ask() as entered:
        assert entered.response == "kept"
        assert len(list(entered)) == 4
    for _ in ask():
        break
    closed = ask()
    next(closed)
    closed.close()

    assert [one.closed for one in made] == [1, 0, 1]
    assert sdk.flush(10)
    assert [row["outputText"] for row in rows(server, "left", 3)] == ["Hello", "He", "He"]


def test_a_stream_adds_up_to_the_answer_of_its_provider(sdk, server):
    start(sdk, server)
    openai = make_openai(lambda **_: Streamed(CHAT_CHUNKS))
    openai.responses = SimpleNamespace(create=lambda **_: Streamed(RESPONSE_CHUNKS))
    claude = SimpleNamespace(messages=SimpleNamespace(create=lambda **_: Streamed(MESSAGE_CHUNKS)))
    openai = sdk.observe(openai, "openai", session_id="sums")
    claude = sdk.observe(claude, "anthropic", session_id="sums")

    list(openai.chat.completions.create(model="gpt-4o", stream=True))
    list(openai.responses.create(model="gpt-4o", stream=True))
    list(claude.messages.create(model="claude", stream=True))

    assert sdk.flush(10)
    found = rows(server, "sums", 3)
    named = ("providerRequestId", "outputText", "inputTokens", "outputTokens", "finishReason")
    assert [tuple(row[name] for name in named) for row in found] == [
        ("c1", "Hello", 5, 2, "tool_calls"), ("r1", "Hello", 5, 2, None),
        ("m1", "Hello", 5, 2, "tool_calls"),
    ]  # fmt: skip
    chat, _, message = (row["responseBody"] for row in found)
    assert chat["choices"][0]["message"]["tool_calls"] == [
        {"type": "function", "id": "t1", "function": {"name": "find", "arguments": '{"a": 1}'}}
    ]
    assert message["content"][1] == {
        "type": "tool_use", "id": "t1", "name": "find", "input": {"a": 1},
    }  # fmt: skip


def test_recording_never_stands_in_the_way_of_a_call(sdk, server):
    class Unreadable:
        def model_dump(self) -> dict[str, Any]:
            raise RuntimeError("no")

    start(sdk, server)
    answers = iter([Unreadable(), Answer({"choices": [None], "usage": 3}), Answer(OPENAI)])
    client = sdk.observe(make_openai(lambda **_: next(answers)), "openai", session_id="odd")

    for _ in range(3):
        client.chat.completions.create(
            model="gpt-4o", response_format=Answer, top_p=float("nan"),
            extra_headers={"Authorization": "secret"},
        )  # fmt: skip

    assert sdk.flush(10)
    assert [row["requestBody"] for row in rows(server, "odd", 2)] == [
        {"model": "gpt-4o", "response_format": repr(Answer), "top_p": "nan"}
    ] * 2


FORKED = """
import os, sys, types
import pulse_sdk
pulse_sdk.init_pulse(sys.argv[1], sys.argv[2])
completions = types.SimpleNamespace(create=lambda **_: None)
client = types.SimpleNamespace(chat=types.SimpleNamespace(completions=completions))
client = pulse_sdk.observe(client, "openai", session_id="forked")
client.chat.completions.create(model="parent")
child = os.fork()
if not child:
    client.chat.completions.create(model="child")
    sys.exit(not pulse_sdk.flush(10))
_, status = os.waitpid(child, 0)
sys.exit(status or not pulse_sdk.flush(10))
"""


def test_a_forked_process_sends_what_it_recorded_and_nothing_twice(sdk, server):
    key = server.keys["PULSE_TRACES_KEY"]
    subprocess.run([sys.executable, "-c", FORKED, key, server.base_url], cwd=SDK, check=True)

    assert {row["modelRequested"] for row in rows(server, "forked", 2)} == {"parent", "child"}


def test_what_could_not_be_sent_is_sent_later_and_stored_once(sdk, server):
    port = servers.free_port()
    sdk.init_pulse(server.keys["PULSE_TRACES_KEY"], f"http://127.0.0.1:{port}", batch_size=1)
    client = sdk.observe(make_openai(lambda **_: Answer(OPENAI)), "openai", session_id="later")
    for _ in range(3):
        client.chat.completions.create(model="gpt-4o", messages=[])
    assert not sdk.flush(0.3)

    with forwarding(port, server.port):
        assert sdk.flush(20)

    assert len(rows(server, "later", 3)) == 3


def test_traces_that_arrive_meanwhile_do_not_shorten_the_pause_between_attempts(sdk):
    attempts = []

    class Refusing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            attempts.append(time.monotonic())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        sdk.init_pulse("pulse_sk_x", address, batch_size=1)
        client = sdk.observe(make_openai(lambda **_: Answer(OPENAI)), "openai")
        for _ in range(30):
            client.chat.completions.create(model="gpt-4o", messages=[])
            time.sleep(0.01)
        server.shutdown()

    assert len(attempts) <= 2


def test_the_buffer_is_bounded_and_says_what_it_dropped(sdk):
    sdk.init_pulse("pulse_sk_x", "http://127.0.0.1:9", max_buffer=2, batch_size=100)
    client = sdk.observe(make_openai(lambda **_: Answer(OPENAI)), "openai")
    for _ in range(5):
        client.chat.completions.create(model="gpt-4o", messages=[])

    assert sdk.dropped() == 3


def test_a_key_that_is_none_is_refused_at_once(sdk):
    with pytest.raises(ValueError, match="pulse_sk_"):
        sdk.init_pulse("nope")
