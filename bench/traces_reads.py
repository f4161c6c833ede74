"""LLM traces: reports, lists, text search and rest, over what was filled in with SQL."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.load import drive, request_bytes
from bench.servers import DATABASES, connected, deployment
from bench.table import Row
from pulse.pump import PEACE_SECONDS
from tests.soak.load import call
from tests.support.live import LiveServer
from traces import levels, sketches, statements

SIZES, SIZE_LARGE = (100_000, 1_000_000), 10_000_000
SEARCHED = 1_000_000
READS = 60
SPREAD_DAYS = 300
DAY_MS = 86_400_000
QUARTER_MS = 900_000
SETTLE_SECONDS = {"SQLite": 5, "PostgreSQL": PEACE_SECONDS + 5}
"""How long nobody asks for anything before idling is measured."""
IDLE_SECONDS = 20
ORIGINAL_ANALYTICS_MS = 1870
SEARCHES = {
    "Latin, common": "lantern walnut",
    "Latin, rare": "topic77",
    "Arabic": "مرحبا",
    "Chinese": "发票在哪里",
}
MODELS = ("gpt-4o", "claude-sonnet-4-5", "gpt-4o-mini")


def run(*, large: bool) -> Iterator[Row]:
    for database in DATABASES:
        with deployment(database) as server:
            now_ms = int(time.time() * 1000)
            known, first = 0, {}
            for size in (*SIZES, SIZE_LARGE) if large else SIZES:
                _grow(server, database, known, size, now_ms)
                known = size
                yield from _reads(server, database, size, first)
                if size == SEARCHED:
                    yield from _searches(server, database)
                    yield _idle(server, database, size)


def _reads(server: LiveServer, database: str, size: int, first: dict[str, float]) -> Iterator[Row]:
    moment = "%Y-%m-%dT%H:%M:%SZ"
    since = time.strftime(moment, time.gmtime(time.time() - 30 * 86_400))
    until = time.strftime(moment, time.gmtime(time.time() + 3600))
    paths = {
        "GET /v1/analytics, 30 days": f"/v1/analytics?date_from={since}&date_to={until}",
        "GET /v1/traces, 20 newest": "/v1/traces?limit=20",
        "GET /v1/traces, 20 failed of a provider": (
            "/v1/traces?provider=openai&status=error&limit=20"
        ),
        "GET /v1/traces/:id": f"/v1/traces/{_trace_id(size // 2)}",
    }
    for what, path in paths.items():
        taken = _median_ms(server, path)
        begun = first.setdefault(what, taken)
        grown = size > SIZES[0]
        analytics = what.startswith("GET /v1/analytics")
        original = f"{ORIGINAL_ANALYTICS_MS} ms, the original" if analytics else "–"
        yield Row(
            what=f"{what}, of {size:,} traces",
            ours=f"{taken:.1f} ms, median, through HTTP",
            reference=f"{begun:.1f} ms at {SIZES[0]:,}" if grown else original,
            ratio=taken / begun if grown else None,
            target="≤ 3 times" if grown else "≤ 20 ms",
            met=taken <= 3 * begun if grown else taken <= 20,
            database=database,
        )


def _searches(server: LiveServer, database: str) -> Iterator[Row]:
    with connected(server, database) as connection:
        _index_words(connection, database)
        _analyze(connection, database)
    for what, text in SEARCHES.items():
        path = f"/v1/traces?limit=20&q={quote(text)}"
        found = call("GET", f"{server.base_url}{path}", server.keys["PULSE_TRACES_KEY"])["total"]
        taken = _median_ms(server, path)
        yield Row(
            what=f"text search, {what}, {found:,} of {SEARCHED:,} traces",
            ours=f"{taken:.1f} ms, median, through HTTP",
            reference="–",
            ratio=None,
            target="≤ 300 ms",
            met=found > 0 and taken <= 300,
            database=database,
        )


def _idle(server: LiveServer, database: str, size: int) -> Row:
    time.sleep(SETTLE_SECONDS[database])
    before = _cpu_seconds(server)
    time.sleep(IDLE_SECONDS)
    share = (_cpu_seconds(server) - before) / IDLE_SECONDS
    return Row(
        what=f"CPU of a core when idle, {size:,} traces stored, all processes of Pulse",
        ours=f"{share * 100:.2f} %",
        reference="100 %, the original's",
        ratio=share,
        target="≤ 1 %",
        met=share <= 0.01,
        database=database,
    )


def _cpu_seconds(server: LiveServer) -> float:
    """CPU so far of the server's processes and their children."""
    groups = {str(process.pid) for process in server.processes.values()}
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has ended since the folder was read
            continue
        if fields[2] in groups:
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _median_ms(server: LiveServer, path: str) -> float:
    url = f"{server.base_url}{path}"
    headers = {"Authorization": f"Bearer {server.keys['PULSE_TRACES_KEY']}"}
    request = request_bytes("GET", url, headers)
    drive(url, lambda _: request, connections=1, requests=5)
    outcome = drive(url, lambda _: request, connections=1, requests=READS)
    assert not outcome.failures, path
    return 1e3 * outcome.percentile(0.5)


# --- straight into the database ------------------------------------------------------------------


def _trace_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def _grow(server: LiveServer, database: str, known: int, size: int, now_ms: int) -> None:
    """Traces up to ``size``, the new ones spread evenly over the whole time, ten in a row a session."""
    with connected(server, database) as connection:
        environment = connection.execute(
            "SELECT id FROM tenancy_environment WHERE kind = 'test'"
        ).fetchone()[0]
        if database == "SQLite":
            connection.execute("PRAGMA synchronous=OFF")
        indexes = _drop_indexes(connection, database, known)
        step_ms = SPREAD_DAYS * DAY_MS // (size - known)
        moment = f"({now_ms} - (n - {known}) * {step_ms})"
        prompt = "the lantern and the walnut of topic' || (n % 5000) || ' مرحبا 发票在哪里"
        connection.execute(
            "INSERT INTO traces_trace (id, environment_id, trace_id, timestamp_ms, received_ms,"
            " derived, status, provider, model_requested, model_key, session_id, latency_ms,"
            " input_tokens, output_tokens, cost_micro_cents, cost_estimated, output_text,"
            f" request_body) {_series(database, known, size)}"
            f" SELECT n, {environment}, '00000000-0000-4000-8000-' || {_padded(database)},"
            f" {moment}, {now_ms}, {_false(database)},"
            " CASE WHEN n % 20 = 0 THEN 'error' ELSE 'success' END,"
            " CASE WHEN n % 3 = 1 THEN 'anthropic' ELSE 'openai' END,"
            f" {_model()}, {_model()}, 'session-' || (n / 10), 300 + n * 13 % 4000,"
            f" 200, 100, 180000, {_false(database)}, 'an answer of ' || n,"
            f' \'{{"messages":[{{"role":"user","content":"{prompt}"}}]}}\' FROM n'
        )
        connection.commit()
        for statement in indexes:
            connection.execute(statement)
        _roll_up(connection, environment)
        _list_sessions(connection, environment)
        connection.commit()
        _analyze(connection, database)


def _drop_indexes(connection: Any, database: str, known: int) -> list[str]:
    """Drop what is quicker to build at the end; gives the statements that make it again."""
    ids = []
    if database == "SQLite":
        wanted = (
            "SELECT type || ' ' || name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')"
            " AND tbl_name = 'traces_trace' AND sql IS NOT NULL"
        )
        ids = [
            f"INSERT INTO {levels.tables('trace')[-1]} SELECT trace_id, environment_id, id"
            f" FROM traces_trace WHERE id > {known} ORDER BY trace_id"
        ]
    else:
        wanted = (
            "SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE tablename = 'traces_trace'"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
    found = connection.execute(wanted).fetchall()
    for kind_and_name, _ in found:
        connection.execute(f"DROP {kind_and_name}")
    return ids + [statement for _, statement in found]


def _series(database: str, known: int, size: int) -> str:
    if database == "SQLite":
        return (
            f"WITH RECURSIVE n(n) AS (SELECT {known + 1} UNION ALL"
            f" SELECT n + 1 FROM n WHERE n < {size})"
        )
    return f"WITH n AS (SELECT generate_series({known + 1}::bigint, {size}::bigint) AS n)"


def _padded(database: str) -> str:
    return "printf('%012d', n)" if database == "SQLite" else "lpad(n::text, 12, '0')"


def _false(database: str) -> str:
    return "0" if database == "SQLite" else "false"


def _model() -> str:
    return f"CASE n % 3 WHEN 0 THEN '{MODELS[0]}' WHEN 1 THEN '{MODELS[1]}' ELSE '{MODELS[2]}' END"


def _roll_up(connection: Any, environment: int) -> None:
    """Buckets of both widths from the rows; latencies are spread as those of the rows are."""
    connection.execute("DELETE FROM traces_rollup")
    for minutes, width_ms in ((15, QUARTER_MS), (1440, DAY_MS)):
        connection.execute(
            "INSERT INTO traces_rollup (environment_id, width, bucket_ms, provider, model, service,"
            " requests, errors, listed, listed_errors, cost_micro_cents, estimated_micro_cents,"
            " input_tokens, output_tokens, latency_sum_ms, sketch)"
            f" SELECT {environment}, {minutes}, timestamp_ms - timestamp_ms % {width_ms} AS bucket,"
            " provider, model_key, '', count(*), sum(CASE status WHEN 'error' THEN 1 ELSE 0 END),"
            " count(*), sum(CASE status WHEN 'error' THEN 1 ELSE 0 END), sum(cost_micro_cents), 0,"
            f" sum(input_tokens), sum(output_tokens), sum(latency_ms), '{_sketch()}'"
            " FROM traces_trace GROUP BY bucket, provider, model_key"
        )


def _sketch() -> str:
    bins: sketches.Bins = {}
    for latency_ms in range(300, 4300, 13):
        sketches.add(bins, {sketches.bin_of(latency_ms): 1})
    return sketches.pack(bins)


def _list_sessions(connection: Any, environment: int) -> None:
    connection.execute("DELETE FROM traces_session")
    connection.execute(
        "INSERT INTO traces_session (environment_id, session_id, first_ms, last_ms,"
        " first_request_ms, last_request_ms, real, spans, posted, errors, input_tokens,"
        " output_tokens, cost_micro_cents)"
        f" SELECT {environment}, session_id, min(timestamp_ms), max(timestamp_ms),"
        " min(timestamp_ms), max(timestamp_ms), 1 = 1, 0, count(*),"
        " sum(CASE status WHEN 'error' THEN 1 ELSE 0 END), sum(input_tokens), sum(output_tokens),"
        " sum(cost_micro_cents) FROM traces_trace GROUP BY session_id"
    )


def _index_words(connection: Any, database: str) -> None:
    """What the index job would write: common and rare words, and twenty of middling frequency."""
    fixed = ["lantern", "مرحبا", "发票", "票在", "在哪", "哪里"]
    changing = ["topic' || (n % 5000)", "walnut' || (CASE WHEN n % 10 = 0 THEN '' ELSE 'less' END)"]
    changing += [f"{chr(97 + step)}' || (n % {50 + step * 11})" for step in range(20)]
    environment = connection.execute("SELECT min(environment_id) FROM traces_trace").fetchone()[0]
    if database == "SQLite":
        text = " ".join([statements.environment_word(environment), *map(statements.plain, fixed)])
        varied = " || ".join(f"' {one}" for one in changing)
        connection.execute(
            "INSERT INTO traces_search (rowid, words)"
            f" SELECT id, '{text}' || {varied} FROM (SELECT id, id AS n FROM traces_trace)"
        )
    else:
        lexemes = ", ".join([f"'{one}'" for one in fixed] + [f"'{one}" for one in changing])
        connection.execute(
            "INSERT INTO traces_search (trace_pk, environment_id, words)"
            f" SELECT n, {environment}, array_to_tsvector(ARRAY[{lexemes}])"
            " FROM (SELECT id AS n FROM traces_trace) AS numbered"
        )
    connection.commit()


def _analyze(connection: Any, database: str) -> None:
    """What autovacuum, checkpoints and SQLite's optimize do in their own time."""
    connection.commit()
    if database == "SQLite":
        connection.execute("PRAGMA optimize")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
        connection.autocommit = False
