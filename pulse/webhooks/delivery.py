"""The webhook pump: claims due deliveries, sends them in a bounded pool, settles them in batches.

Only the pump's own thread talks to the database; the pool's threads talk to receivers. So no
transaction is ever open over an HTTP call, results of many sends share one commit, and 24 slow
receivers cost no connections.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from datetime import UTC, datetime

import structlog
from django.db import InterfaceError, OperationalError

from pulse import pump as pumps
from pulse.outbound import client
from pulse.webhooks import claims, courier
from pulse.webhooks.courier import Job, Result

log = structlog.get_logger(__name__)

SLOTS = 24
FEW = 2
"""Threads while receivers are quick; more would fight over the interpreter (bench/webhooks.py)."""
REST_SECONDS = 1.0
MAX_OUTSTANDING = 2 * SLOTS
RETRY_SHARE = SLOTS  # of MAX_OUTSTANDING: first attempts always keep half
GATHER_SECONDS = 0.005
"""How long ended sends are gathered: a round costs ten queries, for one result or for fifty."""


class Dispatcher:
    """The sends of one process: what is in flight, and what has ended but is not written down."""

    def __init__(self) -> None:
        self.in_flight: dict[int, Job] = {}
        self.waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.finished: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self.unsettled: list[Result] = []
        self.threads: list[threading.Thread] = []
        self.staff = threading.Lock()  # so that nobody leaves at the moment a job comes in
        self.stopping = False

    def run_once(self, now: datetime) -> int:
        """Settle what has ended, claim what there is room for; how many rows that touched."""
        client.close_idle()
        if self.in_flight:
            time.sleep(GATHER_SECONDS)
        settled = self.settle()
        if not settled and self.waiting.qsize():
            self._hire(SLOTS)  # those at work wait for slow receivers
        if self.stopping or self.waiting.qsize() > SLOTS // 2:
            return settled
        jobs = claims.claim(now, capacity=self._room(), retry_capacity=self._retry_room())
        for job in jobs:
            self._start(job)
        return settled + len(jobs)

    def settle(self) -> int:
        """Write down finished sends; they are kept for the next try when the database is away."""
        while len(self.unsettled) < claims.BATCH:
            try:
                self.unsettled.append(self.finished.get_nowait())
            except queue.Empty:
                break
        if not self.unsettled:
            return 0
        try:
            claims.settle(self.unsettled)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            self._settle_one_by_one()
        count = len(self.unsettled)
        for result in self.unsettled:
            self.in_flight.pop(result.job.delivery_pk, None)
        self.unsettled = []
        return count

    def _settle_one_by_one(self) -> None:
        """One result that cannot be written must not hold the others up; its lease ends by itself."""
        for result in self.unsettled:
            try:
                claims.settle([result])
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                log.exception("result_not_settled", delivery=result.job.delivery_id)

    def _room(self) -> int:
        return min(claims.BATCH, MAX_OUTSTANDING - len(self.in_flight))

    def _retry_room(self) -> int:
        return RETRY_SHARE - sum(not job.first_lane for job in self.in_flight.values())

    def _start(self, job: Job) -> None:
        self.in_flight[job.delivery_pk] = job
        with self.staff:
            self.waiting.put(job)
        self._hire(FEW)

    def _hire(self, most: int) -> None:
        """Daemon threads, for those of an executor keep a process alive until the last hung receiver
        has run into its deadline."""
        with self.staff:
            while len(self.threads) < min(most, len(self.in_flight)):
                thread = threading.Thread(target=self._carry_on, name="pulse-courier", daemon=True)
                self.threads.append(thread)
                thread.start()

    def _carry_on(self) -> None:
        """Send what waits, until there has been nothing for a second."""
        while (job := self._next()) is not None:
            self.finished.put(_carried(job))
            pumps.kick("webhooks")

    def _next(self) -> Job | None:
        """The next job; None for a thread that is not wanted any more."""
        try:
            job = self.waiting.get(timeout=REST_SECONDS)
        except queue.Empty:
            job = None
        with self.staff:
            if job is None and not self.stopping:
                with contextlib.suppress(queue.Empty):
                    job = self.waiting.get_nowait()
            if job is None:
                self.threads.remove(threading.current_thread())
        return job

    def drain(self, timeout_seconds: float) -> bool:
        """Wait until nothing is in flight, settling as sends end; False when time ran out."""
        deadline = time.monotonic() + timeout_seconds
        self._hire(SLOTS)
        while self.in_flight or self.unsettled:
            if not self.settle():
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.005)
        return True

    def stop(self, timeout_seconds: float) -> None:
        """Finish what was sent, hand back what was not; what still hangs is left to its lease's end."""
        self.stopping = True
        while True:
            try:
                job = self.waiting.get_nowait()
            except queue.Empty:
                break
            if job is not None:
                self.finished.put(courier.released(job))
        for _ in list(self.threads):
            self.waiting.put(None)
        self.drain(timeout_seconds)


def _carried(job: Job) -> Result:
    try:
        return courier.carry(job)
    except Exception as error:
        log.exception("courier_failed", delivery=job.delivery_id)
        return courier.failed(job, error)  # it costs an attempt, or a bug would loop


_dispatcher = Dispatcher()


def pump() -> int:
    """Do what is due; the ``webhooks`` pump calls this."""
    return _dispatcher.run_once(datetime.now(UTC))


def drain(timeout_seconds: float = 20.0) -> bool:
    """Wait for the sends of this process to end and be written down."""
    return _dispatcher.drain(timeout_seconds)


def stop(timeout_seconds: float) -> None:
    """End this process's sends; the pump calls it once it claims no more. A later pump starts anew."""
    global _dispatcher
    _dispatcher.stop(timeout_seconds)
    _dispatcher = Dispatcher()
