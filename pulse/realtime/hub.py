"""The process-local hub: who listens to which group, and the hand-over to the other processes.

It stands in for a channel layer, which delivers a tenth of the messages and drops some. Everything
here runs on the server's event loop; other threads come in through ``pulse.realtime.broadcasting``.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from django.conf import settings

from pulse.realtime.connection import OVERFLOW, Connection
from pulse.realtime.frames import Frame
from pulse.realtime.relay import RedisRelay

log = structlog.get_logger(__name__)

GAP_SECONDS = 0.25
SWEEP_SECONDS = 2.5
DRAIN_PAUSE_SECONDS = 0.05

Sweep = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Group:
    """The listeners of one name, and the order of its numbered messages."""

    members: dict[str, Connection] = field(default_factory=dict)
    delivered: int = 0
    early: dict[int, Frame] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None


class Hub:
    """All groups with a listener in this process."""

    def __init__(self) -> None:
        self.process = uuid.uuid4().hex
        self.loop = asyncio.get_running_loop()
        self.groups: dict[str, Group] = {}
        self.connections: dict[str, Connection] = {}
        self.sweeps: list[Sweep] = []
        self.draining = False
        self._sweeper = self.loop.create_task(self._sweep())
        self.relay: RedisRelay | None = None
        if settings.PULSE_REDIS_URL:
            self.relay = RedisRelay(
                settings.PULSE_REDIS_URL, self.process, self.deliver, self.resynchronize
            )

    async def join(self, connection: Connection, name: str) -> None:
        """Listen to ``name``. When this returns nothing said afterwards is missed."""
        group = self.groups.setdefault(name, Group())
        group.members[connection.id] = connection
        self.connections[connection.id] = connection
        if self.relay is not None:
            await self.relay.subscribe(name)

    def leave(self, connection: Connection, name: str) -> None:
        group = self.groups.get(name)
        if group is None or group.members.pop(connection.id, None) is None:
            return
        if not group.members:
            if group.timer is not None:
                group.timer.cancel()
            del self.groups[name]
            if self.relay is not None:
                self.relay.unsubscribe(name)

    def forget(self, connection: Connection) -> None:
        self.connections.pop(connection.id, None)

    def publish(self, name: str, frame: Frame) -> None:
        """Deliver to every listener, here and in the other processes."""
        self.deliver(name, frame)
        if self.relay is not None:
            self.relay.publish(name, frame)

    def deliver(self, name: str, frame: Frame) -> None:
        """Deliver to the listeners in this process, numbered messages in their order.

        Two threads, or two processes, may announce neighbouring commits the other way round: a
        message that comes early waits up to 0.25 s for the one before it.
        """
        group = self.groups.get(name)
        if group is None:
            return
        if not frame.sequence or frame.sequence <= group.delivered + 1 or not group.delivered:
            self._pass_on(group, frame)
            self._catch_up(group)
            return
        group.early[frame.sequence] = frame
        if group.timer is None:
            group.timer = self.loop.call_later(GAP_SECONDS, self._give_up, group)

    def resynchronize(self, names: list[str]) -> None:
        """Messages may have been missed: let the listeners come back for a fresh snapshot."""
        for name in names:
            group = self.groups.get(name)
            for connection in list(group.members.values()) if group else []:
                delay = random.uniform(0, 2.0)  # noqa: S311 - spreads load, guards nothing
                self.loop.call_later(delay, connection.close, OVERFLOW, "resync")

    async def drain(self, seconds: float) -> None:
        """Close every socket in random order over at most ``seconds``, and let no other in.

        Clients come back a second after they were closed; all at once they would be a storm for
        whoever is left. A few sockets are no storm and are not waited for.
        """
        self.draining = True
        connections = list(self.connections.values())
        random.shuffle(connections)
        pause = min(DRAIN_PAUSE_SECONDS, seconds / max(1, len(connections)))
        for connection in connections:
            connection.close(1012, "restarting")
            await asyncio.sleep(pause)

    async def stop(self) -> None:
        self._sweeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._sweeper
        if self.relay is not None:
            await self.relay.stop()

    def _pass_on(self, group: Group, frame: Frame) -> None:
        group.delivered = max(group.delivered, frame.sequence)
        if frame.only:
            connection = group.members.get(frame.only)
            if connection is not None:
                connection.offer(frame)
            return
        for connection in list(group.members.values()):
            if connection.id != frame.skip:
                connection.offer(frame)

    def _catch_up(self, group: Group) -> None:
        while (following := group.early.pop(group.delivered + 1, None)) is not None:
            self._pass_on(group, following)
        if not group.early and group.timer is not None:
            group.timer.cancel()
            group.timer = None

    def _give_up(self, group: Group) -> None:
        group.timer = None
        for sequence in sorted(group.early):
            self._pass_on(group, group.early.pop(sequence))

    async def _sweep(self) -> None:
        """Hang up on readers who take nothing, and do what products asked to have done regularly."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = time.monotonic()
            for connection in list(self.connections.values()):
                if connection.stuck(now):
                    connection.close(OVERFLOW, "resync")
            for sweep in list(self.sweeps):
                try:
                    await sweep()
                except Exception:
                    log.exception("realtime_sweep_failed")


_current: Hub | None = None


def current() -> Hub | None:
    """This process's hub if its event loop runs, from any thread."""
    return _current if _current is not None and _current.loop.is_running() else None


def hub() -> Hub:
    """This process's hub, made on first use; only on the event loop."""
    global _current
    if _current is None or _current.loop is not asyncio.get_running_loop():
        _current = Hub()
    return _current
