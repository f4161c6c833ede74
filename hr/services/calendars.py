"""Writing holidays and calendar feeds."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from hr.errors import UnknownEmployee
from hr.models import CalendarFeed, Holiday
from hr.selectors import calendars as selectors
from hr.selectors import employees as people
from pulse.errors import Conflict, FieldError
from pulse.tenancy.models import Environment

TOKEN_BYTES = 32


@transaction.atomic
def add_holiday(environment: Environment, *, values: dict[str, Any], now: datetime) -> Holiday:
    """Declare a day off for a location, or for everywhere. Raises Conflict where it is declared.

    Entries that were logged before keep the days they were logged with.
    """
    try:
        with transaction.atomic():
            return Holiday.objects.create(environment=environment, created_at=now, **values)
    except IntegrityError as error:
        reason = "is already a holiday there"
        raise Conflict(f"date {reason}", fields=[FieldError("date", reason)]) from error


@transaction.atomic
def remove_holiday(environment: Environment, *, holiday_id: str) -> None:
    """Raises NotFound."""
    selectors.get_holiday(environment, holiday_id).delete()


@transaction.atomic
def open_feed(
    environment: Environment,
    *,
    audience: str,
    employee_id: str | None = None,
    department: str = "",
    show_kinds: bool = False,
    now: datetime,
) -> tuple[CalendarFeed, str]:
    """Make a calendar address; the second member is its secret, which is not stored.

    Raises UnknownEmployee.
    """
    employee = people.find_employee(environment, employee_id)
    if employee is None and employee_id is not None:
        raise UnknownEmployee("employee_id")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed.objects.create(
        environment=environment,
        digest=selectors.feed_digest(token),
        audience=audience,
        employee=employee,
        department=department,
        show_kinds=show_kinds,
        created_at=now,
    )
    return feed, token


@transaction.atomic
def revoke_feed(environment: Environment, *, feed_id: str, now: datetime) -> None:
    """Close a calendar address for good. Raises NotFound."""
    feed = selectors.get_feed(environment, feed_id)
    feed.revoked_at = now
    feed.save(update_fields=["revoked_at"])
