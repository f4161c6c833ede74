"""SQLite's write-ahead log is emptied beside the writers."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from pulse.db.sqlite import checkpoints

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_the_log_holds_is_moved_into_the_database():
    if connection.vendor != "sqlite":
        assert checkpoints.run() == 0
        return
    database = Path(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("CREATE TABLE filling (body text)")
        try:
            before = database.stat().st_size
            cursor.execute("INSERT INTO filling VALUES (zeroblob(6000000))")
            assert database.stat().st_size == before

            checkpoints.run()

            assert database.stat().st_size >= before + 5_000_000  # free pages were used first
        finally:
            cursor.execute("DROP TABLE filling")
