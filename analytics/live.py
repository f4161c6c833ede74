"""GET /live: what happens now, as server-sent events.

One feed per environment and process looks into the database once a second while somebody listens, so
a thousand listeners cost one query, and it works the same with any number of processes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
from django.db import DatabaseError

from analytics import access, public_ids, shapes
from analytics.filters import Filters
from analytics.selectors import events, totals
from pulse.doors.plain import Request, StreamingResponse
from pulse.doors.threads import in_thread
from pulse.errors import ApiError, Unavailable
from pulse.tenancy.models import Environment

MINUTES = 30
MINUTE_MS = 60_000
LATEST = 20
PERIOD_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
MAX_LISTENERS = 200
"""Streams of one process; each holds a connection open."""


async def stream(request: Request) -> StreamingResponse:
    """GET /api/v1/pulse/live"""
    credential = await request.credential(access.QUERY)
    access.check_origin(credential, request.headers)
    if sum(len(feed.listeners) for feed in _feeds.values()) >= MAX_LISTENERS:
        raise Unavailable("Too many live streams are open.", retry_after=30)
    chunks = _listen(credential.environment, request)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(chunks, headers=headers, content_type="text/event-stream")


def snapshot(environment: Environment, now_ms: int) -> dict[str, Any]:
    """``{events, minutes, count}``: the newest events, and counts of the last 30 minutes."""
    end_ms = now_ms - now_ms % MINUTE_MS + MINUTE_MS
    starts = list(range(end_ms - MINUTES * MINUTE_MS, end_ms + 1, MINUTE_MS))
    window = Filters(from_ms=starts[0], to_ms=end_ms)
    counts = totals.series(environment, window, starts, unique=False)
    keys = public_ids.keys_of(environment.public_id)
    newest = events.list_events(environment, Filters())[:LATEST]
    return {
        "events": [shapes.event(public_ids.encode(row["id"], keys), row) for row in newest],
        "minutes": [
            {"start": shapes.instant(bucket.start_ms), "count": bucket.count} for bucket in counts
        ],
        "count": sum(bucket.count for bucket in counts),
    }


class _Feed:
    """The snapshots of one environment, for everybody in this process who listens."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.listeners: set[asyncio.Queue[bytes]] = set()
        self.last = b""
        self.task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        while self.listeners:
            await self._look()
            await asyncio.sleep(PERIOD_SECONDS)

    async def _look(self) -> None:
        try:
            found = await in_thread(_encoded, self.environment, time.time_ns() // 1_000_000)
        except Exception:  # the database is away: say nothing and look again
            return
        if found == self.last:
            return
        self.last = found
        for queue in self.listeners:
            if queue.full():  # a slow reader gets the newest snapshot only
                queue.get_nowait()
            queue.put_nowait(found)


_feeds: dict[int, _Feed] = {}


def _encoded(environment: Environment, now_ms: int) -> bytes:
    return orjson.dumps(snapshot(environment, now_ms))


async def _may_listen(request: Request) -> bool:
    """Whether the key still is what it was when the stream began: it may be revoked meanwhile.

    Known keys cost no query. Who came without one has nothing that could be revoked.
    """
    if not request.token():
        return True
    try:
        await request.credential(access.QUERY)
    except (ApiError, DatabaseError):
        return False
    return True


async def _listen(environment: Environment, request: Request) -> AsyncIterator[bytes]:
    feed = _feeds.setdefault(environment.pk, _Feed(environment))
    queue: asyncio.Queue[bytes] = asyncio.Queue(1)
    feed.listeners.add(queue)
    if feed.last:
        queue.put_nowait(feed.last)
    if feed.task is None or feed.task.done():
        feed.task = asyncio.create_task(feed.run())
    gone = asyncio.create_task(request.disconnected())
    try:
        yield b"retry: 3000\n\n"
        while not gone.done():
            found = asyncio.create_task(queue.get())
            waiting = {found, gone}
            await asyncio.wait(waiting, timeout=HEARTBEAT_SECONDS, return_when="FIRST_COMPLETED")
            if not await _may_listen(request):
                found.cancel()
                return
            if found.done():
                yield b"event: snapshot\ndata: " + found.result() + b"\n\n"
            else:
                found.cancel()
                yield b": still here\n\n"
    finally:
        gone.cancel()
        feed.listeners.discard(queue)
        if not feed.listeners and _feeds.get(environment.pk) is feed:
            del _feeds[environment.pk]
