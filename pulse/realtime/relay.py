"""One Redis subscription per process: what other processes say to the groups listened to here."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

import structlog
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from pulse.realtime.frames import Frame, unpacked

log = structlog.get_logger(__name__)

PREFIX = "pulse:live:"
MAX_OUTGOING = 10_000
CONFIRM_SECONDS = 2.0
RETRY_SECONDS = 0.5


class RedisRelay:
    """Publishes to, and hears from, the other processes.

    ``deliver(group, frame)`` is called for what others published. When the subscription was lost and
    comes back, ``missed(groups)`` is called, because Redis keeps nothing for an absent subscriber.
    While Redis is away this process serves its own sockets.
    """

    def __init__(
        self,
        url: str,
        process: str,
        deliver: Callable[[str, Frame], None],
        missed: Callable[[list[str]], None],
    ) -> None:
        # redis-py 8 times an idle read out after 5 s, and a subscription is idle by nature.
        self._redis = aioredis.Redis.from_url(url, socket_timeout=None, socket_connect_timeout=1)
        self._process = process
        self._deliver = deliver
        self._missed = missed
        self._wanted: dict[str, asyncio.Event] = {}
        self._outgoing: deque[tuple[str, bytes]] = deque(maxlen=MAX_OUTGOING)
        self._wake_publisher = asyncio.Event()
        self._pubsub: aioredis.client.PubSub | None = None
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._listen()), loop.create_task(self._publish())]

    async def subscribe(self, group: str) -> None:
        """Hear ``group`` from now on; gives up waiting for Redis after two seconds."""
        confirmed = self._wanted.get(group)
        if confirmed is None:
            confirmed = self._wanted[group] = asyncio.Event()
            if self._pubsub is not None:
                with contextlib.suppress(RedisError, OSError):
                    await self._pubsub.subscribe(PREFIX + group)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(confirmed.wait(), CONFIRM_SECONDS)

    def unsubscribe(self, group: str) -> None:
        self._wanted.pop(group, None)
        if self._pubsub is not None:
            leaving = asyncio.ensure_future(self._unsubscribe(group))
            self._tasks.append(leaving)
            leaving.add_done_callback(self._tasks.remove)

    async def _unsubscribe(self, group: str) -> None:
        if group not in self._wanted and self._pubsub is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._pubsub.unsubscribe(PREFIX + group)
            if group in self._wanted:  # someone came in meanwhile
                with contextlib.suppress(RedisError, OSError):
                    await self._pubsub.subscribe(PREFIX + group)

    def publish(self, group: str, frame: Frame) -> None:
        """Queue for Redis; when it is away long enough the oldest are dropped."""
        self._outgoing.append((PREFIX + group, frame.packed(group, self._process)))
        self._wake_publisher.set()

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()  # type: ignore[attr-defined]

    async def _publish(self) -> None:
        while True:
            await self._wake_publisher.wait()
            self._wake_publisher.clear()
            while self._outgoing:
                batch = [self._outgoing.popleft() for _ in range(min(200, len(self._outgoing)))]
                try:
                    pipeline = self._redis.pipeline(transaction=False)
                    for channel, data in batch:
                        pipeline.publish(channel, data)
                    await pipeline.execute()
                except (RedisError, OSError) as error:
                    log.warning("live_publish_failed", error=type(error).__name__, lost=len(batch))
                    await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        connected_before = False
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(PREFIX, *(PREFIX + group for group in self._wanted))
                    self._pubsub = pubsub
                    if connected_before:
                        self._missed(list(self._wanted))
                    connected_before = True
                    async for message in pubsub.listen():
                        self._hear(message)
            except (RedisError, OSError) as error:
                log.warning("live_subscription_lost", error=type(error).__name__)
            finally:
                self._pubsub = None
            for confirmed in self._wanted.values():
                confirmed.clear()
            await asyncio.sleep(RETRY_SECONDS)

    def _hear(self, message: dict[str, object]) -> None:
        channel = message["channel"]
        name = channel.decode() if isinstance(channel, bytes) else str(channel)
        if message["type"] == "subscribe":
            confirmed = self._wanted.get(name.removeprefix(PREFIX))
            if confirmed is not None:
                confirmed.set()
        elif message["type"] == "message" and isinstance(message["data"], bytes):
            group, origin, frame = unpacked(message["data"])
            if origin != self._process:
                self._deliver(group, frame)
