"""Traces under experiment: a load that remembers what was accepted, and what must be stored then."""

from __future__ import annotations

import time
import urllib.error
import uuid
from typing import Any

from tests.soak.load import Background, call
from tests.support import live

BATCHES_PER_SECOND = 20
SETTLED_SECONDS = 60.0
MONTH = "date_from=2026-01-01T00:00:00Z&date_to=2026-02-01T00:00:00Z"
"""Where this load's traces are dated; sample data is not."""


class Load(Background):
    """Posts batches of ten as a client would, except that it remembers what was accepted."""

    def __init__(self, server: live.LiveServer) -> None:
        self.server = server
        self.key = server.keys["PULSE_TRACES_KEY"]
        self.accepted: list[str] = []
        super().__init__()

    def _run(self) -> None:
        while not self._stop.is_set():
            items = [make_trace() for _ in range(10)]
            try:
                call("POST", f"{self.server.base_url}/v1/traces/async", self.key, items, 5)
            except (OSError, urllib.error.HTTPError):
                time.sleep(0.05)
                continue
            self.accepted += [item["trace_id"] for item in items]
            time.sleep(1 / BATCHES_PER_SECOND)


def make_trace() -> dict[str, Any]:
    return {
        "trace_id": str(uuid.uuid4()),
        "timestamp": "2026-01-25T06:30:00Z",
        "provider": "openai",
        "model_requested": "gpt-4o",
        "request_body": {"messages": []},
        "status": "success",
        "latency_ms": 1,
        "input_tokens": 1,
        "output_tokens": 1,
        "session_id": "soak",
    }


def stored_ids(server: live.LiveServer) -> list[str]:
    key, found, offset = server.keys["PULSE_TRACES_KEY"], [], 0
    while True:
        url = f"{server.base_url}/v1/traces?{MONTH}&spelling=camel&limit=1000&offset={offset}"
        page = call("GET", url, key, timeout_seconds=30)
        found += [row["traceId"] for row in page["traces"]]
        offset += 1000
        if offset >= page["total"]:
            assert len(found) == page["total"]
            return found


def settle(server: live.LiveServer) -> None:
    url = f"{server.base_url}/v1/analytics/settings"
    deadline = time.monotonic() + SETTLED_SECONDS
    while call("GET", url, server.keys["PULSE_TRACES_KEY"])["backlog"]["inbox"]:
        assert time.monotonic() < deadline, "the inbox was not digested"
        time.sleep(0.2)


def check(server: live.LiveServer, accepted: list[str]) -> None:
    """0 lost, 0 double, 0 dead, and the roll-ups count what the rows hold."""
    settle(server)
    found = stored_ids(server)
    key = server.keys["PULSE_TRACES_KEY"]
    dead = call("GET", f"{server.base_url}/v1/analytics/dead-letters", key)
    assert dead["total"] == 0, dead["deadLetters"][0]
    assert len(found) == len(set(found))
    lost = [position for position, one in enumerate(accepted) if one not in set(found)]
    assert lost == [], f"{len(lost)} of {len(accepted)} are lost"
    report = call("GET", f"{server.base_url}/v1/analytics?{MONTH}", key)
    assert report["totalRequests"] == len(found)
    assert report["totalTokens"]["input"] == len(found)
