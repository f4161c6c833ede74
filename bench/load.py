"""A closed-loop HTTP load: each connection sends its next request when the last one is answered.

Written on bare asyncio streams, because the generator shares two cores with what it measures and a
full HTTP client would cost more than the server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Outcome:
    """``seconds`` of the whole run; ``latencies`` in seconds, sorted; ``failures`` are not 2xx."""

    requests: int
    failures: int
    seconds: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


def request_bytes(
    method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """One request as it goes over the wire, keep-alive."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def drive(
    url: str,
    make: Callable[[int], bytes],
    *,
    connections: int,
    seconds: float = 0.0,
    requests: int = 0,
    may_send: Callable[[], bool] = lambda: True,
) -> Outcome:
    """Send ``make(0)``, ``make(1)``, … for ``seconds``, or until ``requests`` are answered.

    A connection waits with its next request while ``may_send`` says no.
    """
    return asyncio.run(_drive(url, make, connections, seconds, requests, may_send))


async def _drive(
    url: str,
    make: Callable[[int], bytes],
    connections: int,
    seconds: float,
    requests: int,
    may_send: Callable[[], bool],
) -> Outcome:
    parts = urlsplit(url)
    latencies: list[float] = []
    failures = 0
    numbers = iter(range(requests)) if requests else iter(range(10**12))
    started = time.perf_counter()
    end = started + seconds if seconds else float("inf")

    async def one() -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for number in numbers:
            while not may_send():
                await asyncio.sleep(0.005)
            sent = time.perf_counter()
            if sent >= end:
                break
            writer.write(make(number))
            if not 200 <= await _read_answer(reader) < 300:
                failures += 1
            latencies.append(time.perf_counter() - sent)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    elapsed = time.perf_counter() - started
    return Outcome(len(latencies), failures, elapsed, sorted(latencies))


async def _read_answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(lowered[at + 15 : lowered.index(b"\r\n", at)]))
    elif b"transfer-encoding: chunked" in lowered:
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(head[9:12])
