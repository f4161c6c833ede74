"""The background sender: a bounded buffer, batches, retries with backoff, and a flush at exit."""

from __future__ import annotations

import atexit
import http.client
import json
import logging
import os
import random
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from typing import Any

log = logging.getLogger("pulse_sdk")

MAX_BATCH = 100
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0


class Sender:
    """Owns the buffer and the thread that empties it."""

    def __init__(
        self,
        api_key: str,
        api_url: str,
        batch_size: int,
        flush_interval_seconds: float,
        max_buffer: int,
        timeout_seconds: float,
    ) -> None:
        self.process = os.getpid()
        self.api_url = api_url
        self.api_key = api_key
        self.batch_size = max(1, min(batch_size, MAX_BATCH))
        self.flush_interval_seconds = flush_interval_seconds
        self.max_buffer = max_buffer
        self.timeout_seconds = timeout_seconds
        self.dropped = 0
        self._waiting: deque[dict[str, Any]] = deque()
        self._sending = 0
        self._changed = threading.Condition()
        self._flushing = 0  # who waits for a flush now
        self._asked = 0  # how often somebody has asked for one
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="pulse-sdk", daemon=True)
        self._thread.start()

    def again(self) -> Sender:
        """One like this for a forked process, which has neither the thread nor what waits here."""
        return Sender(
            self.api_key,
            self.api_url,
            self.batch_size,
            self.flush_interval_seconds,
            self.max_buffer,
            self.timeout_seconds,
        )

    def add(self, trace: dict[str, Any]) -> None:
        with self._changed:
            if len(self._waiting) >= self.max_buffer:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(trace)
            if len(self._waiting) >= self.batch_size:
                self._changed.notify_all()

    def flush(self, timeout_seconds: float) -> bool:
        """Wait until everything is sent; False when the time is up first."""
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            self._flushing += 1
            self._asked += 1
            self._changed.notify_all()
            try:
                while self._waiting or self._sending:
                    left = deadline - time.monotonic()
                    if left <= 0 or not self._thread.is_alive():
                        return False
                    self._changed.wait(min(left, 0.2))
            finally:
                self._flushing -= 1
        return True

    def stop(self, timeout_seconds: float) -> bool:
        sent = self.flush(timeout_seconds)
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(1)
        return sent

    def _run(self) -> None:
        while True:
            batch = self._next_batch()
            if batch is None:
                return
            self._deliver(batch)
            with self._changed:
                self._sending = 0
                self._changed.notify_all()

    def _next_batch(self) -> list[dict[str, Any]] | None:
        with self._changed:
            deadline = time.monotonic() + self.flush_interval_seconds
            while not self._stopping:
                due = self._flushing or time.monotonic() >= deadline
                if len(self._waiting) >= self.batch_size or (self._waiting and due):
                    break
                if due:
                    deadline = time.monotonic() + self.flush_interval_seconds
                self._changed.wait(max(0.01, min(1.0, deadline - time.monotonic())))
            if self._stopping:
                return None
            batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
            self._sending = len(batch)
            return batch

    def _deliver(self, batch: list[dict[str, Any]]) -> None:
        """Send until it is accepted; only a refusal that no repetition can mend gives up."""
        body = json.dumps(batch, default=repr).encode()
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping:
            try:
                self._post(body)
                return
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code not in (408, 425, 429):
                    self._refused(batch, error)
                    return
                problem: Exception = error
            except (OSError, http.client.HTTPException, ValueError) as error:
                problem = error
            log.warning("Pulse is not reachable, trying again: %s", problem)
            self._rest(pause * random.uniform(0.7, 1.3))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        self.dropped += len(batch)

    def _rest(self, seconds: float) -> None:
        """Pause, however many traces arrive meanwhile; somebody who flushes or stops ends it."""
        until = time.monotonic() + seconds
        with self._changed:
            asked = self._asked
            while not self._stopping and self._asked == asked:
                left = until - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)

    def _refused(self, batch: list[dict[str, Any]], error: urllib.error.HTTPError) -> None:
        """One bad trace refuses its whole batch, so each is sent alone once."""
        if error.code != 400 or len(batch) == 1:
            self.dropped += len(batch)
            log.error("Pulse refused %d traces: %s %s", len(batch), error.code, error.read(500))
            return
        for trace in batch:
            self._deliver([trace])

    def _post(self, body: bytes) -> None:
        request = urllib.request.Request(
            self.api_url.rstrip("/") + "/v1/traces/async",
            data=body,
            headers={
                "Authorization": f"Bearer {self.api_key}",
                "Content-Type": "application/json",
                "User-Agent": "pulse-traces-python/0.1.0",
            },
        )
        with urllib.request.urlopen(request, timeout=self.timeout_seconds) as response:
            response.read()


_sender: Sender | None = None


def init_pulse(
    api_key: str,
    api_url: str = "http://127.0.0.1:3000",
    *,
    batch_size: int = 10,
    flush_interval: float = 5000,
    max_buffer: int = 10_000,
    timeout: float = 10.0,
) -> None:
    """Start sending; ``flush_interval`` is in milliseconds, ``timeout`` in seconds.

    Raises ValueError for a key that is none. A second call replaces the first.
    """
    global _sender
    if not api_key.startswith("pulse_sk_"):
        raise ValueError("a Pulse key starts with pulse_sk_")
    if _sender is not None:
        _sender.stop(timeout)
    _sender = Sender(api_key, api_url, batch_size, flush_interval / 1000, max_buffer, timeout)


def _current() -> Sender | None:
    """The sender of this process."""
    global _sender
    if _sender is not None and _sender.process != os.getpid():
        _sender = _sender.again()
    return _sender


def record(trace: dict[str, Any]) -> None:
    """Hand a trace to the sender; without ``init_pulse`` it goes nowhere."""
    sender = _current()
    if sender is not None:
        sender.add(trace)


def flush(timeout: float = 10.0) -> bool:
    """Wait until everything recorded so far is sent; False when the time is up first."""
    sender = _current()
    return sender.flush(timeout) if sender is not None else True


def shutdown(timeout: float = 5.0) -> bool:
    """Flush and stop."""
    global _sender
    sender, _sender = _current(), None
    return sender.stop(timeout) if sender is not None else True


def dropped() -> int:
    """How many traces were given up: too many waiting, or refused by the server."""
    sender = _current()
    return sender.dropped if sender is not None else 0


atexit.register(shutdown)
