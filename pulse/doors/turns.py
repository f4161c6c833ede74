"""Threads that take turns: the next job waits for the thread at work, unless that one is stuck.

Python runs one thread at a time, and threads that fight over the interpreter waste it: a list cost
1.62 ms of CPU with four threads of an ordinary pool and 1.00 with one (2026-11-21, bench/lists.py).
One thread alone would let a slow request hold up all others. So a second one takes over as soon as
the first has been at the same job for longer than nearly every request takes: it waits for a
database or a file, or computes something long.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

STUCK_SECONDS = 0.003


class Turns(Executor):
    """At most ``threads`` daemon threads, of which as few as possible run at once."""

    def __init__(self, threads: int, name: str) -> None:
        self._most, self._name = threads, name
        self._lock = threading.Lock()
        self._jobs: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._idle: list[_Worker] = []
        self._workers: list[_Worker] = []
        self._queued = threading.Event()
        self._watch = threading.Thread(target=self._look, name=f"{name}-watch", daemon=True)

    def submit(
        self,
        fn: Callable[Arguments, Result],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Future[Result]:
        future: Future[Result] = Future()
        with self._lock:
            self._jobs.append((future, lambda: fn(*args, **kwargs)))
            if not self._wake_if_stuck() and not self._queued.is_set():
                self._queued.set()
                if not self._watch.is_alive():
                    self._watch.start()
        return future

    def _wake_if_stuck(self) -> bool:
        """Give the first job to one more thread where all that run are stuck; the lock is held."""
        busy = len(self._workers) - len(self._idle)
        if busy >= self._most or self._progress():
            return False
        if self._idle:
            worker = self._idle.pop()  # the one that ran last: its caches are warm
        else:
            worker = _Worker(self, f"{self._name}-{len(self._workers)}")
            self._workers.append(worker)
            worker.start()
        worker.hand(*self._jobs.popleft())
        return True

    def _progress(self) -> bool:
        """Whether some thread began its job a moment ago."""
        since = time.monotonic() - STUCK_SECONDS
        return any(worker.began > since for worker in self._workers)

    def next_for(self, worker: _Worker) -> None:
        """What a thread does after a job: the next one, unless another thread is getting on."""
        with self._lock:
            worker.began = 0.0
            if self._jobs and not self._progress():
                worker.hand(*self._jobs.popleft())
            else:
                self._idle.append(worker)

    def leave(self, worker: _Worker) -> None:
        """The thread is about to wait, so another one may begin."""
        with self._lock:
            worker.began = 0.0
            if self._jobs:
                self._wake_if_stuck()

    def _look(self) -> None:
        """While jobs wait, see to it that somebody gets on."""
        while True:
            self._queued.wait()
            time.sleep(STUCK_SECONDS)
            with self._lock:
                while self._jobs and self._wake_if_stuck():
                    pass
                if not self._jobs:
                    self._queued.clear()


def while_away(execute: Callable[..., Any], *query: Any) -> Any:
    """A wrapper of Django's for queries: who waits for a database server lets the next job begin."""
    worker = threading.current_thread()
    if not isinstance(worker, _Worker):
        return execute(*query)
    worker.turns.leave(worker)
    try:
        return execute(*query)
    finally:
        worker.began = time.monotonic()


class _Worker(threading.Thread):
    """One thread; ``began`` is when it took its job or came back to it, 0 while it has none."""

    def __init__(self, turns: Turns, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.turns = turns
        self.began = 0.0
        self._job: tuple[Future[Any], Callable[[], Any]] | None = None
        self._wake = threading.Lock()
        self._wake.acquire()

    def hand(self, future: Future[Any], work: Callable[[], Any]) -> None:
        self.began = time.monotonic()
        self._job = (future, work)
        self._wake.release()

    def run(self) -> None:
        while True:
            self._wake.acquire()
            if self._job is not None:
                _carry_out(*self._job)
                self._job = None
            self.turns.next_for(self)


def _carry_out(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
