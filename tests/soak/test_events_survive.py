"""Experiment T9 for events: the server is killed under load; what was acknowledged is there once."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from typing import Any

import pytest

from tests.soak.load import call
from tests.support import live

pytestmark = pytest.mark.soak

LONG = bool(os.environ.get("PULSE_TEST_SOAK"))
KILLS = 20 if LONG else 3
WRITERS = 8
PAUSE_SECONDS = 0.0 if LONG else 0.03
"""Between two events of a writer: the short run shares its machine with the rest of the suite."""
PATH = "/api/v1/pulse"


class Writers:
    """Clients that repeat an event under its insert id until it is acknowledged."""

    def __init__(self, server: live.LiveServer) -> None:
        self.url = f"{server.base_url}{PATH}/events"
        self.key = server.keys["PULSE_ANALYTICS_WRITE_KEY"]
        self.acknowledged: list[str] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(one,)) for one in range(WRITERS)]
        for thread in self.threads:
            thread.start()

    def _run(self, writer: int) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            name = f"{writer}-{number}"
            event = {"name": f"e{number % 5}", "insertId": name, "properties": {"n": name}}
            while not self.stopping.is_set():
                try:
                    call("POST", self.url, self.key, event, timeout_seconds=5)
                except OSError:  # refused, reset, or a 503 while it starts
                    time.sleep(0.05)
                else:
                    self.acknowledged.append(name)
                    break
            time.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)


def stored(server: live.LiveServer) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        url = f"{server.base_url}{PATH}/events?limit=1000&meta=1&cursor={cursor}"
        page = call("GET", url, server.keys["PULSE_ANALYTICS_QUERY_KEY"])
        events += page["data"]
        cursor = page["meta"]["nextCursor"]
    return events


def test_every_acknowledged_event_is_there_once_and_the_counts_agree():
    chance = random.Random(9)
    with live.running(PULSE_DEMO="0") as server:
        writers = Writers(server)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.4, 1.6))
            server.kill("web")
            server.start("web")
            server.ready()
        time.sleep(0.5)
        writers.stop()

        events = stored(server)
        times = Counter(event["properties"]["n"] for event in events)
        top = call(
            "GET",
            f"{server.base_url}{PATH}/reports/top-events",
            server.keys["PULSE_ANALYTICS_QUERY_KEY"],
        )["data"]

    assert len(writers.acknowledged) > WRITERS * KILLS
    assert set(writers.acknowledged) - set(times) == set()
    assert set(times.values()) == {1}
    assert {row["name"]: row["count"] for row in top} == Counter(event["name"] for event in events)
