"""Who is out when, and the feeds that calendar programs subscribe to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from hr.models import CalendarFeed, Holiday, LeaveEntry
from hr.selectors import leave
from hr.selectors.employees import whoever
from pulse.errors import NotFound
from pulse.tenancy.models import Environment

FEED_PAST_DAYS = 366
MAX_ENTRIES = 2000
ENTRY_COLUMNS = (
    "public_id", "kind", "start_date", "end_date", "half_day_start", "half_day_end", "updated_at",
    "employee__public_id", "employee__full_name", "employee__department",
)  # fmt: skip


def out_between(
    environment: Environment, filters: dict[str, Any], first: date, last: date
) -> QuerySet[LeaveEntry]:
    """Live entries that touch these days, of the department, location or person asked for."""
    return live_entries(environment, filters).filter(leave.intersecting(first, last))


def live_entries(environment: Environment, filters: dict[str, Any]) -> QuerySet[LeaveEntry]:
    lookups = {"department": "department", "location": "location", "employee_id": "public_id"}
    whose = {lookups[name]: value for name, value in filters.items() if name in lookups}
    if "manager_id" in filters:
        whose["manager__in"] = whoever(environment, public_id=filters["manager_id"])
    found = leave.leave_entries(environment).filter(status=LeaveEntry.Status.APPROVED)
    return found.filter(employee__in=whoever(environment, **whose)) if whose else found


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
    return found if of is None else found.filter(employee__in=whoever(environment, public_id=of))


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
