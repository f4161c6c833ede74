"""Deliveries a second to a local receiver, beside a bare loop of HTTP posts to the same receiver."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import requests

from bench.servers import DATABASES, deployment
from bench.table import Row
from tests.soak.load import call

EVENTS = 300
ENDPOINTS = 12
BODY = b'{"id":"evt_1","type":"employee.created","data":{"full_name":"' + b"x" * 400 + b'"}}'


def run(*, large: bool) -> list[Row]:
    rows = []
    for database in DATABASES:
        with _receiver() as url:
            bare = _bare_loop(url)
            ours = _deliveries(database, url)
        rows.append(
            Row(
                what="webhook deliveries to a local receiver",
                ours=f"{ours:.0f}/s",
                reference=f"{bare:.0f}/s, one requests.Session in a loop",
                ratio=ours / bare,
                target="≥ 0.4 of it, ≥ 300/s",
                met=ours / bare >= 0.4 and ours >= 300,
                database=database,
            )
        )
    return rows


def _bare_loop(url: str) -> float:
    session = requests.Session()
    started = time.perf_counter()
    for _ in range(1000):
        session.post(url, data=BODY, timeout=5)
    return 1000 / (time.perf_counter() - started)


def _deliveries(database: str, url: str) -> float:
    with deployment(database, PULSE_HR_RATE_LIMIT="0") as server:
        key, base = server.keys["PULSE_HR_KEY"], server.base_url
        endpoints = [
            call(
                "POST", f"{base}/v1/webhook-endpoints", key, {"url": f"{url}/{n}", "events": ["*"]}
            )["id"]
            for n in range(ENDPOINTS)
        ]
        people = [
            {"email": f"w{number}@example.test", "full_name": f"Webhook {number}"}
            for number in range(EVENTS)
        ]
        # All at once: events that come one by one are delivered before the next one is in.
        call("POST", f"{base}/v1/imports/employees", key, {"employees": people})
        before, at = _count(url), time.perf_counter()
        while (count := _count(url)) < EVENTS * len(endpoints):
            time.sleep(0.02)
        return (count - before) / (time.perf_counter() - at)


def _count(url: str) -> int:
    with urllib.request.urlopen(f"{url}/count", timeout=5) as response:
        return int(response.read())


@contextlib.contextmanager
def _receiver() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "bench.reference.receiver", str(port)])
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
