"""Pumps: threads that find due rows in the database and do them.

The pump is the guarantee; a kick only makes it fast. Pumps run in the server process on the embedded
default and in every Celery worker at scale, where SKIP LOCKED keeps them out of each other's way.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from functools import cache

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections
from django.utils.module_loading import import_string

from pulse import products

log = structlog.get_logger(__name__)

MAX_BACKOFF_SECONDS = 15.0
PATIENCE = 3
"""How much rarer a pump looks for work unasked where that may be: in the one process every kick arrives,
and at scale, where a broker may lose one, after a minute of peace. Looking in vain is idle CPU."""
PEACE_SECONDS = 60.0
IMPATIENT_SECONDS = 30.0
"""Pumps that look this rarely have their own reason, such as an alert's minute, and keep to it."""
KERNEL_PUMPS: tuple[products.Pump, ...] = (
    products.Pump(
        "webhooks",
        "pulse.webhooks.delivery.pump",
        period_seconds=1,
        queue="webhooks",
        stop="pulse.webhooks.delivery.stop",
    ),
    products.Pump("mail", "pulse.mail.services.send_due", period_seconds=5),
    products.Pump("incidents", "pulse.incidents.services.tell", period_seconds=15),
    products.Pump("exports", "pulse.exports.services.write_next", period_seconds=5),
    products.Pump("audit", "pulse.audit.services.seal_entries", period_seconds=5),
    products.Pump("housekeeping", "pulse.housekeeping.sweep", period_seconds=60),
)
EMBEDDED_PUMPS: tuple[products.Pump, ...] = (
    products.Pump("checkpoints", "pulse.db.sqlite.checkpoints.run", period_seconds=0.1),
)

_running: dict[str, _Runner] = {}


@cache
def all_pumps() -> tuple[products.Pump, ...]:
    of_this_mode = EMBEDDED_PUMPS if settings.PULSE_EMBEDDED else ()
    return KERNEL_PUMPS + of_this_mode + tuple(products.pumps())


def queue_of(name: str) -> str:
    return next((pump.queue for pump in all_pumps() if pump.name == name), "default")


def pause_seconds(period_seconds: float, *, failures: int, quiet_seconds: float) -> float:
    """How long a pump with nothing to do waits before it looks again unasked.

    ``failures`` in a row make it longer; ``quiet_seconds`` ago it was kicked or found something.
    """
    if failures:
        return min(MAX_BACKOFF_SECONDS, 0.5 * 2 ** min(failures, 6)) * random.uniform(0.5, 1.5)  # noqa: S311
    patient = settings.PULSE_EMBEDDED or quiet_seconds > PEACE_SECONDS
    if patient and period_seconds < IMPATIENT_SECONDS:
        return period_seconds * PATIENCE
    return period_seconds


class _Runner(threading.Thread):
    def __init__(self, pump: products.Pump) -> None:
        super().__init__(name=f"pulse-pump-{pump.name}", daemon=True)
        self.pump = pump
        self.work: Callable[[], int] = import_string(pump.run)
        self.wake = threading.Event()
        self.stopping = threading.Event()
        self.asked_at = time.monotonic()
        """When it was last kicked, or last found something to do."""
        self.stop_by = 0.0

    def run(self) -> None:
        failures = 0
        while not self.stopping.is_set():
            self.wake.clear()
            try:
                done = self.work()
                failures = 0
            except Exception as error:
                done, failures = 0, failures + 1
                self._complain(error, failures)
            finally:
                close_old_connections()
            if done or self.wake.wait(self._pause_seconds(failures)):
                self.asked_at = time.monotonic()
        self._finish()
        connections.close_all()

    def _pause_seconds(self, failures: int) -> float:
        quiet_seconds = time.monotonic() - self.asked_at
        return pause_seconds(
            self.pump.period_seconds, failures=failures, quiet_seconds=quiet_seconds
        )

    def _finish(self) -> None:
        """Let the work end what it has begun: sends in flight are written down, leases given back."""
        if not self.pump.stop:
            return
        try:
            import_string(self.pump.stop)(max(0.0, self.stop_by - time.monotonic() - 0.5))
        except Exception as error:
            self._complain(error, 1)

    def _complain(self, error: Exception, failures: int) -> None:
        """A database that is away is said once in a while; anything else is a bug with its trace."""
        if isinstance(error, DatabaseError):
            log.warning("pump_waits_for_database", pump=self.pump.name, failures=failures)
        else:
            log.error("pump_failed", pump=self.pump.name, failures=failures, exc_info=error)

    def stop(self, deadline: float) -> None:
        self.stop_by = deadline
        self.stopping.set()
        self.wake.set()


def start(queues: set[str] | None = None) -> None:
    """Start the pumps of these queues (None: all) in this process, once."""
    for pump in all_pumps():
        if (queues is None or pump.queue in queues) and pump.name not in _running:
            _running[pump.name] = _Runner(pump)
            _running[pump.name].start()


def kick(name: str) -> None:
    runner = _running.get(name)
    if runner is not None:
        runner.wake.set()


def stop(timeout_seconds: float = 5.0) -> None:
    """Ask every pump to finish what it holds, and wait for them together."""
    deadline = time.monotonic() + timeout_seconds
    for runner in _running.values():
        runner.stop(deadline)
    for runner in _running.values():
        runner.join(max(0.0, deadline - time.monotonic()))
    _running.clear()
