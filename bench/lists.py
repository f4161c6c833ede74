"""A list of 20 employees with its key checked, beside the same list as one writes it first."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator

from bench.load import Outcome, drive, request_bytes
from bench.reference import KEY
from bench.servers import DATABASES, deployment, written_first
from bench.table import Row
from tests.soak.load import call
from tests.support import servers

SECONDS = 5.0
CONNECTIONS = 8
ROWS = 200


def run(*, large: bool) -> list[Row]:
    rows = []
    for database in DATABASES:
        with _reference(database) as url:
            theirs = _measure(f"{url}/employees", KEY)
        with deployment(database, PULSE_HR_RATE_LIMIT="0") as server:
            key = server.keys["PULSE_HR_KEY"]
            for number in range(ROWS):
                body = {"email": f"e{number}@example.test", "full_name": f"Employee {number}"}
                call("POST", f"{server.base_url}/v1/employees", key, body)
            ours = _measure(f"{server.base_url}/v1/employees?limit=20", key)
        ratio = ours.per_second / theirs.per_second
        rows.append(
            Row(
                what="list of 20 rows, key checked, 12 fields",
                ours=f"{ours.per_second:.0f}/s, p99 {ours.percentile(0.99) * 1e3:.0f} ms",
                reference=f"{theirs.per_second:.0f}/s, APIView + ModelSerializer, gunicorn",
                ratio=ratio,
                target="≥ 3 times",
                met=ratio >= 3 and not ours.failures,
                database=database,
            )
        )
    return rows


def _measure(url: str, key: str) -> Outcome:
    request = request_bytes("GET", url, {"Authorization": f"Bearer {key}"})
    drive(url, lambda _: request, connections=CONNECTIONS, seconds=1.0)
    return drive(url, lambda _: request, connections=CONNECTIONS, seconds=SECONDS)


@contextlib.contextmanager
def _reference(database: str) -> Iterator[str]:
    with contextlib.ExitStack() as stack:
        if database == "SQLite":
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            where = f"{folder}/reference.sqlite3"
        else:
            where = stack.enter_context(servers.killable_postgres(durable=True)).url
        yield stack.enter_context(written_first(where, rows=ROWS))
