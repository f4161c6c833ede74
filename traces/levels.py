"""On SQLite: which ids are stored, in tables of which only small ones are written at random places.

Ids of traces and spans are random. In one index over a million of them nearly every new one falls on
a page of its own, and that page is written whole: more than the row itself. So new ids go into a
small table. Every STEP rows a slice of it (ids between two prefixes) moves on into a larger one, and a
smaller slice of that one into the largest: what moves together lies together there. Triggers do all
of it, so an id is stored once whoever inserts. They are installed after every migrate, for a
table rebuild drops triggers silently. PostgreSQL has a unique index.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

KINDS = ("trace", "span")
STEP = 1500
"""Rows between two moves: about one transaction of the digest under load."""
SLICES = (16, 256)
"""Into how many slices the ids of the first and of the second table are cut, by their first letters."""


def tables(kind: str) -> list[str]:
    """The tables of one kind's ids, the smallest first."""
    return [f"traces_{kind}key_{level}" for level in range(len(SLICES) + 1)]


def install(using: str = "default", **_: Any) -> None:
    """Bring the triggers up; harmless to repeat."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for kind in KINDS:
            if present.issuperset(tables(kind)):
                for name, body in _triggers(kind).items():
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                    cursor.execute(f"CREATE TRIGGER {name} {body}")


def _triggers(kind: str) -> dict[str, str]:
    """Name → what follows it in CREATE TRIGGER."""
    table, (first, *others) = f"traces_{kind}", tables(kind)
    same = f"{kind}_id = NEW.{kind}_id AND environment_id = NEW.environment_id"
    known = " OR ".join(f"EXISTS (SELECT 1 FROM {other} WHERE {same})" for other in others)
    moves = [_move(kind, level) for level in reversed(range(len(SLICES)))]
    forgets = [f"DELETE FROM {one} WHERE {same.replace('NEW', 'OLD')};" for one in (first, *others)]
    return {
        f"{table}_once": f"BEFORE INSERT ON {table} WHEN {known} BEGIN"
        f" SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table}.{kind}_id'); END",
        f"{table}_known": f"AFTER INSERT ON {table} BEGIN"
        f" INSERT INTO {first} VALUES (NEW.{kind}_id, NEW.environment_id, NEW.id); END",
        f"{table}_move": f"AFTER INSERT ON {table} WHEN NEW.id % {STEP} = 0 BEGIN"
        f" {' '.join(moves)} END",
        f"{table}_forget": f"AFTER DELETE ON {table} BEGIN {' '.join(forgets)} END",
    }


def _move(kind: str, level: int) -> str:
    """Move the slice whose turn it is to the next table. The last slice ends above every text."""
    source, target = tables(kind)[level : level + 2]
    slices = SLICES[level]
    digits = len(f"{slices - 1:x}")
    turn = f"NEW.id / {STEP} % {slices}"
    wanted = (
        f"{kind}_id >= CASE {turn} WHEN 0 THEN '' ELSE printf('%0{digits}x', {turn}) END"
        f" AND {kind}_id < CASE {turn} WHEN {slices - 1} THEN x'' ELSE"
        f" printf('%0{digits}x', {turn} + 1) END"
    )
    return (
        f"INSERT INTO {target} SELECT * FROM {source} WHERE {wanted};"
        f" DELETE FROM {source} WHERE {wanted};"
    )
