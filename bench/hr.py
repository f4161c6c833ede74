"""HR with 100,000 people and a million days off, beside the same with 1,000 and 10,000."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bench.servers import DATABASES, deployment
from bench.table import Row

FEW, MANY = 1_000, 100_000
ROUNDS = 25
PERSON = f"emp_{7:026d}"


def run(*, large: bool) -> list[Row]:
    rows = []
    for database in DATABASES:
        few, many = _times(database, FEW), _times(database, MANY)
        for what, seconds in many.items():
            ratio = seconds / few[what]
            rows.append(
                Row(
                    what=f"HR {what}, {MANY:,} people and {MANY * 10:,} leave entries",
                    ours=f"{seconds * 1e3:.1f} ms",
                    reference=f"{few[what] * 1e3:.1f} ms at {FEW:,} and {FEW * 10:,}",
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


def _times(database: str, people: int) -> dict[str, float]:
    """Median seconds of each call, on one kept connection, one after the other."""
    with deployment(database, PULSE_HR_RATE_LIMIT="0") as server:
        began = time.perf_counter()
        fill = [sys.executable, "-m", "bench.hr_fill", str(people)]
        subprocess.run(fill, env=server.environment, check=True)
        print(f"  {database}: {people:,} people in {time.perf_counter() - began:.0f} s", flush=True)
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
        headers = {"Authorization": f"Bearer {server.keys['PULSE_HR_KEY']}"}
        found = {what: _median(connection, path, headers) for what, path in calls().items()}
        connection.close()
        return found


def _median(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - started)
        assert answer.status == 200, f"{path} answers {answer.status}"
    return sorted(times)[ROUNDS // 2]
