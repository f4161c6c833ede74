"""Rows of every list as flat records, for export files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework.serializers import Serializer

from hr import shapes
from hr.selectors import employees as people
from hr.selectors import entries, leave
from hr.serializers.employees import EmployeeQuery
from hr.serializers.entries import KudosQuery, StatusLogQuery, WorkloadQuery
from hr.serializers.leave import LeaveQuery
from pulse.tenancy.models import Environment
from pulse.times import today

CHUNK = 1000
Row = dict[str, Any]
QUERIES: dict[str, type[Serializer[Any]]] = {
    "employees": EmployeeQuery,
    "status-log": StatusLogQuery,
    "kudos": KudosQuery,
    "workload-checkins": WorkloadQuery,
    "leave": LeaveQuery,
}
"""What each kind may be filtered by: the parameters of its list."""
SCOPES = {
    "employees": "read:employees",
    "status-log": "read:status_log",
    "kudos": "read:kudos",
    "workload-checkins": "read:workload",
    "leave": "read:leave",
}
"""The scope of the list that a kind of export is."""


def employees(environment: Environment, parameters: Row) -> Iterator[Row]:
    day = today(environment.organization, datetime.now(UTC))
    found = people.filter_employees(environment, _filters("employees", parameters), today=day)
    return _rows(found, shapes.EMPLOYEE, lambda row: shapes.employee(row, today=day))


def status_log(environment: Environment, parameters: Row) -> Iterator[Row]:
    found = entries.filter_status_log(environment, _filters("status-log", parameters))
    return _rows(found, shapes.STATUS_LOG, shapes.status_log_entry)


def kudos(environment: Environment, parameters: Row) -> Iterator[Row]:
    found = entries.filter_kudos(environment, _filters("kudos", parameters))
    return _rows(found, shapes.KUDOS, shapes.kudos)


def workload_checkins(environment: Environment, parameters: Row) -> Iterator[Row]:
    found = entries.filter_workload(environment, _filters("workload-checkins", parameters))
    return _rows(found, shapes.WORKLOAD, shapes.workload_checkin)


def leave_entries(environment: Environment, parameters: Row) -> Iterator[Row]:
    found = leave.filter_leave(environment, _filters("leave", parameters))
    return _rows(found, shapes.LEAVE, shapes.leave)


def _filters(kind: str, parameters: Row) -> Row:
    """The stored parameters, which were checked and are text again, as the list reads them."""
    query = QUERIES[kind](data=parameters)
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


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
