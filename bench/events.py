"""Events: one and a hundred a request beside the barest handler and insert, and top events at a million."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.events_fill import DAY_MS, fill
from bench.load import Outcome, drive, request_bytes
from bench.reference import KEY
from bench.servers import (
    DATABASES,
    bare_handler,
    beside,
    connected,
    deployment,
    written_first,
)
from bench.table import Row
from tests.support.live import LiveServer

SECONDS = 5.0
SINGLES, BATCHES = 64, 8
VIEW_CONNECTIONS = 8
"""For the view with four threads: more would only queue."""
PER_BATCH = 100
PATH = "/api/v1/pulse"


def run(*, large: bool) -> Iterator[Row]:
    for database in DATABASES:
        with deployment(database) as server:
            yield _single(server, database)
            yield _beside_a_view(server, database)
            yield _batch(server, database)
            sizes = [1_000_000, 10_000_000] if large else [1_000_000]
            yield from _grown(server, database, sizes)


def _event(number: int) -> dict[str, Any]:
    return {
        "name": f"page.viewed{number % 10}",
        "properties": {"page": "/dashboard", "referrer": "/home"},
        "userId": f"user-{number % 5000}",
        "sessionId": f"session-{number % 20_000}",
    }


def _post(url: str, server: LiveServer) -> Callable[[Any], bytes]:
    headers = {
        "Authorization": f"Bearer {server.keys['PULSE_ANALYTICS_WRITE_KEY']}",
        "Content-Type": "application/json",
    }
    return lambda body: request_bytes("POST", url, headers, json.dumps(body).encode())


def _single(server: LiveServer, database: str) -> Row:
    with bare_handler(server, database) as raw:
        plain = lambda number: request_bytes("POST", raw, {}, json.dumps(_event(number)).encode())  # noqa: E731
        ours, theirs = [], []
        for _ in range(2):  # by turns, for the machine does not stand still
            ours.append(_drive_singles(server, SINGLES))
            theirs.append(_drive(raw, plain, SINGLES))
    mine = statistics.mean(one.per_second for one in ours)
    bare = statistics.mean(one.per_second for one in theirs)
    p99_ms = 1e3 * min(one.percentile(0.99) for one in ours)
    failed = any(one.failures for one in ours)
    return Row(
        what="one event per POST, durable, key checked, roll-up kept",
        ours=f"{mine:.0f}/s, p99 {p99_ms:.0f} ms",
        reference=f"{bare:.0f}/s, bare handler with group commit",
        ratio=mine / bare,
        target="≥ 0.6; p99 ≤ 30 ms",
        met=mine / bare >= 0.6 and p99_ms <= 30 and not failed,
        database=database,
    )


def _beside_a_view(server: LiveServer, database: str) -> Row:
    """What one writes first: a DRF view, the key by the ORM, one INSERT a request."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    mine = _drive_singles(server, VIEW_CONNECTIONS)
    with written_first(beside(server, database, "drf")) as base:
        url = f"{base}/events"
        body = lambda number: json.dumps(_event(number)).encode()  # noqa: E731
        first = _drive(
            url, lambda n: request_bytes("POST", url, headers, body(n)), VIEW_CONNECTIONS
        )
    return Row(
        what=f"one event per POST, {VIEW_CONNECTIONS} connections",
        ours=f"{mine.per_second:.0f}/s",
        reference=f"{first.per_second:.0f}/s, APIView with one INSERT, gunicorn",
        ratio=mine.per_second / first.per_second,
        target="> 1",
        met=mine.per_second > first.per_second and not mine.failures,
        database=database,
    )


def _drive_singles(server: LiveServer, connections: int) -> Outcome:
    url = f"{server.base_url}{PATH}/events"
    post = _post(url, server)
    return _drive(url, lambda number: post(_event(number)), connections)


def _batch(server: LiveServer, database: str) -> Row:
    url = f"{server.base_url}{PATH}/events/batch"
    request = _post(url, server)({"events": [_event(number) for number in range(PER_BATCH)]})
    ours = [_drive(url, lambda _: request, BATCHES) for _ in range(2)]
    mine = PER_BATCH * statistics.mean(one.per_second for one in ours)
    bare = _bare_rows_per_second(server, database)
    return Row(
        what="100 events per POST",
        ours=f"{mine:.0f} events/s",
        reference=f"{bare:.0f} rows/s, bare insert",
        ratio=mine / bare,
        target="≥ 0.5",
        met=mine / bare >= 0.5 and not any(one.failures for one in ours),
        database=database,
    )


def _drive(url: str, make: Callable[[int], bytes], connections: int) -> Outcome:
    drive(url, make, connections=connections, seconds=0.5)
    return drive(url, make, connections=connections, seconds=SECONDS / 2)


# --- straight into the database ------------------------------------------------------------------


def _bare_rows_per_second(server: LiveServer, database: str) -> float:
    """A hundred rows a transaction into a table with one key: the least an insert can be."""
    rows = [{"body": json.dumps(_event(number))} for number in range(PER_BATCH)]
    with connected(server, database) as connection:
        if database == "SQLite":
            connection.execute("CREATE TABLE bare (id integer PRIMARY KEY, body text)")
        else:
            connection.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, body jsonb)")
        connection.commit()
        started, count = time.perf_counter(), 0
        while time.perf_counter() - started < SECONDS / 2:
            if database == "SQLite":
                connection.executemany(
                    "INSERT INTO bare (body) VALUES (?)", [(row["body"],) for row in rows]
                )
            else:
                connection.execute(
                    "INSERT INTO bare (body) SELECT body FROM"
                    " jsonb_to_recordset(%s::jsonb) AS item(body jsonb)",
                    (json.dumps([{"body": json.loads(row["body"])} for row in rows]),),
                )
            connection.commit()
            count += PER_BATCH
        return count / (time.perf_counter() - started)


def _grown(server: LiveServer, database: str, sizes: list[int]) -> Iterator[Row]:
    """Grow the table in SQL, ask for a range with ragged ends, and track as before."""
    now_ms = int(time.time() * 1000)
    known = first = 0
    fresh = _drive_singles(server, SINGLES)
    for size in sizes:
        with connected(server, database) as connection:
            fill(connection, database, known, size, now_ms)
            scan_ms = _scan_ms(connection)
        known = size
        ours_ms = _ask_ms(server, "top-events", now_ms)
        first = first or ours_ms
        grown = size > sizes[0]
        yield Row(
            what=f"top events over {size // 1_000_000} M, ragged 300 days",
            ours=f"{ours_ms:.1f} ms, median, through HTTP",
            reference=f"{first:.1f} ms at 1 M" if grown else f"{scan_ms:.0f} ms, scan of the rows",
            ratio=ours_ms / first if grown else ours_ms / scan_ms,
            target="≤ 3 times" if grown else "≤ 5 ms",
            met=ours_ms <= 3 * first if grown else ours_ms <= 5,
            database=database,
        )
        yield _people(server, database, size, now_ms)
        stored = _drive_singles(server, SINGLES)
        yield Row(
            what=f"one event per POST with {size // 1_000_000} M stored",
            ours=f"{stored.per_second:.0f}/s, p99 {1e3 * stored.percentile(0.99):.0f} ms",
            reference=f"{fresh.per_second:.0f}/s before they were",
            ratio=stored.per_second / fresh.per_second,
            target="≥ 0.8",
            met=stored.per_second >= 0.8 * fresh.per_second and not stored.failures,
            database=database,
        )


def _people(server: LiveServer, database: str, size: int, now_ms: int) -> Row:
    """Different users and sessions of most of the year, which no roll-up knows."""
    ours_ms = _ask_ms(server, "unique-users", now_ms, times=5)
    with connected(server, database) as connection:
        started = time.perf_counter()
        connection.execute(
            "SELECT count(DISTINCT user_id), count(DISTINCT session_id) FROM analytics_event"
        ).fetchone()
        naive_ms = 1e3 * (time.perf_counter() - started)
    return Row(
        what=f"unique users and sessions over {size // 1_000_000} M, ragged 300 days",
        ours=f"{ours_ms:.0f} ms, median, through HTTP",
        reference=f"{naive_ms:.0f} ms, COUNT(DISTINCT) of the rows",
        ratio=ours_ms / naive_ms,
        target="≤ 0.5 s a million",
        met=ours_ms <= 500 * size / 1_000_000,
        database=database,
    )


def _ask_ms(server: LiveServer, report: str, now_ms: int, times: int = 100) -> float:
    """The median of a report on 300 days that end now, as what a dashboard asks for."""
    query = f"from={now_ms - 300 * DAY_MS - 12_345}&to={int(time.time() * 1000)}"
    url = f"{server.base_url}{PATH}/reports/{report}?{query}"
    headers = {"Authorization": f"Bearer {server.keys['PULSE_ANALYTICS_QUERY_KEY']}"}
    request = request_bytes("GET", url, headers)
    drive(url, lambda _: request, connections=1, requests=max(1, times // 10))
    return 1e3 * drive(url, lambda _: request, connections=1, requests=times).percentile(0.5)


def _scan_ms(connection: Any) -> float:
    started = time.perf_counter()
    connection.execute("SELECT name, count(*) FROM analytics_event GROUP BY name").fetchall()
    return 1e3 * (time.perf_counter() - started)
