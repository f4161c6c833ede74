"""Where a deployment still holds a text: every row, every raw byte on disk, Redis, and the logs."""

from __future__ import annotations

from pathlib import Path

import psycopg
import redis
from psycopg import sql

from tests.support.live import LiveServer


def places_of(server: LiveServer, marker: str, *, besides: Path | None = None) -> list[str]:
    """The files, tables and Redis keys that hold ``marker``, in any case; ``besides`` is left out.

    SQLite is searched as bytes, with its write-ahead log: a freed page counts. PostgreSQL is searched
    as its dump would be: what it has deleted is its own vacuum's matter.
    """
    wanted = marker.casefold().encode()
    found = [
        str(path.relative_to(server.folder))
        for path in sorted(server.folder.rglob("*"))
        if path.is_file() and besides not in path.parents and wanted in path.read_bytes().lower()
    ]
    if url := server.environment.get("PULSE_DATABASE_URL"):
        found += _tables(url, wanted)
    if url := server.environment.get("PULSE_REDIS_URL"):
        found += _redis_keys(url, wanted)
    return found


def _tables(url: str, wanted: bytes) -> list[str]:
    found = []
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        for (name,) in names:
            copy = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(name))
            with connection.cursor().copy(copy) as rows:
                if wanted in b"".join(bytes(part) for part in rows).lower():
                    found.append(str(name))
    return found


def _redis_keys(url: str, wanted: bytes) -> list[str]:
    with redis.Redis.from_url(url) as client:
        return [
            repr(key)
            for key in client.scan_iter()
            if wanted in key.lower() or wanted in (client.dump(key) or b"").lower()
        ]
