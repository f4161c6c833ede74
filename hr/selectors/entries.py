"""Reads of status-log entries, kudos and workload."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum

from hr.models import Employee, Kudos, StatusLogEntry, WorkloadCheckin
from hr.selectors.employees import whoever
from hr.workdays import shifted
from pulse.errors import NotFound
from pulse.tenancy.models import Environment

SMALLEST_GROUP = 3
"""Answers fewer than this are never counted in public: a count of one names somebody."""


def status_log(environment: Environment) -> QuerySet[StatusLogEntry]:
    return StatusLogEntry.objects.within(environment)


def get_status_log_entry(environment: Environment, entry_id: str) -> StatusLogEntry:
    """Raises NotFound."""
    found = status_log(environment).select_related("employee").filter(public_id=entry_id).first()
    if found is None:
        raise NotFound(f"No status-log entry {entry_id[:60]}.")
    return found


def lock_status_log_entry(environment: Environment, entry_id: str) -> StatusLogEntry:
    """The entry, held until the transaction ends. Raises NotFound."""
    found = (
        status_log(environment)
        .select_for_update(of=("self",), no_key=True)
        .select_related("employee")
        .filter(public_id=entry_id)
        .first()
    )
    if found is None:
        raise NotFound(f"No status-log entry {entry_id[:60]}.")
    return found


def entry_of_day(environment: Environment, employee: Employee, day: date) -> StatusLogEntry | None:
    return status_log(environment).filter(employee=employee, date=day).first()


def filter_status_log(
    environment: Environment, filters: dict[str, Any]
) -> QuerySet[StatusLogEntry]:
    found = status_log(environment)
    lookups = {
        "date": "date",
        "date_from": "date__gte",
        "date_to": "date__lte",
        "topic": "topic",
        "updated_since": "updated_at__gte",
    }
    of = _of_people(environment, filters, {"employee_id": "employee"})
    return found.filter(**_renamed(filters, lookups), **of)


def kudos(environment: Environment) -> QuerySet[Kudos]:
    return Kudos.objects.within(environment)


def filter_kudos(environment: Environment, filters: dict[str, Any]) -> QuerySet[Kudos]:
    lookups = {
        "tag": "tag",
        "created_from": "created_at__gte",
        "created_to": "created_at__lte",
        "updated_since": "created_at__gte",
    }
    sides = {"from_employee_id": "giver", "to_employee_id": "receiver"}
    of = _of_people(environment, filters, sides)
    found = kudos(environment).filter(**_renamed(filters, lookups), **of)
    if "employee_id" in filters:
        person = whoever(environment, public_id=filters["employee_id"])
        found = found.filter(Q(giver__in=person) | Q(receiver__in=person))
    return found


def kudos_between(environment: Environment, first: date, last: date) -> QuerySet[Kudos]:
    """Kudos awarded from ``first`` to ``last``, inclusive, as the organization's clocks have it."""
    zone = ZoneInfo(environment.organization.time_zone)
    # The calendar's first midnight is no instant east of Greenwich, where it is the year 0.
    begin, end = (
        datetime.combine(max(day, shifted(date.min, 1)), time(), zone)
        for day in (first, shifted(last, 1))
    )
    return kudos(environment).filter(created_at__gte=begin, created_at__lt=end)


def coins_given(environment: Environment, giver: Employee, first: date, last: date) -> int:
    total = (
        kudos_between(environment, first, last).filter(giver=giver).aggregate(total=Sum("coins"))
    )
    return total["total"] or 0


def workload(environment: Environment) -> QuerySet[WorkloadCheckin]:
    return WorkloadCheckin.objects.within(environment)


def filter_workload(environment: Environment, filters: dict[str, Any]) -> QuerySet[WorkloadCheckin]:
    lookups = {
        "week_start": "week_start",
        "week_from": "week_start__gte",
        "week_to": "week_start__lte",
        "level": "level",
        "updated_since": "updated_at__gte",
    }
    of = _of_people(environment, filters, {"employee_id": "employee"})
    return workload(environment).filter(**_renamed(filters, lookups), **of)


def checkin_of_week(
    environment: Environment, employee: Employee, week_start: date
) -> WorkloadCheckin | None:
    return workload(environment).filter(employee=employee, week_start=week_start).first()


def _of_people(
    environment: Environment, filters: dict[str, Any], columns: dict[str, str]
) -> dict[str, Any]:
    """Lookups of the filters that name a person by id; ``columns`` says which column each is about."""
    return {
        f"{column}__in": whoever(environment, public_id=filters[name])
        for name, column in columns.items()
        if name in filters
    }


def _renamed(filters: dict[str, Any], lookups: dict[str, str]) -> dict[str, Any]:
    return {lookups[name]: value for name, value in filters.items() if name in lookups}


@dataclass(frozen=True, slots=True)
class WorkloadWeek:
    """How many people gave each answer in a week; ``counts`` None where that would tell who."""

    week_start: date
    respondents: int | None
    counts: dict[str, int] | None


def workload_weeks(
    environment: Environment, *, last_week: date, weeks: int, department: str | None
) -> list[WorkloadWeek]:
    """Counts per level for ``weeks`` weeks up to ``last_week``, oldest first.

    A week is hidden below three respondents, and so is a department whose counts would show a
    smaller group by subtraction.
    """
    first_week = last_week - timedelta(weeks=weeks - 1)
    rows = (
        workload(environment)
        .filter(week_start__range=(first_week, last_week))
        .order_by()
        .values("week_start", "level", "employee__department")
        .annotate(people=Count("pk"))
    )
    chosen: defaultdict[date, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(WorkloadCheckin.Level.values, 0)
    )
    groups: defaultdict[date, Counter[str | None]] = defaultdict(Counter)
    for row in rows:
        week, group = row["week_start"], row["employee__department"]
        groups[week][group] += row["people"]
        if department is None or group == department:
            chosen[week][row["level"]] += row["people"]
    return [
        _week(week, chosen[week], hidden=department in _hidden(groups[week]))
        for week in (first_week + timedelta(weeks=number) for number in range(weeks))
    ]


def _week(week: date, counts: dict[str, int], *, hidden: bool) -> WorkloadWeek:
    respondents = sum(counts.values())
    if respondents < SMALLEST_GROUP or hidden:
        return WorkloadWeek(week, None, None)
    return WorkloadWeek(week, respondents, counts)


def _hidden(groups: Counter[str | None]) -> set[str]:
    """Departments not shown in a week: the small ones, and one more where the total less all shown
    ones would leave a small remainder. People without a department are in that remainder always.
    """
    shown = sorted(
        (people, name)
        for name, people in groups.items()
        if name is not None and people >= SMALLEST_GROUP
    )
    remainder = groups.total() - sum(people for people, _ in shown)
    if 0 < remainder < SMALLEST_GROUP and shown:
        shown.pop(0)
    kept = {name for _, name in shown}
    return {name for name in groups if name is not None} - kept


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's place on the leaderboard; people with equal coins share a rank."""

    rank: int
    employee_id: str
    full_name: str
    coins: int
    kudos: int


def leaderboard(
    environment: Environment, *, first: date, last: date, direction: str, limit: int
) -> list[Standing]:
    """The people who received (or gave) most coins from ``first`` to ``last``, inclusive."""
    side = "receiver" if direction == "received" else "giver"
    rows = (
        kudos_between(environment, first, last)
        .filter(**{f"{side}__erased_at": None})
        .order_by()
        .values(f"{side}__public_id", f"{side}__full_name")
        .annotate(total=Sum("coins"), times=Count("pk"))
        .order_by("-total", f"{side}__full_name", f"{side}__public_id")[:limit]
    )
    standings: list[Standing] = []
    for number, row in enumerate(rows, start=1):
        tied = standings and standings[-1].coins == row["total"]
        standings.append(
            Standing(
                rank=standings[-1].rank if tied else number,
                employee_id=row[f"{side}__public_id"],
                full_name=row[f"{side}__full_name"],
                coins=row["total"],
                kudos=row["times"],
            )
        )
    return standings


def period_of(name: str, today: date) -> tuple[date, date]:
    """First and last day of the ``week``, ``month``, ``quarter`` or ``year`` around ``today``."""
    if name == "week":
        first = today - timedelta(days=today.weekday())
        return first, first + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[name]
    begin = (today.month - 1) // months * months + 1
    first = date(today.year, begin, 1)
    after = first.year * 12 + first.month - 1 + months
    return first, date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
