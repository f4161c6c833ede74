"""One message to many sockets, beside ``websockets.broadcast`` and the stock Channels layer."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import uvloop

from bench.servers import deployment
from bench.table import Row

MARK = b"BENCHMARK"
UPDATE = MARK.decode() + "A" * 183
MESSAGES = 100
SINGLES = 60
PAUSE_SECONDS = 0.04
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Result:
    """Deliveries a second of a burst, and the 99th percentile until the last receiver has one."""

    per_second: float
    last_p99_ms: float


class _Reader(asyncio.Protocol):
    """A client that counts messages and does nothing else, so that the server is what is measured."""

    def __init__(self, crowd: _Crowd, first: bytes) -> None:
        self.crowd = crowd
        self.first = first
        self.tail = b""
        self.greeted = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.upgraded = False

    def data_received(self, data: bytes) -> None:
        data = self.tail + data
        if not self.greeted.done():
            if not self.upgraded and b"\r\n\r\n" in data:
                self.upgraded = True
                self.say(self.first)
            if b"auth:ok" in data:
                self.greeted.set_result(None)
                data = b""
            self.tail = data
            return
        self.crowd.count(data.count(MARK))
        self.tail = data[-(len(MARK) - 1) :]

    def say(self, payload: bytes) -> None:
        """A masked text frame; the mask is zero, which is allowed and cheap."""
        size = len(payload)
        head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
        self.transport.write(head + b"\0\0\0\0" + payload)


class _Crowd:
    """All receivers together: how many messages are still to come."""

    def __init__(self) -> None:
        self.missing = 0
        self.done = asyncio.Event()

    def expect(self, messages: int) -> None:
        self.missing = messages
        self.done.clear()

    def count(self, messages: int) -> None:
        self.missing -= messages
        if self.missing <= 0:
            self.done.set()


async def _measure(port: int, firsts: list[bytes], said: bytes) -> Result:
    loop, crowd = asyncio.get_running_loop(), _Crowd()
    readers: list[_Reader] = []
    for start in range(0, len(firsts), AT_ONCE):
        fresh = []
        for first in firsts[start : start + AT_ONCE]:
            _, reader = await loop.create_connection(
                lambda first=first: _Reader(crowd, first), "127.0.0.1", port
            )
            fresh.append(reader)
        await asyncio.wait_for(asyncio.gather(*(one.greeted for one in fresh)), 60)
        readers += fresh
    await asyncio.sleep(2)  # joins and activity of the last ones
    sender, receivers = readers[0], len(readers) - 1

    took = []
    for _ in range(SINGLES):
        crowd.expect(receivers)
        started = time.perf_counter()
        sender.say(said)
        await asyncio.wait_for(crowd.done.wait(), 30)
        took.append(time.perf_counter() - started)
        await asyncio.sleep(PAUSE_SECONDS)
    await asyncio.sleep(2)  # the sender's allowance fills up again
    crowd.expect(receivers * MESSAGES)
    started = time.perf_counter()
    for _ in range(MESSAGES):
        sender.say(said)
    await asyncio.wait_for(crowd.done.wait(), 60)
    burst = time.perf_counter() - started
    for reader in readers:
        reader.transport.close()
    return Result(receivers * MESSAGES / burst, sorted(took)[int(SINGLES * 0.99) - 1] * 1000)


def run(*, large: bool) -> list[Row]:
    rows = []
    for sockets in (200, 1000):
        bare = _reference("bench.reference.broadcast", sockets)
        stock = _reference("bench.reference.layer", sockets)
        ours = _ours(sockets)
        ratio = ours.per_second / bare.per_second
        rows.append(
            Row(
                what=f"one message to {sockets:,} sockets",
                ours=f"{ours.per_second:,.0f}/s, last receiver p99 {ours.last_p99_ms:.0f} ms",
                reference=(
                    f"{bare.per_second:,.0f}/s, p99 {bare.last_p99_ms:.0f} ms, websockets"
                    f" broadcast; {stock.per_second:,.0f}/s, stock Channels layer in memory"
                ),
                ratio=ratio,
                target="≥ 0.7 of it; last receiver p99 ≤ 60 ms",
                met=ratio >= 0.7 and ours.last_p99_ms <= 60,
                database="SQLite",
            )
        )
    return rows


def _reference(module: str, sockets: int) -> Result:
    with _process(module) as port:
        said = json.dumps({"type": "p2p:sync", "update": UPDATE}).encode()
        return uvloop.run(_measure(port, [b'{"type":"auth"}'] * (sockets + 1), said))


def _ours(sockets: int) -> Result:
    with deployment("SQLite", PULSE_DEMO="1") as server:
        secret = server.keys["PULSE_COLLAB_SECRET_KEY"]
        tokens = [
            httpx.post(
                f"{server.base_url}/auth/token",
                json={"userId": f"u{number}", "name": f"User {number}"},
                headers={"Authorization": f"Bearer {secret}"},
            ).json()["token"]
            for number in range(20)
        ]
        firsts = [
            json.dumps(
                {
                    "type": "auth",
                    "apiKey": server.keys["PULSE_COLLAB_PUBLISHABLE_KEY"],
                    "token": tokens[number % len(tokens)],
                    "room": "bench",
                }
            ).encode()
            for number in range(sockets + 1)
        ]
        said = json.dumps({"type": "p2p:sync", "update": UPDATE}).encode()
        return uvloop.run(_measure(server.port, firsts, said))


@contextlib.contextmanager
def _process(module: str) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", module, str(port)])
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)
