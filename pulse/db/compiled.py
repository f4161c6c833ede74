"""Queries that Django has compiled before, run again without building them.

Building and compiling the two queries of a list takes longer than running them (bench/lists.py), and
lists are asked for the same thing all day. What is kept is SQL and its parameters, never a row.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

MAX_KEPT = 1_000
COUNTED = "rows_in_all"

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
    statement = _statement(("rows", key), lambda: _compile(build()))
    return [] if statement is None else _converted(statement, _fetched(statement))


def count(key: Hashable, build: Build) -> int:
    """How many rows ``build()`` has."""
    statement = _statement(("count", key), lambda: _compile(_numbers(build())))
    return 0 if statement is None else int(_fetched(_counting(statement))[0][0])


def rows_and_count(key: Hashable, build: Build, all_of: Build) -> tuple[list[dict[str, Any]], int]:
    """``rows`` of a first page, and ``count`` of the list that it begins, in one question.

    Two questions take a third more of both processes' time. A page without rows begins nothing.
    """
    statement = _statement(("both", key), lambda: _with_count(build(), all_of()))
    if statement is None:
        return [], 0
    found = _converted(statement, _fetched(statement))
    counts = [row.pop(COUNTED) for row in found]
    return found, counts[0] if counts else 0


def _fetched(statement: _Compiled) -> list[tuple[Any, ...]]:
    if hasattr(connection, "fetch_planned"):
        return connection.fetch_planned(statement.sql, statement.params)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.params)
        return list(cursor.fetchall())


def _converted(statement: _Compiled, fetched: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    found = [dict(zip(statement.names, row, strict=True)) for row in fetched]
    for name, converters, expression in statement.converters:
        for row in found:
            for convert in converters:
                row[name] = convert(row[name], expression, connection)
    return found


def _statement(key: Hashable, build: Callable[[], _Compiled | None]) -> _Compiled | None:
    if key not in _kept:
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[key] = build()
    return _kept[key]


def _numbers(queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    return queryset.order_by().values("pk")


def _counting(statement: _Compiled) -> _Compiled:
    return replace(statement, sql=f"SELECT COUNT(*) FROM ({statement.sql}) counted")


def _with_count(page: QuerySet[Any, Any], all_of: QuerySet[Any, Any]) -> _Compiled | None:
    """The page's statement with the count as one more column, which is worked out once."""
    counted = _compile(_numbers(all_of))
    if counted is None:
        return None
    # Nothing of a caller's is in the text: Django wrote it, and its parameters stay apart.
    count = RawSQL(f"({_counting(counted).sql})", counted.params)  # noqa: S611
    return _compile(page.annotate(**{COUNTED: count}))


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
