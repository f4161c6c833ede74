"""A steady load that remembers what was accepted, what was refused, and when."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Failure:
    at: float
    """Seconds of the monotonic clock."""
    what: str


def call(method: str, url: str, key: str, body: Any = None, timeout_seconds: float = 10) -> Any:
    """One JSON request; raises HTTPError and OSError as urllib does."""
    request = urllib.request.Request(
        url,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout_seconds) as response:
            raw = response.read()
    except http.client.HTTPException as error:  # the server died in the middle of its answer
        raise ConnectionError(type(error).__name__) from error
    return json.loads(raw) if raw else None


class Background:
    """What ``_run`` does, in a thread, while the block lasts: until ``_stop`` is set."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        raise NotImplementedError


@dataclass
class Hiring(Background):
    """Creates employees at ``per_second`` in a thread; each accepted one must be announced."""

    base_url: str
    key: str
    per_second: float
    accepted: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            due = time.monotonic() + 1 / self.per_second
            body = {"email": f"soak-{number}@example.test", "full_name": f"Soak {number}"}
            try:
                hired = call("POST", f"{self.base_url}/v1/employees", self.key, body)
                self.accepted.append(hired["id"])
            except urllib.error.HTTPError as error:
                self.failures.append(Failure(time.monotonic(), str(error.code)))
            except OSError as error:
                self.failures.append(Failure(time.monotonic(), type(error).__name__))
            self._stop.wait(max(0.0, due - time.monotonic()))


def failed_outside(failures: list[Failure], windows: list[tuple[float, float]]) -> list[Failure]:
    """The failures that fall into none of these spans."""
    return [one for one in failures if not any(start <= one.at <= end for start, end in windows)]
