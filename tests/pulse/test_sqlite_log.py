"""SQLite's write-ahead log is emptied beside the writers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from pulse.db.sqlite import checkpoints

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_the_log_holds_is_moved_into_the_database(monkeypatch):
    if connection.vendor != "sqlite":
        assert checkpoints.run() == 0
        return
    monkeypatch.setattr(checkpoints, "ENOUGH_PAGES", 1000)
    database = Path(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # an earlier run left free pages
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("CREATE TABLE filling (body blob)")
        try:
            before = database.stat().st_size
            cursor.execute("INSERT INTO filling VALUES (zeroblob(3000000))")
            checkpoints.run()
            assert database.stat().st_size == before

            cursor.execute("INSERT INTO filling VALUES (zeroblob(3000000))")
            assert checkpoints.waiting_pages() >= 6_000_000 // 4096
            checkpoints.run()
            assert checkpoints.waiting_pages() == 0
            assert database.stat().st_size >= before + 5_000_000  # free pages were used first

            # the log is as long as before, but little of it is still to be moved
            cursor.execute("INSERT INTO filling VALUES ('one more')")
            waiting = checkpoints.waiting_pages()
            checkpoints.run()
            assert checkpoints.waiting_pages() == waiting > 0
        finally:
            cursor.execute("DROP TABLE filling")


ANOTHER_PROCESS = """
import fcntl, sys
with open(sys.argv[1], "r+b") as index:
    try:
        fcntl.lockf(index, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)
    except OSError:
        sys.exit(0)
sys.exit("nobody seems to have the database open")
"""


def test_a_look_at_the_log_leaves_the_process_its_locks():
    if connection.vendor != "sqlite":
        return
    connection.introspection.table_names()  # a read opens the database
    checkpoints.waiting_pages()

    name = f"{connection.settings_dict['NAME']}-shm"
    found = subprocess.run([sys.executable, "-c", ANOTHER_PROCESS, name], check=False)

    assert found.returncode == 0
