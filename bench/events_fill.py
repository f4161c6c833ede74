"""Millions of events made in SQL, with their roll-up."""

from __future__ import annotations

from typing import Any

DAY_MS = 86_400_000
QUARTER_MS = 900_000
NAMES, USERS, SESSIONS = 50, 5000, 20_000
SPREAD_DAYS = 365
FIRST_ID = 1_000_000_000


def fill(connection: Any, database: str, known: int, size: int, now_ms: int) -> None:
    """Add events number ``known`` + 1 to ``size`` to the test environment, over the last year.

    Indexes are built afterwards, and the roll-up is counted from all events anew.
    """
    indexes = _indexes(connection, database)
    figures = _planner_figures(connection) if database == "SQLite" else []
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    _insert(connection, database, known, size, now_ms)
    for _, definition in indexes:
        connection.execute(definition)
    _count(connection, database)
    if database == "SQLite":  # which nobody analyzes: its planner goes by the migration's figures
        connection.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", figures)
    connection.commit()
    if database != "SQLite":
        connection.autocommit = True
        connection.execute("ANALYZE")
        connection.execute("VACUUM analytics_event, analytics_rollup")
        connection.execute("CHECKPOINT")


def _indexes(connection: Any, database: str) -> list[tuple[str, str]]:
    """(name, definition) of the indexes of the events, without the primary key."""
    if database == "SQLite":
        return list(
            connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
                " AND tbl_name = 'analytics_event' AND sql IS NOT NULL"
            ).fetchall()
        )
    rows = connection.execute(
        "SELECT indexname, replace(indexdef, 'ON ONLY', 'ON') FROM pg_indexes"
        " WHERE tablename = 'analytics_event' AND indexdef NOT LIKE '%UNIQUE%'"
    )
    return list(rows.fetchall())


def _planner_figures(connection: Any) -> list[tuple[str, str, str]]:
    """What goes with the indexes when they are dropped."""
    rows = connection.execute(
        "SELECT tbl, idx, stat FROM sqlite_stat1 WHERE tbl = 'analytics_event'"
    )
    return list(rows.fetchall())


def _insert(connection: Any, database: str, known: int, size: int, now_ms: int) -> None:
    environment = connection.execute(
        "SELECT id FROM tenancy_environment WHERE kind = 'test'"
    ).fetchone()[0]
    series = (
        "WITH RECURSIVE n(n) AS (SELECT {low} UNION ALL SELECT n + 1 FROM n WHERE n < {high})"
        if database == "SQLite"
        else "WITH n AS (SELECT generate_series({low}::bigint, {high}::bigint) AS n)"
    ).format(low=known + 1, high=size)
    # The deployment may have numbered events of its own since the last filling.
    highest = connection.execute("SELECT max(id) FROM analytics_event").fetchone()[0] or 0
    first_id = max(FIRST_ID, highest) - known
    moment = f"({now_ms} - (n * 7919 % {SPREAD_DAYS * 1440}) * 60000 - n % 60000)"
    connection.execute(
        f"INSERT INTO analytics_event (id, environment_id, name, properties, user_id, session_id,"
        f" timestamp_ms, received_ms) {series} SELECT {first_id} + n, {environment},"
        f" 'event.' || (n % {NAMES}), '{{\"page\":\"/dashboard\"}}', 'user-' || (n % {USERS}),"
        f" 'session-' || (n % {SESSIONS}), {moment}, {now_ms} FROM n"
    )


def _count(connection: Any, database: str) -> None:
    """The roll-up: quarters of an hour from the events, days from those, months from the days."""
    connection.execute("DELETE FROM analytics_rollup")
    for grain, start, count, source in (
        (0, f"timestamp_ms - timestamp_ms % {QUARTER_MS}", "count(*)", "analytics_event"),
        (1, f"start_ms - start_ms % {DAY_MS}", "sum(count)", "analytics_rollup WHERE grain = 0"),
        (2, _month(database), "sum(count)", "analytics_rollup WHERE grain = 1"),
    ):
        connection.execute(
            "INSERT INTO analytics_rollup (environment_id, grain, start_ms, name, count)"
            f" SELECT environment_id, {grain}, {start} AS start, name, {count} FROM {source}"
            " GROUP BY environment_id, start, name"
        )


def _month(database: str) -> str:
    if database == "SQLite":
        return "unixepoch(start_ms / 1000, 'unixepoch', 'start of month') * 1000"
    return (
        "(extract(epoch FROM date_trunc('month', to_timestamp(start_ms / 1000), 'UTC'))"
        " * 1000)::bigint"
    )
