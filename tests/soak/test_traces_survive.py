"""Experiment T9: what was answered 202 is stored once, whichever process is killed when."""

from __future__ import annotations

import os
import random
import threading
import time
import urllib.error
import uuid
from typing import Any

import pytest

from tests.soak.load import call
from tests.support import live, servers

pytestmark = pytest.mark.soak

LONG = bool(os.environ.get("PULSE_TEST_SOAK"))
KILLS = 20 if LONG else 3
AWAY_SECONDS = 10.0 if LONG else 3.0
BATCHES_PER_SECOND = 20
SETTLED_SECONDS = 60.0
MONTH = "date_from=2026-01-01T00:00:00Z&date_to=2026-02-01T00:00:00Z"
"""Where this load's traces are dated; sample data is not."""


class Tracing:
    """Posts batches of ten as a client would, except that it remembers what was accepted."""

    def __init__(self, server: live.LiveServer) -> None:
        self.server = server
        self.key = server.keys["PULSE_TRACES_KEY"]
        self.accepted: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Tracing:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

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


def test_what_was_accepted_is_stored_once_whichever_process_is_killed():
    chance = random.Random(9)
    with live.running(PULSE_DEMO="0") as server:
        with Tracing(server) as load:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.5, 2.0))
                name = chance.choice(sorted(server.commands))
                server.kill(name)
                server.start(name)
                server.ready()
            time.sleep(1)

        assert len(load.accepted) > 50
        check(server, load.accepted)


@pytest.mark.once  # the database is its own
def test_a_database_that_goes_away_costs_nothing_that_was_accepted():
    with (
        servers.killable_postgres(durable=True) as postgres,
        live.running(database=postgres.url, PULSE_DEMO="0") as server,
    ):
        with Tracing(server) as load:
            time.sleep(1)
            postgres.kill()
            time.sleep(AWAY_SECONDS)
            postgres.start()
            time.sleep(3)

        assert len(load.accepted) > 50
        check(server, load.accepted)
