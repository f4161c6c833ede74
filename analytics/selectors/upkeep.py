"""Reads of what is to be deleted: erasures, rows past their retention, old partitions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.db.models import QuerySet, Sum

from analytics.models import Erasure, Event, InsertId, Rejection
from analytics.selectors.events import by_person
from pulse.tenancy.models import Environment

SETTING = "retention_days"

Doomed = tuple[int, int, int, int, str]
"""(id, receipt, environment, instant, name) of an event about to be deleted."""


def get_erasure(environment: Environment, public_id: str) -> Erasure | None:
    return Erasure.objects.within(environment).filter(public_id=public_id).first()


def pending_erasures(limit: int) -> list[Erasure]:
    """The oldest open requests of all environments."""
    rows = Erasure.unscoped.select_related("environment").filter(state=Erasure.State.PENDING)
    return list(rows.order_by("requested_at", "pk")[:limit])


def lock_erasure(pk: int) -> Erasure | None:
    """The request, if it is still open; one worker at a time has it."""
    rows = Erasure.unscoped.select_for_update().filter(pk=pk, state=Erasure.State.PENDING)
    return rows.first()


def lock_environment(environment: Environment) -> Environment:
    """The row whose settings are about to change."""
    return Environment.objects.select_for_update().get(pk=environment.pk)


def fresh_environment(environment: Environment) -> Environment:
    """The row as it is now: a key's cached environment may be half a minute old."""
    return Environment.objects.get(pk=environment.pk)


def retention_days(environment: Environment) -> int | None:
    """For how many days from receipt events are kept; None is for ever."""
    days = environment.settings.get("analytics", {}).get(SETTING)
    return days if isinstance(days, int) else None


def environments_with_retention() -> list[tuple[Environment, int]]:
    rows = ((one, retention_days(one)) for one in Environment.objects.order_by("pk"))
    return [(environment, days) for environment, days in rows if days is not None]


def of_user(environment_id: int, user_id: str, received_until_ms: int, limit: int) -> list[Doomed]:
    """Events of a user that had arrived by then."""
    rows = by_person(Event.objects.within(environment_id)).filter(user_id=user_id)
    return _doomed(rows.filter(received_ms__lte=received_until_ms), limit)


def user_ids(environment: Environment) -> list[str]:
    """Everybody whom an event of the environment names."""
    rows = Event.objects.within(environment).exclude(user_id=None)
    return list(rows.values_list("user_id", flat=True).distinct())


def received_before(environment: Environment, cutoff_ms: int, limit: int) -> list[Doomed]:
    """The earliest stored events of an environment that are past their retention."""
    rows = Event.objects.within(environment).filter(received_ms__lt=cutoff_ms)
    return _doomed(rows.order_by("id"), limit)


def _doomed(rows: QuerySet[Event], limit: int) -> list[Doomed]:
    return list(
        rows.values_list("id", "received_ms", "environment_id", "timestamp_ms", "name")[:limit]
    )


def forgotten_insert_ids(before_ms: int, limit: int) -> list[tuple[int, str]]:
    rows = InsertId.unscoped.filter(received_ms__lt=before_ms).order_by("received_ms")
    return list(rows.values_list("environment_id", "insert_id")[:limit])


def partitions() -> list[tuple[str, int, int]]:
    """(table, from, to) of the monthly partitions, by month; empty on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname, substring(bounds from 'FROM \\(''(\\d+)''\\)')::bigint,"
            " substring(bounds from 'TO \\(''(\\d+)''\\)')::bigint"
            " FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid,"
            " LATERAL pg_get_expr(child.relpartbound, child.oid) AS bounds"
            " WHERE inhparent = 'analytics_event'::regclass AND bounds <> 'DEFAULT' ORDER BY 2"
        )
        return [(name, low, high) for name, low, high in cursor.fetchall()]


def environments_in(low_ms: int, high_ms: int) -> Sequence[int]:
    """Environments with events received in [low, high); one partition is read for it."""
    rows = Event.unscoped.filter(received_ms__gte=low_ms, received_ms__lt=high_ms)
    return list(rows.values_list("environment_id", flat=True).distinct())


def rejections(environment: Environment, since: date) -> list[tuple[str, int]]:
    """(reason, count) of what Segment's clients sent in vain since that day, the most frequent first."""
    rows = Rejection.objects.within(environment).filter(day__gte=since).values("reason")
    counted = rows.annotate(total=Sum("count")).order_by("-total", "reason")
    return [(row["reason"], row["total"]) for row in counted[:20]]
