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
STOCK_MESSAGES, STOCK_SINGLES = 10, 4  # it needs many seconds for these
SINGLES = 60
PAUSE_SECONDS = 0.04
AT_ONCE = 50
LOST_AFTER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Result:
    """Deliveries a second of a burst, the 99th percentile until the last receiver has a message,
    and the share of all deliveries that never came."""

    per_second: float
    last_p99_ms: float
    lost: float

    @property
    def loss(self) -> str:
        return f", {self.lost:.1%} lost" if self.lost else ""


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
    """All receivers together: how many messages are still to come, and when the last one came."""

    def __init__(self) -> None:
        self.expected = self.lost = self.missing = 0
        self.last_at = 0.0
        self.done = asyncio.Event()

    def expect(self, messages: int) -> float:
        """Start to count; the moment at which it started."""
        self.expected += messages
        self.missing = messages
        self.done.clear()
        self.last_at = time.perf_counter()
        return self.last_at

    def count(self, messages: int) -> None:
        self.missing -= messages
        self.last_at = time.perf_counter()
        if self.missing <= 0:
            self.done.set()

    async def settled(self) -> int:
        """How many never came: a message is given up when none has come for two seconds."""
        while not self.done.is_set():
            waited = time.perf_counter() - self.last_at
            if waited >= LOST_AFTER_SECONDS:
                self.lost += self.missing
                return self.missing
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.done.wait(), LOST_AFTER_SECONDS - waited)
        return 0


async def _measure(
    port: int, firsts: list[bytes], said: bytes, messages: int, singles: int
) -> Result:
    crowd = _Crowd()
    readers = await _gather_readers(port, firsts, crowd)
    await asyncio.sleep(2)  # joins and activity of the last ones
    sender, receivers = readers[0], len(readers) - 1

    took = []
    for _ in range(singles):
        started = crowd.expect(receivers)
        sender.say(said)
        await crowd.settled()
        took.append(crowd.last_at - started)
        await asyncio.sleep(PAUSE_SECONDS)
    await asyncio.sleep(2)  # the sender's allowance fills up again
    started = crowd.expect(receivers * messages)
    for _ in range(messages):
        sender.say(said)
    arrived = receivers * messages - await crowd.settled()
    burst = crowd.last_at - started
    for reader in readers:
        reader.transport.close()
    p99 = sorted(took)[max(0, int(singles * 0.99) - 1)]
    return Result(arrived / burst, p99 * 1000, crowd.lost / crowd.expected)


async def _gather_readers(port: int, firsts: list[bytes], crowd: _Crowd) -> list[_Reader]:
    loop = asyncio.get_running_loop()
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
    return readers


def run(*, large: bool) -> list[Row]:
    rows = []
    for sockets in (200, 1000):
        bare = _reference("bench.reference.broadcast", sockets)
        stock = _reference("bench.reference.layer", sockets, STOCK_MESSAGES, STOCK_SINGLES)
        ours = _ours(sockets)
        ratio = ours.per_second / bare.per_second
        rows.append(
            Row(
                what=f"one message to {sockets:,} sockets",
                ours=f"{ours.per_second:,.0f}/s, last receiver p99 {ours.last_p99_ms:.0f} ms{ours.loss}",
                reference=(
                    f"{bare.per_second:,.0f}/s, p99 {bare.last_p99_ms:.0f} ms, websockets"
                    f" broadcast; {stock.per_second:,.0f}/s{stock.loss}, stock Channels layer in memory"
                ),
                ratio=ratio,
                target="≥ 0.7 of it; last receiver p99 ≤ 60 ms",
                met=ratio >= 0.7 and ours.last_p99_ms <= 60 and not ours.lost,
                database="SQLite",
            )
        )
    return rows


def _reference(
    module: str, sockets: int, messages: int = MESSAGES, singles: int = SINGLES
) -> Result:
    with _process(module) as port:
        said = json.dumps({"type": "p2p:sync", "update": UPDATE}).encode()
        return uvloop.run(
            _measure(port, [b'{"type":"auth"}'] * (sockets + 1), said, messages, singles)
        )


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
        return uvloop.run(_measure(server.port, firsts, said, MESSAGES, SINGLES))


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
