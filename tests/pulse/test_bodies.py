"""Bodies as they arrive: at once, in pieces, late, or never."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from pulse.doors import bodies
from pulse.errors import InvalidInput, PayloadTooLarge


def arriving(*chunks: bytes, pause_seconds: float = 0.0, complete: bool = True):
    """An ASGI ``receive`` that gives these chunks, each after a pause."""
    waiting = list(chunks)

    async def receive():
        if pause_seconds:
            await asyncio.sleep(pause_seconds)
        if not waiting:
            await asyncio.Event().wait()
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting) or not complete}

    return receive


def read(receive, limit_bytes=100):
    return asyncio.run(bodies.read(receive, {}, limit_bytes))


@pytest.mark.parametrize("pause_seconds", [0.0, 0.001])
def test_a_body_is_read_whole_however_it_arrives(pause_seconds):
    assert read(arriving(b"ab", b"", b"c", pause_seconds=pause_seconds)) == b"abc"


@pytest.mark.parametrize("pause_seconds", [0.0, 0.001])
def test_a_body_beyond_its_cap_is_refused_while_it_arrives(pause_seconds):
    with pytest.raises(PayloadTooLarge):
        read(arriving(b"a" * 60, b"b" * 60, b"c", pause_seconds=pause_seconds))


def test_nothing_may_follow_a_compressed_body():
    packed = gzip.compress(b"abc")
    headers = {"content-encoding": "gzip"}

    assert asyncio.run(bodies.read(arriving(packed), headers, 100)) == b"abc"
    with pytest.raises(InvalidInput, match="not valid gzip"):
        asyncio.run(bodies.read(arriving(packed + b"junk"), headers, 100))


def test_a_body_that_stops_arriving_is_refused(monkeypatch):
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 0.02)

    with pytest.raises(InvalidInput, match="did not arrive in time"):
        read(arriving(b"a", complete=False))


def test_a_body_that_only_trickles_is_refused(monkeypatch):
    monkeypatch.setattr(bodies, "TOTAL_SECONDS", 0.05)

    with pytest.raises(InvalidInput, match="did not arrive in time"):
        read(arriving(*[b"a"] * 50, pause_seconds=0.005))


def test_whoever_gives_up_waiting_for_a_body_is_let_go():
    async def give_up():
        reading = asyncio.create_task(bodies.read(arriving(b"a", complete=False), {}, 100))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(give_up())
