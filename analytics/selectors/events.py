"""Events themselves: the filtered set that every report starts from, the list, one by its id."""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson
from django.db import connection
from django.db.models import Q, QuerySet

from analytics import public_ids
from analytics.filters import Filters
from analytics.models import Event
from analytics.statements import reading
from analytics.validation import DAY_MS
from pulse.tenancy.models import Environment

COLUMNS = ("id", "name", "properties", "user_id", "session_id", "timestamp_ms")
"""What of a row an event is spelled from."""
SAMPLE = 2000
"""How many of the newest events are looked through for the names of properties."""


def filtered(environment: Environment, filters: Filters) -> QuerySet[Event]:
    """The events of ``environment`` that pass, in no order."""
    rows: QuerySet[Event] = Event.objects.within(environment)
    if filters.from_ms is not None:
        rows = rows.filter(timestamp_ms__gte=filters.from_ms)
        if connection.vendor == "postgresql":
            # No event is received more than a day before its instant: older partitions are skipped.
            rows = rows.filter(received_ms__gte=filters.from_ms - DAY_MS)
    if filters.to_ms is not None:
        rows = rows.filter(timestamp_ms__lt=filters.to_ms)
    if not filters.any_name:
        rows = rows.filter(named(filters))
    if filters.user_id or filters.session_id:
        rows = by_person(rows)
    if filters.user_id:
        rows = rows.filter(user_id=filters.user_id)
    if filters.session_id:
        rows = rows.filter(session_id=filters.session_id)
    for key, value in filters.properties:
        rows = rows.filter(reading.property_equals(connection.vendor, key, value))
    return rows


def by_person(rows: QuerySet[Event]) -> QuerySet[Event]:
    """``rows``, about to be narrowed to a user or a session: SQLite's indexes want to know the blocks."""
    if connection.vendor == "sqlite":
        return rows.filter(reading.in_any_block())
    return rows


def named(filters: Filters) -> Q:
    """Exact names, and prefixes as ranges of code points: LIKE folds case on SQLite."""
    condition = Q(name__in=filters.names) if filters.names else Q()
    for prefix in filters.prefixes:
        condition |= Q(name__gte=prefix, name__lt=prefix + "\U0010ffff")
    return condition


def list_events(environment: Environment, filters: Filters) -> QuerySet[Event, dict[str, Any]]:
    """What a list or an export shows of the events, as dicts, newest first."""
    rows = filtered(environment, filters).order_by("-timestamp_ms", "-id")
    return rows.values(*COLUMNS)


def page_after(
    environment: Environment, filters: Filters, after: tuple[int, int] | None
) -> QuerySet[Event, dict[str, Any]]:
    """The list from behind (instant, number) of the last row that was read."""
    rows = list_events(environment, filters)
    if after is None:
        return rows
    behind = Q(timestamp_ms__lt=after[0]) | Q(timestamp_ms=after[0], id__lt=after[1])
    return rows.filter(behind, timestamp_ms__lte=after[0])


def get_event(environment: Environment, public_id: str) -> dict[str, Any] | None:
    """One event by the id its answer carried; None where there is none."""
    number = public_ids.decode(public_id, public_ids.keys_of(environment.public_id))
    if number is None:
        return None
    return Event.objects.within(environment).filter(id=number).values(*COLUMNS).first()


def property_keys(environment: Environment, filters: Filters, *, limit: int) -> list[str]:
    """Names of properties among the newest events, the most frequent first."""
    rows = filtered(environment, filters).order_by("-timestamp_ms", "-id")
    seen: Counter[str] = Counter()
    for text in rows.values_list("properties", flat=True)[:SAMPLE]:
        seen.update(key for key in orjson.loads(text) if not key.startswith("$"))
    return sorted(seen, key=lambda key: (-seen[key], key))[:limit]
