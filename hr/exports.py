"""Rows of every list as flat records, for export files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from hr import shapes
from hr.selectors import employees as people
from hr.selectors import entries, leave
from pulse.tenancy.models import Environment
from pulse.times import today

CHUNK = 1000
Row = dict[str, Any]


def employees(environment: Environment, parameters: Row) -> Iterator[Row]:
    day = today(environment.organization, datetime.now(UTC))
    found = people.filter_employees(environment, parameters, today=day)
    return _rows(found, shapes.EMPLOYEE, lambda row: shapes.employee(row, today=day))


def status_log(environment: Environment, parameters: Row) -> Iterator[Row]:
    found = entries.filter_status_log(environment, parameters)
    return _rows(found, shapes.STATUS_LOG, shapes.status_log_entry)


def kudos(environment: Environment, parameters: Row) -> Iterator[Row]:
    return _rows(entries.filter_kudos(environment, parameters), shapes.KUDOS, shapes.kudos)


def workload_checkins(environment: Environment, parameters: Row) -> Iterator[Row]:
    found = entries.filter_workload(environment, parameters)
    return _rows(found, shapes.WORKLOAD, shapes.workload_checkin)


def leave_entries(environment: Environment, parameters: Row) -> Iterator[Row]:
    return _rows(leave.filter_leave(environment, parameters), shapes.LEAVE, shapes.leave)


def _rows(
    found: QuerySet[Any], columns: tuple[str, ...], shape: Callable[[shapes.Row], Row]
) -> Iterator[Row]:
    """Oldest first, a thousand at a time, so that memory stays flat whatever the table holds."""
    last = 0
    while True:
        page = list(found.filter(pk__gt=last).order_by("pk").values(*columns, "pk")[:CHUNK])
        yield from (shape(row) for row in page)
        if len(page) < CHUNK:
            return
        last = page[-1]["pk"]
