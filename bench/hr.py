"""HR with 100,000 people and a million days off, beside the same with 1,000 and 10,000."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bench.servers import DATABASES, deployment
from bench.table import Row
from tests.support.live import LiveServer

FEW, MANY = 1_000, 100_000
ROUNDS = 25
PERSON = f"emp_{7:026d}"


def run(*, large: bool) -> list[Row]:
    rows = []
    for database in DATABASES:
        with _filled(database, FEW) as few, _filled(database, MANY) as many:
            for what, path in calls().items():
                before, after = _medians(path, few, many)
                ratio = after / before
                rows.append(
                    Row(
                        what=f"HR {what}, {MANY:,} people and {MANY * 10:,} leave entries",
                        ours=f"{after * 1e3:.1f} ms",
                        reference=f"{before * 1e3:.1f} ms at {FEW:,} and {FEW * 10:,}",
                        ratio=ratio,
                        target="≤ 3 times",
                        met=ratio <= 3,
                        database=database,
                    )
                )
    return rows


def calls() -> dict[str, str]:
    """What is measured → the path."""
    year = datetime.now(UTC).year
    week = f"from={year}-03-02&to={year}-03-08"
    return {
        "list": "/v1/employees?limit=50",
        "list, filtered by department": "/v1/employees?department=Department%207&limit=50",
        "list, filtered by status": "/v1/employees?status=active&limit=50",
        "list, filtered by name": "/v1/employees?q=person+77&limit=50",
        "leave list": "/v1/leave?limit=50",
        "leave list, filtered by person": f"/v1/leave?employee_id={PERSON}",
        "leave list, filtered by dates": f"/v1/leave?{week}&limit=50",
        "balance": f"/v1/leave/balance/{PERSON}",
        "org chart, two levels": f"/v1/org-chart?root={PERSON}&depth=2",
        "org chart from the top": "/v1/org-chart?depth=4",
        "calendar of a department": f"/v1/leave/calendar?{week}&department=Department%207",
        "calendar of everybody": f"/v1/leave/calendar?{week}",
    }


@contextmanager
def _filled(database: str, people: int) -> Iterator[LiveServer]:
    with deployment(database, PULSE_HR_RATE_LIMIT="0") as server:
        began = time.perf_counter()
        fill = [sys.executable, "-m", "bench.hr_fill", str(people)]
        subprocess.run(fill, env=server.environment, check=True)
        print(f"  {database}: {people:,} people in {time.perf_counter() - began:.0f} s", flush=True)
        yield server


def _medians(path: str, *servers: LiveServer) -> list[float]:
    """Median seconds of a call on each server, whose turns alternate on one kept connection each."""
    connections = [http.client.HTTPConnection(urlsplit(one.base_url).netloc) for one in servers]
    times: list[list[float]] = [[] for _ in servers]
    for _ in range(ROUNDS):
        for server, connection, taken in zip(servers, connections, times, strict=True):
            started = time.perf_counter()
            key = server.keys["PULSE_HR_KEY"]
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            answer.read()
            taken.append(time.perf_counter() - started)
            assert answer.status == 200, f"{path} answers {answer.status}"
    for connection in connections:
        connection.close()
    return [sorted(taken)[ROUNDS // 2] for taken in times]
