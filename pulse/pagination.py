"""One keyset engine, and the page numbers that an older contract asks for. Dialects spell envelopes.

A cursor holds the sort values of the last row, so deleting that row does not break a walk, and rows
with equal times are told apart by their primary key. It is signed and bound to its environment,
endpoint and filters.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Q, QuerySet

from pulse.db import compiled, disjoint
from pulse.errors import FieldError, InvalidInput
from pulse.tenancy.models import Environment

SIGNATURE_BYTES = 12
MAX_CURSOR = 2000


@dataclass(frozen=True, slots=True)
class Page:
    """``items`` are rows or dicts, as the queryset gives; ``total`` counts all matches, or is None."""

    items: list[Any]
    next_cursor: str | None
    total: int | None


@dataclass(frozen=True, slots=True)
class NumberedPage:
    items: list[Any]
    current_page: int
    total_pages: int
    total_count: int
    per_page: int


def keyset(
    queryset: QuerySet[Any, Any],
    *,
    environment: Environment,
    order: tuple[str, ...] = ("-created_at", "-pk"),
    limit: int,
    cursor: str | None,
    purpose: str,
    total: bool = True,
    parts: disjoint.Parts = (),
    offset: int = 0,
) -> Page:
    """One page in ``order`` (names with ``-`` for descending; the last one must be unique).

    ``purpose`` names the endpoint and its filters: a cursor minted for another is refused. The
    queryset must not be ordered or sliced; ``.values()`` querysets must select the order's columns.
    ``parts`` may say where its rows lie (pulse.db.disjoint). ``offset`` leaves out as many rows before
    the page. Raises InvalidInput on ``cursor``.
    """
    beyond = _beyond(order, _open(cursor, environment, purpose, len(order))) if cursor else Q()
    after = queryset.filter(beyond), [part.filter(beyond) for part in parts]
    rows = list(_first(*after, order, offset + limit + 1)[offset:])
    return _page(rows, environment, order, limit, purpose, queryset.count() if total else None)


def first_page(
    build: Callable[[], QuerySet[Any, Any]],
    *,
    environment: Environment,
    order: tuple[str, ...] = ("-created_at", "-pk"),
    limit: int,
    purpose: str,
    day: date | None = None,
    parts: Callable[[], disjoint.Parts] = tuple,
    total: bool = True,
) -> Page:
    """The page without a cursor, as ``keyset`` gives it, from kept SQL.

    ``build`` gives a ``.values()`` queryset that depends on nothing but the environment, what
    ``purpose`` says, and the ``day``; ``parts`` where its rows lie, or nothing.
    """
    key = (environment.pk, purpose, order, limit, day)
    page = lambda: _first(build(), parts(), order, limit + 1)  # noqa: E731 -- run once a key
    count = None
    if total:
        rows, count = compiled.rows_and_count(key, page, lambda: disjoint.whole(build, parts))
    else:
        rows = compiled.rows(key, page)
    return _page(rows, environment, order, limit, purpose, count)


def _first(
    queryset: QuerySet[Any, Any], parts: disjoint.Parts, order: tuple[str, ...], count: int
) -> QuerySet[Any, Any]:
    if parts:
        return disjoint.first_of(queryset, parts, order, count)
    return queryset.order_by(*order)[:count]


def _page(
    rows: list[Any],
    environment: Environment,
    order: tuple[str, ...],
    limit: int,
    purpose: str,
    total: int | None,
) -> Page:
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(
        items=rows,
        next_cursor=_seal(_values(rows[-1], order), environment, purpose) if more else None,
        total=total,
    )


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    """(a, b) after (x, y): a > x, or a = x and b > y; with < where descending."""
    condition = Q()
    for position in reversed(range(len(order))):
        name, descending = order[position].lstrip("-"), order[position].startswith("-")
        step = Q(**{f"{name}__{'lt' if descending else 'gt'}": values[position]})
        condition = step | (Q(**{name: values[position]}) & condition) if condition else step
    # The redundant bound on the first column lets an index range scan start at the cursor.
    first = order[0].lstrip("-")
    bound = "lte" if order[0].startswith("-") else "gte"
    return Q(**{f"{first}__{bound}": values[0]}) & condition


def _values(row: Any, order: tuple[str, ...]) -> list[Any]:
    names = [name.lstrip("-") for name in order]
    if isinstance(row, dict):
        return [row[name if name in row else "id"] for name in names]
    return [getattr(row, name) for name in names]


def _key(environment: Environment, purpose: str) -> bytes:
    return f"{settings.SECRET_KEY}\ncursor\n{environment.pk}\n{purpose}".encode()


def _sign(payload: bytes, environment: Environment, purpose: str) -> bytes:
    return hmac.digest(_key(environment, purpose), payload, hashlib.sha256)[:SIGNATURE_BYTES]


def _seal(values: list[Any], environment: Environment, purpose: str) -> str:
    written = [{"t": one.isoformat()} if isinstance(one, datetime) else one for one in values]
    payload = orjson.dumps(written, default=str)
    return (
        base64.urlsafe_b64encode(_sign(payload, environment, purpose) + payload)
        .decode()
        .rstrip("=")
    )


def _open(cursor: str, environment: Environment, purpose: str, width: int) -> list[Any]:
    try:
        if len(cursor) > MAX_CURSOR or cursor != cursor.strip("="):
            raise ValueError("not one of ours")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        canonical = base64.urlsafe_b64encode(raw).decode().rstrip("=") == cursor
        if not canonical or not hmac.compare_digest(
            signature, _sign(payload, environment, purpose)
        ):
            raise ValueError("not one of ours")
        values = orjson.loads(payload)
    except ValueError as error:
        raise InvalidInput(
            "cursor is not one this list has given out",
            fields=[FieldError("cursor", "is not one this list has given out")],
        ) from error
    return [datetime.fromisoformat(one["t"]) if isinstance(one, dict) else one for one in values][
        :width
    ]


def by_number(queryset: QuerySet[Any, Any], *, page: int, limit: int) -> NumberedPage:
    """Page ``page`` (from 1) of an ordered queryset; past the end it is empty and keeps the numbers."""
    count = queryset.count()
    start = (page - 1) * limit
    rows = list(queryset[start : start + limit]) if start < count else []
    return NumberedPage(rows, page, math.ceil(count / limit), count, limit)
