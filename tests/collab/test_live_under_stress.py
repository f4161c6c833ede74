"""Slow readers and a reconnect storm: memory stays bounded, healthy readers miss nothing."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.collab.backend import Backend

pytestmark = pytest.mark.soak

READERS, STUCK = 60, 6
SECONDS = 30
DURABLE_PER_SECOND = 10
EPHEMERAL_PER_SECOND = 40
POINTER = {"x": 1.0, "y": 2.0, "pageX": 3.0, "pageY": 4.0}


async def enter(backend: Backend, room: str, user: str, token: str) -> ClientConnection:
    socket = await connect(backend.ws_url, max_size=None, compression=None, open_timeout=30)
    first = {"type": "auth", "apiKey": backend.publishable, "token": token, "room": room}
    try:
        await socket.send(json.dumps(first))
        while json.loads(await socket.recv())["type"] != "auth:ok":
            pass
    except BaseException:
        socket.transport.abort()
        raise
    return socket


def resident_kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def test_slow_readers_are_let_go_and_the_others_miss_nothing(backend: Backend) -> None:
    tokens = {f"s{number}": backend.token(f"s{number}", f"S {number}") for number in range(READERS)}
    backend.run(
        "from collab.models import EnvironmentConfig as C; C.unscoped.update(allow_p2p=True)"
    )
    pid = backend.live.processes["web"].pid

    async def scenario() -> None:
        room = f"slow-{uuid.uuid4()}"
        sockets = [await enter(backend, room, *one) for one in tokens.items()]
        await asyncio.sleep(1)
        before = resident_kilobytes(pid)
        stuck, healthy = sockets[:STUCK], sockets[STUCK:]
        for socket in stuck:
            socket.transport.pause_reading()
        heard: list[list[int]] = [[] for _ in healthy]
        readers = [
            asyncio.create_task(_read(socket, numbers))
            for socket, numbers in zip(healthy, heard, strict=True)
        ]
        written = await _speak(healthy[0], healthy[1])
        await asyncio.sleep(2)
        grown = resident_kilobytes(pid) - before
        for task in readers:
            task.cancel()
        for numbers in heard:
            assert numbers == sorted(set(numbers))
            assert numbers == list(range(numbers[0], numbers[-1] + 1))
            assert len(numbers) >= written * 2 - 2
        codes = []
        for socket in stuck:
            socket.transport.resume_reading()
            codes.append(await _closing_code(socket))
        assert set(codes) <= {4409, 1006}
        assert grown < STUCK * 4096 + 30_000
        for socket in healthy:
            await socket.close()

    asyncio.run(scenario())


async def _read(socket: ClientConnection, numbers: list[int]) -> None:
    async for text in socket:
        message = json.loads(text)
        if "seq" in message:
            numbers.append(message["seq"])


async def _speak(writer: ClientConnection, mover: ClientConnection) -> int:
    """Durable and ephemeral messages for a while, and shared data that fills a stuck reader."""
    ends, written = time.monotonic() + SECONDS, 0
    while time.monotonic() < ends:
        began = time.monotonic()
        for _ in range(DURABLE_PER_SECOND):
            thread = {"type": "thread:create", "id": str(uuid.uuid4()), "body": "x", "mentions": []}
            await writer.send(json.dumps(thread))
            written += 1
        for _ in range(EPHEMERAL_PER_SECOND):
            await mover.send(json.dumps({"type": "cursor:move", "position": POINTER}))
        for _ in range(10):
            await mover.send(json.dumps({"type": "p2p:sync", "update": "A" * 60_000}))
        await asyncio.sleep(max(0.0, 1 - (time.monotonic() - began)))
    return written


async def _closing_code(socket: ClientConnection) -> int:
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 15)
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else 1006


def test_everybody_comes_back_after_a_restart(backend: Backend) -> None:
    people = 200
    tokens = [backend.token(f"storm{number}", f"Storm {number}") for number in range(20)]

    async def stays(number: int, back: dict[int, float]) -> None:
        """The published client's rule: 1 s, doubling while refused, no jitter."""
        attempt = 0
        while True:
            try:
                socket = await enter(backend, "storm", "", tokens[number % len(tokens)])
            except (OSError, TimeoutError, WebSocketException):
                attempt += 1
            else:
                attempt = 0
                back[number] = time.monotonic()
                try:
                    await socket.wait_closed()
                finally:
                    socket.transport.abort()
                    back.pop(number, None)
            await asyncio.sleep(min(2**attempt, 30))

    async def scenario() -> dict[str, Any]:
        back: dict[int, float] = {}
        tasks = [asyncio.create_task(stays(number, back)) for number in range(people)]
        await _until(lambda: len(back) == people, 60)
        await asyncio.to_thread(backend.live.kill, "web")
        backend.live.start("web")
        await asyncio.to_thread(backend.live.ready)
        started = time.monotonic()
        await _until(lambda: len(back) == people, 60)
        took = time.monotonic() - started
        status = backend.call("GET", "/api/v1/rooms/storm").status_code
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.1)
        return {"took": took, "status": status}

    outcome = asyncio.run(scenario())
    assert outcome["status"] == 200
    assert outcome["took"] < 35


async def _until(condition: Any, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.1)
