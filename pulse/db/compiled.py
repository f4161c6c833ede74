"""Queries that Django has compiled before, run again without building them.

Building and compiling the two queries of a list takes longer than running them (bench/lists.py), and
lists are asked for the same thing all day. What is kept is SQL and its parameters, never a row.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet

MAX_KEPT = 1_000

Build = Callable[[], QuerySet[Any, Any]]


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    params: tuple[Any, ...]
    names: tuple[str, ...]
    converters: tuple[tuple[str, list[Any], Any], ...]


_kept: dict[Hashable, _Compiled | None] = {}


def rows(key: Hashable, build: Build) -> list[dict[str, Any]]:
    """The rows of ``build()``, a ``.values()`` queryset that ``key`` describes to the last filter."""
    statement = _statement(("rows", key), build)
    if statement is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.params)
        found = [dict(zip(statement.names, row, strict=True)) for row in cursor.fetchall()]
    for name, converters, expression in statement.converters:
        for row in found:
            for convert in converters:
                row[name] = convert(row[name], expression, connection)
    return found


def count(key: Hashable, build: Build) -> int:
    """How many rows ``build()`` has."""
    statement = _statement(("count", key), lambda: build().order_by().values("pk"))
    if statement is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({statement.sql}) counted", statement.params)
        return int(cursor.fetchone()[0])


def _statement(key: Hashable, build: Build) -> _Compiled | None:
    if key not in _kept:
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[key] = _compile(build())
    return _kept[key]


def _compile(queryset: QuerySet[Any, Any]) -> _Compiled | None:
    query: Any = queryset.query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:  # Django sees that nothing can match
        return None
    names = tuple(query.selected or query.values_select)
    columns = [expression for expression, *_ in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(columns)
    return _Compiled(
        sql,
        tuple(params),
        names,
        tuple((names[at], found, expression) for at, (found, expression) in converters.items()),
    )
