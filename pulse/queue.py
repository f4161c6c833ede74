"""Background work by name, handed over after the commit.

``defer`` is a hint that may be lost between the commit and the broker: it carries only work that a
pump would find again in the database, or that nobody misses. At scale it goes through Celery; on the
embedded default it runs in a small thread pool of the server process.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections, transaction

from pulse.celery import app

log = structlog.get_logger(__name__)

PENDING_HINTS = 10_000
EMBEDDED_THREADS = 2


def defer(name: str, **ids: Any) -> None:
    """Run the task called ``name`` soon after this transaction commits. Pass ids, never objects."""
    transaction.on_commit(lambda: send(name, ids), robust=True)


def kick(pump: str) -> None:
    """Wake the pump called ``pump`` after this transaction commits, instead of at its next period."""
    defer("pulse.tasks.kick", pump=pump)


def send(name: str, ids: dict[str, Any]) -> None:
    """Hand over now. Never waits for a broker and never raises: a lost hint costs time, not work."""
    if settings.PULSE_REDIS_URL:
        _publisher().offer(name, ids)
    else:
        _embedded_pool().submit(_run_here, name, ids)


@cache
def _tasks() -> Any:
    """The registry. Celery fills it by itself in workers only, so other processes ask it to."""
    app.loader.import_default_modules()
    return app.tasks


def _run_here(name: str, ids: dict[str, Any]) -> None:
    try:
        _tasks()[name].run(**ids)
    except Exception:
        log.exception("deferred_task_failed", task=name)
    finally:
        close_old_connections()


@cache
def _embedded_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(EMBEDDED_THREADS, thread_name_prefix="pulse-deferred")


class _Publisher:
    """A daemon thread that talks to the broker, so that no request ever waits for Redis."""

    def __init__(self) -> None:
        self.hints: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue(PENDING_HINTS)
        self.dropped = 0
        threading.Thread(target=self._publish, name="pulse-publisher", daemon=True).start()

    def offer(self, name: str, ids: dict[str, Any]) -> None:
        try:
            self.hints.put_nowait((name, ids))
        except queue.Full:
            self.dropped += 1

    def _publish(self) -> None:
        while True:
            name, ids = self.hints.get()
            try:
                _tasks()[name].apply_async(kwargs=ids, queue=_queue_of(name, ids))
            except Exception as error:
                self.dropped += 1
                log.warning("hint_dropped", task=name, error=type(error).__name__)


def _queue_of(name: str, ids: dict[str, Any]) -> str:
    from pulse import pump  # the pumps' table needs the app registry

    return pump.queue_of(ids["pump"]) if name == "pulse.tasks.kick" else "default"


@cache
def _publisher() -> _Publisher:
    return _Publisher()
