"""Deployments to measure: the embedded default, and one web and one worker on PostgreSQL and Redis."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg

from tests.support import live, servers

DATABASES = tuple(os.environ.get("BENCH_DATABASES", "SQLite,PostgreSQL").split(","))
"""What to measure on; a bench that runs for minutes may be run for one of them at a time."""


@contextlib.contextmanager
def deployment(database: str, **variables: str) -> Iterator[live.LiveServer]:
    """A running deployment on ``database``, "SQLite" or "PostgreSQL", without sample data."""
    variables = {"PULSE_DEMO": "0", **variables}
    os.environ.pop("PULSE_DATABASE_URL", None)
    if database == "SQLite":
        with live.running(**variables) as server:
            yield server
        return
    with (
        servers.killable_postgres(durable=True) as postgres,
        live.running(database=postgres.url, **variables) as server,
    ):
        yield server


@contextlib.contextmanager
def connected(server: live.LiveServer, database: str) -> Iterator[Any]:
    """A connection of one's own to the deployment's database."""
    if database == "SQLite":
        path = server.folder / "data" / "pulse.sqlite3"
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            yield connection
    else:
        with psycopg.connect(server.environment["PULSE_DATABASE_URL"]) as connection:
            yield connection


@contextlib.contextmanager
def bare_handler(server: live.LiveServer, database: str) -> Iterator[str]:
    """The address of ``bench.reference.raw``, on the same kind of database as the deployment."""
    port = servers.free_port()
    where = beside(server, database, "raw")
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "bench.reference.raw:application", "--port", str(port),
         "--log-level", "warning", "--no-access-log", "--loop", "uvloop", "--http", "httptools"],
        env={**os.environ, "RAW_DATABASE": where},
    )  # fmt: skip
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/events"
    finally:
        process.terminate()
        process.wait(10)


def beside(server: live.LiveServer, database: str, name: str) -> str:
    """A reference's database: a file beside the deployment's, or the deployment's own on PostgreSQL."""
    if database == "SQLite":
        return str(server.folder / f"{name}.sqlite3")
    return server.environment["PULSE_DATABASE_URL"]


@contextlib.contextmanager
def written_first(where: str, *, rows: int = 0) -> Iterator[str]:
    """The address of ``bench.reference.drf`` under gunicorn, on the database ``where``."""
    port = servers.free_port()
    environment = os.environ | {"DRF_DATABASE": where, "DRF_ROWS": str(rows)}
    subprocess.run([sys.executable, "-m", "bench.reference.drf"], env=environment, check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", "4",
         "--log-level", "error", "--bind", f"127.0.0.1:{port}", "--keep-alive", "30",
         "bench.reference.drf:application"],
        env=environment,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the reference server did not start")
