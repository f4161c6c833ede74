"""Group commit, acknowledged after the commit.

One thread owns one database connection. While it commits, arriving items queue up, and the next
transaction takes them all: under load a flush to disk is shared by dozens of requests, and an idle
server still answers after one commit. Nothing waits on a timer.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from pulse.errors import Unavailable

log = structlog.get_logger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_ITEMS = 500
"""Items in one transaction: enough to share a flush, few enough to keep a reader's wait short."""
MAX_PENDING = 20_000
"""Items waiting; above it the door answers 503 instead of growing without bound."""
PROVEN_SECONDS = 1.0
"""For so long after a commit the connection counts as good: a check is a round trip before each group."""


@dataclass(slots=True)
class _Waiting(Generic[Item, Result]):
    item: Item
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Result]


class GroupCommit(Generic[Item, Result]):
    """Hand over items, get each one's result after the transaction that stored it has committed.

    ``write(cursor, items)`` stores all items inside the open transaction and returns one result per
    item, in order. If it fails for a group, every item is tried alone, so that one bad item fails
    only itself. ``submit`` raises Unavailable while the database is away.
    """

    def __init__(
        self,
        write: Callable[[Any, list[Item]], Sequence[Result]],
        *,
        name: str,
        max_items: int = MAX_ITEMS,
    ) -> None:
        self._write = write
        self._name = name
        self._max_items = max_items
        self._waiting: deque[_Waiting[Item, Result]] = deque()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._stored_at = 0.0

    async def submit(self, item: Item) -> Result:
        """Store ``item`` durably and return what ``write`` said of it."""
        if len(self._waiting) >= MAX_PENDING:
            raise Unavailable(retry_after=1)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append(_Waiting(item, loop, future))
        if not self._wake.is_set():  # set() takes a lock, and under load the writer is awake
            self._wake.set()
        if self._thread is None:
            self._start()
        return await future

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=f"pulse-ingest-{self._name}", daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._waiting:
                count = min(len(self._waiting), self._max_items)
                self._commit([self._waiting.popleft() for _ in range(count)])

    def _commit(self, group: list[_Waiting[Item, Result]]) -> None:
        try:
            results = self._store([one.item for one in group])
        except (OperationalError, InterfaceError) as error:
            log.warning("ingest_without_database", door=self._name, error=type(error).__name__)
            connection.close()
            self._fail(group, Unavailable(retry_after=1))
        except Exception as error:
            if len(group) > 1:
                for one in group:
                    self._commit([one])
                return
            if isinstance(error, DatabaseError):
                connection.close()
            self._fail(group, error)
        else:
            _settle(group, list(results))

    def _store(self, items: list[Item]) -> Sequence[Result]:
        if time.monotonic() - self._stored_at > PROVEN_SECONDS:
            connection.close_if_unusable_or_obsolete()
        with transaction.atomic(), connection.cursor() as cursor:
            results = self._write(cursor, items)
        self._stored_at = time.monotonic()
        return results

    def _fail(self, group: list[_Waiting[Item, Result]], error: Exception) -> None:
        for one in group:
            _in_loop(one.loop, _refuse, one.future, error)


def _settle(group: list[_Waiting[Any, Any]], results: list[Any]) -> None:
    """Wake every waiter of a loop with one call: a wake-up each would cost as much as the insert."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for one, result in zip(group, results, strict=True):
        by_loop.setdefault(one.loop, []).append((one.future, result))
    for loop, pairs in by_loop.items():
        _in_loop(loop, _resolve, pairs)


def _resolve(pairs: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in pairs:
        if not future.done():
            future.set_result(result)


def _refuse(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _in_loop(loop: asyncio.AbstractEventLoop, work: Callable[..., None], *args: Any) -> None:
    try:
        loop.call_soon_threadsafe(work, *args)
    except RuntimeError:  # the loop has closed: nobody waits any more
        log.info("ingest_waiter_gone")
