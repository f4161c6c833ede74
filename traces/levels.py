"""On SQLite: which ids are stored, in tables of which only small ones are written at random places.

Ids of traces and spans are random. In one index over a million of them nearly every new one falls on
a page of its own, and that page is written whole: more than the row itself. So new ids go into a
small table. Every STEP rows a portion of it moves on into a larger one, and a portion of that one into
the largest. A portion is the ids that follow the last portion in their order, and after the greatest
the least again: what moves together lies together there, whatever ids look like, and no move is longer
than another. Triggers do all of it, so an id is stored once whoever inserts. They are installed
after every migrate, for a table rebuild drops triggers silently. PostgreSQL has a unique index.

A trace's words go with it here too, whoever deletes it; PostgreSQL has a trigger of its own for that.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

KINDS = ("trace", "span")
STEP = 1500
"""Rows between two moves: about one transaction of the digest under load."""
FULL = (12_000, 192_000)
"""The first and the second table keep all they get until there are so many rows."""
PORTIONS = (1550, 1503)
"""How many ids move on from there at a time: just enough more than come to make up for the portion
that is cut short by the greatest id, so both tables keep their size."""
TURNS = "traces_keyturn"
"""Where the last portion of each table began and ended."""
END = "x''"
"""A blob is greater than every text."""


def tables(kind: str) -> list[str]:
    """The tables of one kind's ids, the smallest first."""
    return [f"traces_{kind}key_{level}" for level in range(len(PORTIONS) + 1)]


def install(using: str = "default", **_: Any) -> None:
    """Bring the triggers up; harmless to repeat."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for kind in KINDS:
            if present.issuperset([TURNS, *tables(kind)]):
                for source in tables(kind)[:-1]:
                    cursor.execute(f"INSERT OR IGNORE INTO {TURNS} VALUES ('{source}', '', '')")
                for name, body in _triggers(kind).items():
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                    cursor.execute(f"CREATE TRIGGER {name} {body}")


def _triggers(kind: str) -> dict[str, str]:
    """Name → what follows it in CREATE TRIGGER."""
    table, (first, *others) = f"traces_{kind}", tables(kind)
    same = f"{kind}_id = NEW.{kind}_id AND environment_id = NEW.environment_id"
    known = " OR ".join(f"EXISTS (SELECT 1 FROM {other} WHERE {same})" for other in others)
    forgets = [f"DELETE FROM {one} WHERE {same.replace('NEW', 'OLD')};" for one in (first, *others)]
    if kind == "trace":
        forgets.append("DELETE FROM traces_search WHERE rowid = OLD.id;")
    return {
        f"{table}_once": f"BEFORE INSERT ON {table} WHEN {known} BEGIN"
        f" SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table}.{kind}_id'); END",
        f"{table}_known": f"AFTER INSERT ON {table} BEGIN"
        f" INSERT INTO {first} VALUES (NEW.{kind}_id, NEW.environment_id, NEW.id); END",
        f"{table}_forget": f"AFTER DELETE ON {table} BEGIN {' '.join(forgets)} END",
    } | {
        f"{table}_move_{level}": f"AFTER INSERT ON {table} WHEN NEW.id % {STEP} = 0"
        f" AND NEW.id >= {FULL[level]} BEGIN {_move(kind, level)} END"
        for level in range(len(PORTIONS))
    }


def _move(kind: str, level: int) -> str:
    """Move the portion whose turn it is to the next table: ids from ``first``, below ``beyond``."""
    source, target = tables(kind)[level : level + 2]
    turn = f"FROM {TURNS} WHERE source = '{source}'"
    begin = f"CASE beyond WHEN {END} THEN '' ELSE beyond END"
    last = (
        f"SELECT {kind}_id FROM {source} WHERE {kind}_id >= {begin}"
        f" ORDER BY {kind}_id LIMIT 1 OFFSET {PORTIONS[level] - 1}"
    )
    # above the last one, for environments may share an id
    beyond = f"SELECT min({kind}_id) FROM {source} WHERE {kind}_id > ({last})"
    portion = f"{kind}_id >= (SELECT first {turn}) AND {kind}_id < (SELECT beyond {turn})"
    return (
        f"UPDATE {TURNS} SET first = {begin}, beyond = ifnull(({beyond}), {END})"
        f" WHERE source = '{source}';"
        f" INSERT INTO {target} SELECT * FROM {source} WHERE {portion};"
        f" DELETE FROM {source} WHERE {portion};"
    )
