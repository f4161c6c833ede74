"""Reads and locks of the leave journal, holidays and balances."""

from __future__ import annotations

import operator
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Any

from django.db.models import Q, QuerySet

from hr.models import Employee, Holiday, LeaveEntry
from hr.selectors.employees import whoever
from hr.workdays import LONGEST_DAYS, Span, holidays_of, shifted, span_of, working_half_days
from pulse.db import disjoint
from pulse.errors import NotFound
from pulse.tenancy.models import Environment

WEEK, MONTH = 7, 31
ENTITLEMENTS: dict[str, float | None] = {
    LeaveEntry.Kind.VACATION: 24.0,
    LeaveEntry.Kind.SICK: None,
    LeaveEntry.Kind.PERSONAL: 4.0,
    LeaveEntry.Kind.PARENTAL: None,
}
"""Days a year where neither the workspace nor the person says otherwise; None has no cap."""


def leave_entries(environment: Environment) -> QuerySet[LeaveEntry]:
    return LeaveEntry.objects.within(environment)


def get_leave(environment: Environment, leave_id: str) -> LeaveEntry:
    """Raises NotFound."""
    found = leave_entries(environment).select_related("employee").filter(public_id=leave_id).first()
    if found is None:
        raise NotFound(f"No leave {leave_id[:60]}.")
    return found


def lock_leave(environment: Environment, leave_id: str) -> LeaveEntry:
    """The entry, held until the transaction ends. Raises NotFound."""
    found = (
        leave_entries(environment)
        .select_for_update(of=("self",), no_key=True)
        .select_related("employee")
        .filter(public_id=leave_id)
        .first()
    )
    if found is None:
        raise NotFound(f"No leave {leave_id[:60]}.")
    return found


def lock_leave_after(environment: Environment, employee: Employee, day: date) -> list[LeaveEntry]:
    """Live entries of a person that start after ``day``, held until the transaction ends."""
    return list(
        leave_entries(environment)
        .select_for_update(of=("self",), no_key=True)
        .select_related("employee")
        .filter(employee=employee, status=LeaveEntry.Status.APPROVED, start_date__gt=day)
        .order_by("pk")
    )


def overlapping(environment: Environment, employee: Employee, span: Span) -> LeaveEntry | None:
    """A live entry of the person that shares a half-day slot with ``span``."""
    return (
        leave_entries(environment)
        .filter(
            employee=employee,
            status=LeaveEntry.Status.APPROVED,
            first_slot__lte=span.last_slot,
            last_slot__gte=span.first_slot,
        )
        .first()
    )


def filter_leave(environment: Environment, filters: dict[str, Any]) -> QuerySet[LeaveEntry]:
    """Entries that match every filter of the list endpoint; cancelled ones only when asked for."""
    touching = intersecting(filters.get("from"), filters.get("to"))
    return _but_for_dates(environment, filters).filter(touching)


def filter_leave_parts(environment: Environment, filters: dict[str, Any]) -> disjoint.Parts:
    """Where the rows of ``filter_leave`` lie; nothing where no date bounds them from below."""
    if "from" not in filters:
        return ()
    # Any status, as a list, lets an index that begins with the status be used for all of them too.
    found = _but_for_dates(environment, filters).filter(status__in=LeaveEntry.Status.values)
    return [found.filter(part) for part in by_length(filters["from"], filters.get("to"))]


def _but_for_dates(environment: Environment, filters: dict[str, Any]) -> QuerySet[LeaveEntry]:
    status = filters.get("status", LeaveEntry.Status.APPROVED)
    found = leave_entries(environment)
    if status != "all":
        found = found.filter(status=status)
    if "employee_id" in filters:
        found = found.filter(employee__in=whoever(environment, public_id=filters["employee_id"]))
    if "kind" in filters:
        found = found.filter(kind=filters["kind"])
    if "updated_since" in filters:
        found = found.filter(updated_at__gte=filters["updated_since"])
    return found


def intersecting(first: date | None, last: date | None) -> Q:
    """Entries that touch the dates from ``first`` to ``last``, both inclusive, either may be open."""
    if first is not None:
        return reduce(operator.or_, by_length(first, last))
    return Q() if last is None else Q(start_date__lte=last)


def by_length(first: date, last: date | None) -> tuple[Q, Q, Q]:
    """The entries that touch these dates, in three disjoint ranges of an index on the start.

    Few entries are longer than a week, fewer than a month, none than 366 days. So what began in the
    week before ``first`` may be of any length, what began before that is looked for among the long
    ones alone, and the age of the journal does not matter.
    """
    week, month, year = (shifted(first, -days) for days in (WEEK, MONTH, LONGEST_DAYS))
    touching = Q(end_date__gte=first)
    if last is not None:
        touching &= Q(start_date__lte=last)
    return (
        touching & Q(start_date__gte=week),
        touching & Q(calendar_days__gt=WEEK, start_date__gte=month, start_date__lt=week),
        touching & Q(calendar_days__gt=MONTH, start_date__gte=year, start_date__lt=month),
    )


def holiday_dates(
    environment: Environment, location: str | None, first: date, last: date
) -> frozenset[date]:
    """Dates that nobody at ``location`` works: the organization's, and the environment's own."""
    found = {
        day
        for where in {"", location or ""}
        for day in _organization_holidays(environment, where)
        if first <= day <= last
    }
    found.update(
        Holiday.objects.within(environment)
        .filter(location__in={"", location or ""}, date__range=(first, last))
        .values_list("date", flat=True)
    )
    return frozenset(found)


def _organization_holidays(environment: Environment, location: str) -> list[date]:
    listed = environment.organization.holidays.get(location, [])
    return [date.fromisoformat(day) for day in listed]


@dataclass(frozen=True, slots=True)
class Balance:
    """One kind of leave in one period, in days; ``entitlement`` and ``remaining`` None: no cap."""

    kind: str
    entitlement: float | None
    used: float
    scheduled: float

    @property
    def remaining(self) -> float | None:
        if self.entitlement is None:
            return None
        return self.entitlement - self.used - self.scheduled


def balances(environment: Environment, employee: Employee, as_of: date) -> list[Balance]:
    """What a person has used and planned in the calendar year of ``as_of``, for every kind.

    Each worked day counts in its own year, so an entry across New Year's Eve splits.
    """
    first, last = date(as_of.year, 1, 1), date(as_of.year, 12, 31)
    rows = (
        leave_entries(environment)
        .filter(intersecting(first, last), employee=employee, status=LeaveEntry.Status.APPROVED)
        .values("kind", "start_date", "end_date", "half_day_start", "half_day_end", "holidays")
    )
    taken = [(row["kind"], span_of(row), holidays_of(row)) for row in rows]
    return _balances(entitlements(environment, employee), taken, as_of)


def balances_after(
    environment: Environment, employee: Employee, kind: str, span: Span, holidays: frozenset[date]
) -> list[Balance]:
    """The balances at the end of the year in which ``span`` starts, had it been logged too."""
    end = date(span.start.year, 12, 31)
    extra = _balances(dict.fromkeys(LeaveEntry.Kind.values), [(kind, span, holidays)], end)
    return [
        replace(now, used=now.used + more.used)
        for now, more in zip(balances(environment, employee, end), extra, strict=True)
    ]


def _balances(
    entitled: dict[str, float | None],
    taken: list[tuple[str, Span, frozenset[date]]],
    as_of: date,
) -> list[Balance]:
    used: defaultdict[str, int] = defaultdict(int)
    scheduled: defaultdict[str, int] = defaultdict(int)
    for kind, span, holidays in taken:
        for day, half_days in working_half_days(span, holidays):
            if day.year == as_of.year:
                (used if day <= as_of else scheduled)[kind] += half_days
    return [
        Balance(kind, entitled[kind], used[kind] / 2, scheduled[kind] / 2)
        for kind in LeaveEntry.Kind.values
    ]


def entitlements(environment: Environment, employee: Employee) -> dict[str, float | None]:
    """Days a year by kind: the person's own, else the workspace's, else the product's."""
    settings = environment.settings.get("hr", {}).get("leave_entitlements", {})
    return {**ENTITLEMENTS, **settings, **employee.leave_entitlements}
