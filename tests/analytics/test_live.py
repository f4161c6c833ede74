from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from segment.analytics.client import Client

from tests.soak.load import call
from tests.support import browser

PATH = "/api/v1/pulse"
PATIENCE = 40
NODE = Path(__file__).parent / "node"


def ask(live_server, path):
    return call(
        "GET", f"{live_server.base_url}{PATH}{path}", live_server.keys["PULSE_ANALYTICS_QUERY_KEY"]
    )


def test_a_listener_hears_of_an_event_within_seconds(live_server):
    connection = http.client.HTTPConnection(urlsplit(live_server.base_url).netloc, timeout=PATIENCE)
    key = live_server.keys["PULSE_ANALYTICS_QUERY_KEY"]
    connection.request("GET", f"{PATH}/live", headers={"Authorization": f"Bearer {key}"})
    stream = connection.getresponse()
    assert stream.getheader("Content-Type") == "text/event-stream"
    before = _snapshot(stream, lambda _: True)
    url = f"{live_server.base_url}{PATH}/events"
    call("POST", url, live_server.keys["PULSE_ANALYTICS_WRITE_KEY"], {"name": "heard"})
    after = _snapshot(stream, lambda one: one["count"] > before["count"])
    connection.close()

    assert after["events"][0]["name"] == "heard"
    assert after["count"] == before["count"] + 1
    assert len(after["minutes"]) == 30


def _snapshot(stream, wanted):
    """The next snapshot of the stream that is wanted; fails after a while without one."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        line = stream.readline().decode()
        if line.startswith("data: "):
            snapshot = json.loads(line.removeprefix("data: "))
            if wanted(snapshot):
                return snapshot
    raise AssertionError(f"no such snapshot within {PATIENCE} seconds")


def test_segments_own_python_client_delivers_a_batch_that_shows_in_top_events(live_server):
    failures = []
    client = Client(
        live_server.keys["PULSE_ANALYTICS_WRITE_KEY"],
        host=f"{live_server.base_url}{PATH}/segment",
        gzip=True,
        on_error=lambda error, items: failures.append(error),
        max_retries=1,
    )
    for number in range(25):
        client.track(f"user-{number % 3}", "python.called", {"number": number})
    client.identify("user-0", {"plan": "team"})
    client.shutdown()

    top = ask(
        live_server, "/reports/top-events?name=python.called&name=user.identified&unique=users"
    )
    assert failures == []
    assert top["data"] == [
        {"name": "python.called", "count": 25, "uniqueUsers": 3},
        {"name": "user.identified", "count": 1, "uniqueUsers": 1},
    ]


def test_segments_own_node_client_delivers_a_batch_that_shows_in_top_events(live_server):
    home = Path(sys.prefix) / "segment-node"
    home.mkdir(parents=True, exist_ok=True)
    for file in NODE.iterdir():
        shutil.copy(file, home / file.name)
    if not (home / "node_modules").exists():
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        subprocess.run([*browser._command("npm"), "ci", *quiet], cwd=home, check=True)
    done = subprocess.run(
        [*browser._command("node"), "deliver.mjs",
         live_server.keys["PULSE_ANALYTICS_WRITE_KEY"], live_server.base_url],
        cwd=home, check=True, capture_output=True, text=True,
    )  # fmt: skip

    assert done.stdout == "closed\n"
    top = ask(live_server, "/reports/top-events?name=node.called&unique=users")
    assert top["data"] == [{"name": "node.called", "count": 20, "uniqueUsers": 3}]
