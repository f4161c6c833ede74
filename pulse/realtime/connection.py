"""One socket's way out: a bounded queue that coalesces, and a limit that disconnects."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable

from pulse.realtime.frames import Frame
from pulse.realtime.outlet import Outlet

MAX_DURABLE = 256
MAX_EPHEMERAL = 256
MAX_BYTES = 2 * 1024 * 1024
MAX_HELD = 1024
OVERFLOW = 4409
STUCK_SECONDS = 20.0


class Connection:
    """What the hub knows of a socket. All methods run on the event loop.

    Until ``release`` messages are held back, because a snapshot is being read; it then sends the
    snapshot and whatever the snapshot does not contain yet.
    """

    def __init__(self, outlet: Outlet) -> None:
        self.id = uuid.uuid4().hex
        self.outlet = outlet
        self.closing = False
        self.dropped = 0
        self.on_close: Callable[[int], None] | None = None
        self._held: list[Frame] | None = []
        self._waiting: dict[str, Frame] = {}
        self._durable = 0
        self._bytes = 0
        self._writer: asyncio.Task[None] | None = None
        self._progress_at = 0.0

    def offer(self, frame: Frame) -> None:
        """Send now if the reader keeps up, else queue; never waits."""
        if self.closing:
            return
        if self._held is not None:
            self._hold(frame)
        elif self._writer is None and self.outlet.ready:
            self.outlet.write(frame.wire)
        else:
            self._queue(frame)

    def release(self, first: Frame, contains: Callable[[Frame], bool]) -> None:
        """End the holding: send ``first``, then everything held that it does not contain."""
        held, self._held = self._held or [], None
        self.offer(first)
        for frame in held:
            if not contains(frame):
                self.offer(frame)

    def reply(self, frame: Frame) -> None:
        """Send past the holding: refusals before the snapshot."""
        if not self.closing:
            if self.outlet.ready:
                self.outlet.write(frame.wire)
            else:
                self._queue(frame)

    def close(self, code: int, reason: str = "") -> None:
        """Stop sending, tell the client, and let go."""
        if self.closing:
            return
        self.closing = True
        writer, self._writer = self._writer, None
        rest = list(self._waiting.values()) if code != OVERFLOW else []
        self._forget_waiting()
        if writer is not None:
            writer.cancel()
        for frame in rest:
            if self.outlet.ready:
                self.outlet.write(frame.wire)
        self.outlet.close(code, reason)
        if self.on_close is not None:
            self.on_close(code)

    def gone(self) -> None:
        """The socket has ended by itself."""
        self.closing = True
        self._held = None
        self._forget_waiting()
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None

    def stuck(self, now: float) -> bool:
        """Whether messages have waited too long for a reader who takes none."""
        return bool(self._waiting) and now - self._progress_at > STUCK_SECONDS

    def _hold(self, frame: Frame) -> None:
        held = self._held
        if held is None:
            return
        if len(held) < MAX_HELD:
            held.append(frame)
        elif frame.durable:
            self.close(OVERFLOW, "resync")
        else:
            self.dropped += 1

    def _queue(self, frame: Frame) -> None:
        older = self._waiting.pop(frame.slot, None)
        if older is not None:
            self._count(older, -1)
        full = self._bytes + len(frame.payload) > MAX_BYTES and self._bytes > 0
        if frame.durable:
            if full or self._durable >= MAX_DURABLE:
                self.close(OVERFLOW, "resync")
                return
        elif full or len(self._waiting) - self._durable >= MAX_EPHEMERAL:
            self.dropped += 1
            return
        self._waiting[frame.slot] = frame
        self._count(frame, 1)
        if self._writer is None:
            self._progress_at = time.monotonic()
            self._writer = asyncio.get_running_loop().create_task(self._drain())

    def _count(self, frame: Frame, direction: int) -> None:
        self._bytes += direction * len(frame.payload)
        self._durable += direction * int(frame.durable)

    def _forget_waiting(self) -> None:
        self._waiting.clear()
        self._bytes = self._durable = 0

    async def _drain(self) -> None:
        with contextlib.suppress(Exception):  # the socket is gone; its receive loop says so
            while self._waiting:
                slot = next(iter(self._waiting))
                frame = self._waiting.pop(slot)
                self._count(frame, -1)
                await self.outlet.send(frame.text)
                self._progress_at = time.monotonic()
        self._writer = None
