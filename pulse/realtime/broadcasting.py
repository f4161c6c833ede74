"""Saying something to sockets from synchronous code: after the commit, and never in its way."""

from __future__ import annotations

import queue
import threading
from functools import cache

import structlog
from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.exceptions import RedisError

from pulse.realtime import hub
from pulse.realtime.frames import Frame
from pulse.realtime.relay import PREFIX

log = structlog.get_logger(__name__)

PENDING = 10_000


def broadcast(group: str, *frames: Frame) -> None:
    """Send ``frames`` to ``group`` once this transaction has committed; best effort, in order."""
    transaction.on_commit(lambda: send(group, *frames), robust=True)


def send(group: str, *frames: Frame) -> None:
    """Send now, from any thread. A process without sockets of its own hands over to Redis."""
    running = hub.current()
    if running is not None:
        for frame in frames:
            running.loop.call_soon_threadsafe(running.publish, group, frame)
    elif settings.PULSE_REDIS_URL:
        for frame in frames:
            _publisher().offer(PREFIX + group, frame.packed(group, ""))


class _Publisher:
    """A daemon thread that talks to Redis for processes without an event loop."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[tuple[str, bytes]] = queue.Queue(PENDING)
        self.redis = Redis.from_url(
            settings.PULSE_REDIS_URL, socket_timeout=2, socket_connect_timeout=1
        )
        threading.Thread(target=self._run, name="pulse-live", daemon=True).start()

    def offer(self, channel: str, data: bytes) -> None:
        try:
            self.waiting.put_nowait((channel, data))
        except queue.Full:
            log.warning("live_message_dropped")

    def _run(self) -> None:
        while True:
            channel, data = self.waiting.get()
            try:
                self.redis.publish(channel, data)
            except RedisError as error:
                log.warning("live_message_dropped", error=type(error).__name__)


@cache
def _publisher() -> _Publisher:
    return _Publisher()
