"""SQL of which the two databases need different forms, each behind one function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from pulse.db import rls

LOCK_SPACE = 5171  # first half of the advisory lock's key; the second is the environment
CHUNK = 400


def has_many_writers() -> bool:
    """Whether transactions write beside each other; SQLite has one write lock for all of them."""
    return connection.vendor == "postgresql"


def lock_environment(cursor: Any, environment_id: int) -> None:
    """Wait until nobody else writes this environment's traces; released by the end of the transaction.

    With one writer per environment the roll-ups can be read, added to and written, sketches
    included, and "first write wins" needs no conflict clause. SQLite has one writer as it is.
    """
    if connection.vendor == "postgresql":
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, environment_id])


def try_lock_environment(cursor: Any, environment_id: int) -> bool:
    """As ``lock_environment``, but say no instead of waiting."""
    if connection.vendor != "postgresql":
        return True
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_SPACE, environment_id])
    return bool(cursor.fetchone()[0])


def insert_rows(
    cursor: Any, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows of which none exists: COPY on PostgreSQL, executemany on SQLite.

    COPY takes no row-level security, so with that on PostgreSQL gets plain inserts too. Its binary
    form costs half of its text form.
    """
    names = ", ".join(columns)
    if connection.vendor == "postgresql" and not rls.enabled():
        types = _types(cursor, table, names)
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join(["%s"] * len(columns))
    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


_known_types: dict[tuple[str, str], list[int]] = {}


def _types(cursor: Any, table: str, names: str) -> list[int]:
    """PostgreSQL's types of these columns, asked once a process."""
    found = _known_types.get((table, names))
    if found is None:
        cursor.execute(f"SELECT {names} FROM {table} LIMIT 0")
        found = _known_types[table, names] = [one.type_code for one in cursor.description]
    return found


def named(kind: str) -> str:
    """The condition that a trace or span (``kind``) is of an environment and has one of some ids.

    To be filled in as ``select_in`` does; its parameters are the environment and the ids.
    """
    chosen = f"environment_id = %s AND {kind}_id IN ({{values}})"
    if connection.vendor == "postgresql":
        return chosen
    return f"id IN (SELECT row_id FROM traces_{kind}key WHERE {chosen})"


def with_ids(kind: str, environment_id: int, ids: Sequence[str]) -> Q:
    """The same for a queryset of the environment: on SQLite only ``traces.levels`` finds an id."""
    if connection.vendor == "postgresql":
        return Q(**{f"{kind}_id__in": ids})
    marks = ", ".join(["%s"] * len(ids))
    held = (
        f"SELECT row_id FROM traces_{kind}key WHERE environment_id = %s AND {kind}_id IN ({marks})"
    )
    return Q(pk__in=RawSQL(held, [environment_id, *ids]))  # noqa: S611  the ids are parameters


def select_in(
    cursor: Any, select: str, fixed: Sequence[Any], values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """Rows of ``select`` whose ``{values}`` list holds one of many values, a bounded list at a time."""
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(values), CHUNK):
        part = list(values[start : start + CHUNK])
        marks = ", ".join(["%s"] * len(part))
        cursor.execute(select.replace("{values}", marks), [*fixed, *part])
        found.extend(cursor.fetchall())
    return found


def select_named(
    cursor: Any, select: str, kind: str, environment_id: int, ids: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Rows of ``select``, whose ``{named}`` is the condition that ``named`` gives."""
    return select_in(cursor, select.replace("{named}", named(kind)), [environment_id], ids)


def environment_word(environment_id: int) -> str:
    """SQLite's index has no columns beside the words, so the environment is one of them."""
    return f"environment{environment_id}zz"


def plain(word: str) -> str:
    """A word as FTS5's tokenizer cannot take apart, whatever its Unicode version knows."""
    if word.isascii():
        return word
    return "".join(letter if letter.isascii() else f"x{ord(letter):x}" for letter in word)


def index_words(cursor: Any, documents: Sequence[tuple[int, int, set[str]]]) -> None:
    """(Re)index documents: primary key of the trace, environment, words."""
    if connection.vendor == "postgresql":
        cursor.executemany(
            "INSERT INTO traces_search (trace_pk, environment_id, words)"
            " SELECT id, %s, array_to_tsvector(%s::text[]) FROM traces_trace WHERE id = %s"
            " ON CONFLICT (trace_pk) DO UPDATE SET words = excluded.words",
            [(environment_id, sorted(words), pk) for pk, environment_id, words in documents],
        )
        return
    cursor.executemany(
        "DELETE FROM traces_search WHERE rowid = %s", [(pk,) for pk, _, _ in documents]
    )
    cursor.executemany(
        "INSERT INTO traces_search (rowid, words) VALUES (%s, %s)",
        [
            (pk, " ".join([environment_word(environment_id), *sorted(map(plain, words))]))
            for pk, environment_id, words in documents
        ],
    )


def search(
    cursor: Any, environment_id: int, sought: Sequence[tuple[str, bool]], before: int, limit: int
) -> list[int]:
    """Primary keys below ``before`` of traces that hold all words, the last received first."""
    if connection.vendor == "postgresql":
        lexemes = " & ".join(
            "'" + word.replace("\\", "\\\\").replace("'", "''") + "'" + (":*" if starred else "")
            for word, starred in sought
        )
        cursor.execute(
            "SELECT trace_pk FROM traces_search WHERE environment_id = %s AND words @@ %s::tsquery"
            " AND trace_pk < %s ORDER BY trace_pk DESC LIMIT %s",
            [environment_id, lexemes, before, limit],
        )
    else:
        terms = [f'"{environment_word(environment_id)}"']
        terms += [f'"{plain(word)}"' + ("*" if starred else "") for word, starred in sought]
        cursor.execute(
            "SELECT rowid FROM traces_search WHERE traces_search MATCH %s AND rowid < %s"
            " ORDER BY rowid DESC LIMIT %s",
            [" AND ".join(terms), before, limit],
        )
    return [row[0] for row in cursor.fetchall()]
