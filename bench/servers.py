"""Deployments to measure: the embedded default, and one web and one worker on PostgreSQL and Redis."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from tests.support import live, servers


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


DATABASES = ("SQLite", "PostgreSQL")
