"""HR with 100,000 people and a million days off, beside the same with 1,000 and 10,000."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime

from bench.servers import DATABASES, deployment
from bench.table import Row

FEW, MANY, LARGE = 1_000, 20_000, 100_000
CALLS = 20
PERSON = f"emp_{7:026d}"


def run(*, large: bool) -> list[Row]:
    many = LARGE if large else MANY
    rows = []
    for database in DATABASES:
        few_times, many_times = _times(database, FEW), _times(database, many)
        for what, seconds in many_times.items():
            ratio = seconds / few_times[what]
            rows.append(
                Row(
                    what=f"HR {what}, {many:,} people and {many * 10:,} leave entries",
                    ours=f"{seconds * 1e3:.1f} ms",
                    reference=f"{few_times[what] * 1e3:.1f} ms at {FEW:,} and {FEW * 10:,}",
                    ratio=ratio,
                    target="≤ 3 times",
                    met=ratio <= 3,
                    database=database,
                )
            )
    return rows


def _times(database: str, people: int) -> dict[str, float]:
    """Median seconds of each call, on one connection at a time."""
    year = datetime.now(UTC).year
    paths = {
        "list": "/v1/employees?limit=50",
        "filter": "/v1/employees?department=Department%207&limit=50",
        "leave list": "/v1/leave?limit=50",
        "leave of one": f"/v1/leave?employee_id={PERSON}",
        "balance": f"/v1/leave/balance/{PERSON}",
        "org chart": f"/v1/org-chart?root={PERSON}&depth=2",
        "calendar": f"/v1/leave/calendar?from={year}-03-02&to={year}-03-08&department=Department%207",
    }
    with deployment(database, PULSE_HR_RATE_LIMIT="0") as server:
        fill = [sys.executable, "-m", "bench.hr_fill", str(people)]
        subprocess.run(fill, env=server.environment, check=True)
        key = server.keys["PULSE_HR_KEY"]
        return {what: _median(f"{server.base_url}{path}", key) for what, path in paths.items()}


def _median(url: str, key: str) -> float:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        with urllib.request.urlopen(request) as answer:
            answer.read()
        times.append(time.perf_counter() - started)
    return sorted(times)[CALLS // 2]
