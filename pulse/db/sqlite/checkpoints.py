"""Moving what the write-ahead log holds into the database file, beside the writers.

Left to itself SQLite does this inside whichever commit makes the log a thousand pages long, and that
commit waits for it: under bulk writes every one does. Here a pump does it while others write, again
for what they added meanwhile until that is little, and only the last of it while they wait. It is
worth doing for many pages at a time, for a page that was written ten times is moved once. The settings
name the length at which a commit does it itself after all, in commands that run no pumps.
"""

from __future__ import annotations

import os
import struct

from django.db import connection

from pulse.db.sqlite.base import write_lock

ENOUGH_PAGES = 8000
"""32 MiB: at most so much is read again after a crash, a tenth of a second's work."""

FEW_PAGES = 250
"""So many are moved in little more than the two flushes that moving any takes."""
ROUNDS = 4
"""Writers that are faster than the disk would keep it busy for ever."""

_INDEX = struct.Struct("=16xI76xI")
"""Of the log's index: frames in the log, and those of them that are in the database file."""


_open_files: dict[tuple[int, int], int] = {}


def waiting_pages() -> int:
    """Pages in the log that are not yet in the database file. A look at the index takes no lock."""
    try:
        index = _open_for_good(f"{connection.settings_dict['NAME']}-shm")
        found = os.pread(index, _INDEX.size, 0)
        held, moved = _INDEX.unpack(found)
    except (FileNotFoundError, struct.error):
        return 0
    return int(held - moved)


def _open_for_good(path: str) -> int:
    """A descriptor of one of the database's files that is never closed.

    Closing one drops every lock this process has on the file, SQLite's among them. The next process to
    open the database would take itself for the only one and cut the index short under this one, which
    dies of SIGBUS (bench/events.py on SQLite).
    """
    state = os.stat(path)
    file = (state.st_dev, state.st_ino)
    if file not in _open_files:
        _open_files[file] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return _open_files[file]


def run() -> int:
    """Empty the log if it is worth it. What a reader still looks at stays for the next time."""
    if waiting_pages() < ENOUGH_PAGES:
        return 0
    with connection.cursor() as cursor:
        for _ in range(ROUNDS):
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            # SQLite flushes the database file only with the last page of the log, which is moved
            # while writers wait: they would wait for all pages, 50 ms of each second.
            os.fsync(_open_for_good(str(connection.settings_dict["NAME"])))
            if waiting_pages() < FEW_PAGES:
                break
        with write_lock:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
    return 0
