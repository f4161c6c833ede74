"""Moving what the write-ahead log holds into the database file, beside the writers.

Left to itself SQLite does this inside whichever commit makes the log a thousand pages long, and that
commit waits for it: under bulk writes every one does. Here a pump does it while others write; only
the little that they added meanwhile is moved while they wait. The settings name the length at which
a commit does it itself after all, in commands that run no pumps.
"""

from __future__ import annotations

import os

from django.db import connection

from pulse.db.sqlite.base import write_lock

ENOUGH_BYTES = 4 * 1024 * 1024

_emptied_at = 0
"""The log's modification time, in nanoseconds, when it held nothing that had not been moved."""


def run() -> int:
    """Empty the log if it is worth it. What a reader still looks at stays for the next time."""
    global _emptied_at
    try:
        log = os.stat(f"{connection.settings_dict['NAME']}-wal")
    except FileNotFoundError:
        return 0
    if log.st_size < ENOUGH_BYTES or log.st_mtime_ns == _emptied_at:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        with write_lock:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            _, held, moved = cursor.fetchone()
    if 0 <= held == moved:  # -1: somebody else is at it
        _emptied_at = log.st_mtime_ns
    return 0
