"""Who is out when, and the feeds that calendar programs subscribe to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from hr.models import CalendarFeed, Holiday, LeaveEntry
from hr.selectors import leave
from hr.workdays import SATURDAY
from pulse.errors import NotFound
from pulse.tenancy.models import Environment

LONGEST_CALENDAR_DAYS = 62
FEED_PAST_DAYS = 366
MAX_ENTRIES = 2000
CHUNK = 500
ONE_DAY = timedelta(days=1)
ENTRY_COLUMNS = (
    "public_id", "kind", "start_date", "end_date", "half_day_start", "half_day_end", "updated_at",
    "employee__public_id", "employee__full_name", "employee__department",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """Who is out on one day: the exact number, and the entries that began last."""

    date: date
    holidays: list[str]
    people_out: int
    entries: list[dict[str, Any]]

    @property
    def weekend(self) -> bool:
        return self.date.weekday() >= SATURDAY


def out_between(
    environment: Environment, filters: dict[str, Any], first: date, last: date
) -> QuerySet[LeaveEntry]:
    """Live entries that touch these days, of the department, location or person asked for."""
    lookups = {
        "department": "employee__department",
        "location": "employee__location",
        "employee_id": "employee__public_id",
        "manager_id": "employee__manager__public_id",
    }
    narrowed = {lookups[name]: value for name, value in filters.items() if name in lookups}
    return (
        leave.leave_entries(environment)
        .filter(leave.intersecting(first, last), status=LeaveEntry.Status.APPROVED)
        .filter(**narrowed)
    )


def leave_calendar(
    environment: Environment, *, filters: dict[str, Any], first: date, last: date, limit: int
) -> list[CalendarDay]:
    """Each day from ``first`` to ``last``: how many are out, and up to ``limit`` of the entries.

    The counts are exact; where a day has more than ``limit``, those that began last are shown.
    """
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    found = out_between(environment, filters, first, last)
    out = dict.fromkeys(days, 0)
    shown: dict[date, list[int]] = {day: [] for day in days}
    spans = found.order_by().values_list("start_date", "pk", "end_date")
    for start, pk, end in sorted(spans, reverse=True):
        day = max(start, first)
        while day <= min(end, last):
            out[day] += 1
            if len(shown[day]) < limit:
                shown[day].append(pk)
            day += ONE_DAY
    rows = _rows(environment, {pk for some in shown.values() for pk in some})
    named = holidays_by_date(environment, filters.get("location"), first, last)
    return [
        CalendarDay(
            date=day,
            holidays=named.get(day, []),
            people_out=out[day],
            entries=[rows[pk] for pk in reversed(shown[day]) if pk in rows],
        )
        for day in days
    ]


def _rows(environment: Environment, numbers: set[int]) -> dict[int, dict[str, Any]]:
    """The entries of these numbers, a few hundred at a time."""
    wanted, rows = sorted(numbers), {}
    for start in range(0, len(wanted), CHUNK):
        found = leave.leave_entries(environment).filter(pk__in=wanted[start : start + CHUNK])
        rows.update({row.pop("pk"): row for row in found.values(*ENTRY_COLUMNS, "pk")})
    return rows


def holidays_by_date(
    environment: Environment, location: str | None, first: date, last: date
) -> dict[date, list[str]]:
    """Names of the holidays everywhere and at ``location``, by date."""
    named: dict[date, list[str]] = {}
    for day in sorted(leave.holiday_dates(environment, location, first, last)):
        named[day] = []
    for holiday in (
        holidays(environment)
        .filter(location__in={"", location or ""}, date__range=(first, last))
        .order_by("date", "pk")
    ):
        named[holiday.date].append(holiday.name)
    return named


def holidays(environment: Environment) -> QuerySet[Holiday]:
    return Holiday.objects.within(environment)


def filter_holidays(environment: Environment, filters: dict[str, Any]) -> QuerySet[Holiday]:
    lookups = {"location": "location", "from": "date__gte", "to": "date__lte"}
    return holidays(environment).filter(
        **{lookups[name]: value for name, value in filters.items() if name in lookups}
    )


def get_holiday(environment: Environment, holiday_id: str) -> Holiday:
    """Raises NotFound."""
    found = holidays(environment).filter(public_id=holiday_id).first()
    if found is None:
        raise NotFound(f"No holiday {holiday_id[:60]}.")
    return found


def feeds(environment: Environment, *, of: str | None = None) -> QuerySet[CalendarFeed]:
    """The addresses that are open, of one person where ``of`` names them."""
    found = CalendarFeed.objects.within(environment).filter(revoked_at=None)
    return found if of is None else found.filter(employee__public_id=of)


def get_feed(environment: Environment, feed_id: str) -> CalendarFeed:
    """Raises NotFound."""
    found = feeds(environment).select_related("employee").filter(public_id=feed_id).first()
    if found is None:
        raise NotFound(f"No calendar feed {feed_id[:60]}.")
    return found


def feed_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def feed_by_token(token: str) -> CalendarFeed:
    """The feed that a secret address opens. Raises NotFound for revoked ones too."""
    found = (
        CalendarFeed.unscoped.select_related("employee", "environment__organization")
        .filter(digest=feed_digest(token), revoked_at=None)
        .first()
    )
    if found is None:
        raise NotFound("No such calendar.")
    return found


def feed_entries(feed: CalendarFeed, today: date) -> Iterable[dict[str, Any]]:
    """Live entries of a feed's audience, from a year ago on, oldest first."""
    filters: dict[str, Any] = {}
    if feed.audience == CalendarFeed.Audience.PERSON and feed.employee is not None:
        filters["employee_id"] = feed.employee.public_id
    if feed.audience == CalendarFeed.Audience.TEAM:
        filters["department"] = feed.department
    first = today - timedelta(days=FEED_PAST_DAYS)
    found = out_between(feed.environment, filters, first, date.max)
    return found.order_by("start_date", "pk").values(*ENTRY_COLUMNS)
