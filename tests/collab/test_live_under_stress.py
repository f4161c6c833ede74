"""Experiments T18 and T19: readers who stop reading, and everybody coming back at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvloop

from tests.collab.backend import Backend, at_scale, web_processes
from tests.collab.readers import Reader, enter

pytestmark = [pytest.mark.soak, pytest.mark.long]

READERS, STUCK = 200, 20
SPEAKING_SECONDS = 180.0
COMMENTS_PER_SECOND = 25  # each is two durable messages: the comment, and a line of the feed
MOVERS, MOVES_PER_SECOND = 4, 50
STUCK_SECONDS = 30.0
RETURNING = 500
POINTER = {"x": 1.0, "y": 2.0, "pageX": 3.0, "pageY": 4.0}
SETTLED_CPU = 0.15  # of a core, beside what the idle sockets take
P95_SECONDS = 0.15


@pytest.fixture(scope="module")
def backends() -> Iterator[list[Backend]]:
    """One process on SQLite, two on PostgreSQL with Redis."""
    with web_processes(2 if at_scale() else 1) as running:
        yield running


def introductions(backend: Backend, room: str, people: int) -> list[dict[str, Any]]:
    """The first messages of ``people`` sockets, each of its own person."""
    return [
        {
            "type": "auth",
            "apiKey": backend.publishable,
            "token": backend.token(f"p{number}", f"Person {number}"),
            "room": room,
        }
        for number in range(people)
    ]


async def all_enter(
    backends: list[Backend], firsts: list[dict[str, Any]], **options: Any
) -> list[Reader]:
    """Readers spread over the processes, ten at a time."""
    readers: list[Reader] = []
    for start in range(0, len(firsts), 10):
        coming = [
            enter(backends[number % len(backends)].ws_url, firsts[number], **options)
            for number in range(start, min(start + 10, len(firsts)))
        ]
        readers += await asyncio.gather(*coming)
    return readers


def resident_kilobytes(backend: Backend) -> int:
    status = Path(f"/proc/{backend.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def cpu_seconds(backend: Backend) -> float:
    fields = Path(f"/proc/{backend.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def speak(readers: list[Reader], thread: str, seconds: float) -> int:
    """Comments and cursors from the first few of ``readers``; answers how many comments."""
    writer, movers = readers[0], readers[1 : 1 + MOVERS]
    loop = asyncio.get_running_loop()
    began, said = loop.time(), 0
    for tick in range(round(seconds * MOVES_PER_SECOND)):
        for mover in movers:
            mover.say({"type": "cursor:move", "position": POINTER})
        if tick % (MOVES_PER_SECOND // COMMENTS_PER_SECOND) == 0:
            body = f"sent {time.time():.3f}"
            made = {"type": "comment:create", "threadId": thread, "id": str(uuid.uuid4())}
            writer.say({**made, "body": body, "mentions": []})
            said += 1
        await asyncio.sleep(max(0.0, began + (tick + 1) / MOVES_PER_SECOND - loop.time()))
    return said


async def departures(witness: Reader, stuck: list[Reader]) -> list[float]:
    """After how many seconds each of ``stuck`` was let go, as the others in the room were told."""
    began, gone = time.monotonic(), []
    waiting = list(stuck)
    while waiting and time.monotonic() - began < SPEAKING_SECONDS:
        for reader in [one for one in waiting if one.me in witness.left]:
            waiting.remove(reader)
            gone.append(time.monotonic() - began)
            reader.transport.resume_reading()  # and so it hears why
        await asyncio.sleep(0.1)
    await asyncio.wait_for(asyncio.gather(*(reader.closed for reader in stuck)), 10)
    return gone


class Memory:
    """How far the resident memory of these processes has grown at most, in KiB."""

    def __init__(self, backends: list[Backend]) -> None:
        self.backends = backends
        self.before = [resident_kilobytes(one) for one in backends]
        self.grown = 0

    async def watch(self) -> None:
        while True:
            now = [resident_kilobytes(one) for one in self.backends]
            most = max(after - before for after, before in zip(now, self.before, strict=True))
            self.grown = max(self.grown, most)
            await asyncio.sleep(1)


def test_slow_readers_are_let_go_and_the_others_miss_nothing(backends: list[Backend]) -> None:
    room = f"slow-{uuid.uuid4()}"
    thread = backends[0].thread(room)["id"]
    firsts = introductions(backends[0], room, READERS)

    async def scenario() -> None:
        stuck = await all_enter(backends, firsts[:STUCK], receive_bytes=16_384)
        healthy = await all_enter(backends, firsts[STUCK:])
        try:
            await observe(stuck, healthy)
        finally:
            for reader in stuck + healthy:
                reader.transport.abort()
            await asyncio.sleep(0.1)

    async def observe(stuck: list[Reader], healthy: list[Reader]) -> None:
        await speak(healthy, thread, 3.0)  # after this, memory is what talking costs anyway
        await asyncio.sleep(1)
        for reader in healthy:
            reader.numbers.clear()
            reader.delays.clear()
        for reader in stuck:
            reader.transport.pause_reading()
        memory = Memory(backends)
        watching = asyncio.create_task(memory.watch())
        leaving = asyncio.create_task(departures(healthy[-1], stuck))
        said = await speak(healthy, thread, SPEAKING_SECONDS)
        await until(lambda: all(one.code or len(one.numbers) >= said * 2 for one in healthy), 60)
        assert [one.code for one in healthy] == [0] * len(healthy)
        watching.cancel()
        gone = await leaving
        delays = [delay for reader in healthy[::10] for delay in reader.delays]
        p95 = statistics.quantiles(delays, n=20)[-1]
        print(
            f"T18: {said * 2} durable messages to {len(healthy)} readers, p95 {p95 * 1000:.0f} ms;"
            f" {len(gone)} of {STUCK} stuck ones let go within {max(gone, default=0):.0f} s;"
            f" memory +{memory.grown / 1024:.1f} MiB"
        )

        for reader in healthy:
            first = reader.numbers[0]
            assert reader.numbers == list(range(first, first + len(reader.numbers)))
        assert {reader.code for reader in stuck} == {4409}
        assert len(gone) == STUCK
        assert max(gone) <= STUCK_SECONDS
        assert memory.grown <= STUCK * 1024
        assert p95 <= P95_SECONDS

    uvloop.run(scenario())


class Widget:
    """One person who always comes back as the published client does: 1 s, doubled while refused."""

    def __init__(self, url: str, first: dict[str, Any]) -> None:
        self.url = url
        self.first = first
        self.here = False

    async def stay(self) -> None:
        attempt = 0
        while True:
            try:
                reader = await enter(self.url, self.first)
            except (OSError, TimeoutError):
                attempt += 1
            else:
                attempt, self.here = 0, True
                try:
                    await reader.closed
                finally:
                    self.here = False
                    reader.transport.abort()
            await asyncio.sleep(min(2.0**attempt, 30.0))


def test_everybody_comes_back_after_a_restart(backends: list[Backend]) -> None:
    room = f"storm-{uuid.uuid4()}"
    firsts = introductions(backends[0], room, 20)

    async def scenario() -> None:
        widgets = [
            Widget(backends[number % len(backends)].ws_url, firsts[number % len(firsts)])
            for number in range(RETURNING)
        ]
        tasks = []
        for start in range(0, RETURNING, 50):
            tasks += [asyncio.create_task(one.stay()) for one in widgets[start : start + 50]]
            await until(lambda: all(one.here for one in widgets[: len(tasks)]), 60)  # noqa: B023
        idle = await busy(backends)

        for backend in backends:
            await asyncio.to_thread(backend.live.kill, "web")
            backend.live.start("web")
        for backend in backends:
            await asyncio.to_thread(backend.live.ready)
        began = time.monotonic()
        asking = asyncio.create_task(refusals(backends[-1]))
        await until(lambda: all(one.here for one in widgets), 60)
        took = time.monotonic() - began
        while (load := await busy(backends)) > idle + SETTLED_CPU:
            assert time.monotonic() - began < 60, f"still {load:.0%} of a core; before: {idle:.0%}"
        settled = time.monotonic() - began
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.1)  # the transports close
        print(f"T19: {RETURNING} sockets back after {took:.1f} s, quiet after {settled:.1f} s")
        assert took <= 35

    uvloop.run(scenario())


async def refusals(backend: Backend) -> None:
    """Ask REST a few times a second; fails with the first answer that is none."""
    headers = {"Authorization": f"Bearer {backend.secret}"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        while True:
            answer = await client.get(f"{backend.live.base_url}/api/v1/rooms")
            assert answer.status_code == 200, answer.text
            await asyncio.sleep(0.2)


async def busy(backends: list[Backend]) -> float:
    """The largest share of a core that a process takes over two seconds."""
    before = [cpu_seconds(one) for one in backends]
    await asyncio.sleep(2)
    after = [cpu_seconds(one) for one in backends]
    return max(late - early for late, early in zip(after, before, strict=True)) / 2


async def until(condition: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.1)
