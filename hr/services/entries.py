"""Writing status-log entries, kudos and workload answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from hr import events, shapes
from hr.errors import (
    EntryExists,
    FormerEmployee,
    UnknownEmployee,
    WeekIsOver,
    check_fixed,
    unprocessable,
)
from hr.models import Employee, Kudos, StatusLogEntry, WorkloadCheckin
from hr.selectors import employees as people
from hr.selectors import entries as selectors
from hr.workdays import monday_of
from pulse.tenancy.models import Environment
from pulse.times import today as today_of
from pulse.webhooks.services import publish


@transaction.atomic
def post_status_log(
    environment: Environment,
    *,
    employee_id: str,
    lines: list[str],
    topic: str = StatusLogEntry.Topic.STATUS,
    date: date | None = None,
    now: datetime,
) -> StatusLogEntry:
    """Post what a person did on a day, today unless said otherwise; one entry per person and day.

    Raises UnknownEmployee, FormerEmployee, Unprocessable, EntryExists.
    """
    today = today_of(environment.organization, now)
    day = date or today
    employee = _person(environment, employee_id, "employee_id", today)
    if day > today:
        raise unprocessable("date lies in the future", "date")
    if day < employee.start_date or (employee.end_date is not None and day > employee.end_date):
        raise unprocessable("date falls outside the dates of employment", "date")
    try:
        with transaction.atomic():
            entry = StatusLogEntry.objects.create(
                environment=environment,
                employee=employee,
                date=day,
                lines=lines,
                topic=topic,
                created_at=now,
                updated_at=now,
            )
    except IntegrityError as error:
        existing = selectors.entry_of_day(environment, employee, day)
        if existing is None:
            raise
        raise EntryExists(existing.public_id) from error
    publish(
        environment,
        events.StatusLogPosted(
            data=shapes.status_log_entry(shapes.columns(entry, shapes.STATUS_LOG)),
            subject_ref=employee.public_id,
        ),
    )
    return entry


@transaction.atomic
def correct_status_log(
    environment: Environment, *, entry_id: str, changes: dict[str, Any], now: datetime
) -> StatusLogEntry:
    """Mend an entry on the day it was posted for; what changes nothing leaves ``updated_at``.

    Raises NotFound, Unprocessable.
    """
    entry = selectors.lock_status_log_entry(environment, entry_id)
    if entry.date != today_of(environment.organization, now):
        raise unprocessable("an entry can be corrected on its own day only", "date")
    fixed = {"employee_id": entry.employee.public_id, "date": entry.date}
    changes = check_fixed(fixed, changes)
    changes = {name: value for name, value in changes.items() if getattr(entry, name) != value}
    if changes:
        for name, value in changes.items():
            setattr(entry, name, value)
        entry.updated_at = now
        entry.save(update_fields=[*changes, "updated_at"])
    return entry


@transaction.atomic
def award_kudos(
    environment: Environment,
    *,
    from_employee_id: str,
    to_employee_id: str,
    coins: int,
    tag: str,
    note: str,
    now: datetime,
) -> Kudos:
    """Let one person recognise another.

    Where the environment sets a monthly allowance, the giver's row is locked before it is added up.
    Raises UnknownEmployee, FormerEmployee, Unprocessable.
    """
    today = today_of(environment.organization, now)
    giver = _person(environment, from_employee_id, "from_employee_id", today)
    receiver = _person(environment, to_employee_id, "to_employee_id", today)
    if giver.pk == receiver.pk:
        raise unprocessable("kudos cannot be given to oneself", "to_employee_id")
    _check_allowance(environment, giver, coins, today)
    row = Kudos.objects.create(
        environment=environment,
        giver=giver,
        receiver=receiver,
        coins=coins,
        tag=tag,
        note=note,
        created_at=now,
    )
    publish(
        environment,
        events.KudosAwarded(
            data=shapes.kudos(shapes.columns(row, shapes.KUDOS)),
            subject_ref=f"{giver.public_id} {receiver.public_id}",
        ),
    )
    return row


@transaction.atomic
def record_workload(
    environment: Environment,
    *,
    employee_id: str,
    level: str,
    week_start: date | None = None,
    now: datetime,
) -> tuple[WorkloadCheckin, bool]:
    """Record or change how loaded a person is this week; the second member is whether it is new.

    The person's row is locked, so the last of two answers wins and neither is lost. The same
    answer again changes and announces nothing. A week that is over takes a late first answer and
    never another.
    Raises UnknownEmployee, FormerEmployee, Unprocessable, WeekIsOver.
    """
    today = today_of(environment.organization, now)
    week = week_start or monday_of(today)
    employee = _check_person(
        people.lock_employee_if_known(environment, employee_id), "employee_id", today
    )
    _check_week(employee, week, today)
    row = selectors.checkin_of_week(environment, employee, week)
    if row is not None and row.level == level:
        return row, False
    if row is not None and week < monday_of(today):
        raise WeekIsOver
    is_new = row is None
    if row is None:
        row = WorkloadCheckin(
            environment=environment, employee=employee, week_start=week, created_at=now
        )
    row.level = level
    row.updated_at = now
    row.save()
    publish(
        environment,
        events.WorkloadRecorded(
            data=shapes.workload_checkin(shapes.columns(row, shapes.WORKLOAD)),
            subject_ref=employee.public_id,
        ),
    )
    return row, is_new


def _person(environment: Environment, employee_id: str, field: str, today: date) -> Employee:
    return _check_person(people.find_employee(environment, employee_id), field, today)


def _check_person(employee: Employee | None, field: str, today: date) -> Employee:
    if employee is None:
        raise UnknownEmployee(field)
    if employee.status_on(today) == Employee.Status.FORMER:
        raise FormerEmployee(field)
    return employee


def _check_week(employee: Employee, week: date, today: date) -> None:
    if week != monday_of(week):
        raise unprocessable("week_start is not a Monday", "week_start")
    if week > today:
        raise unprocessable("week_start lies in the future", "week_start")
    if monday_of(employee.start_date) > week:
        raise unprocessable("week_start falls before the employment", "week_start")
    if employee.end_date is not None and week > employee.end_date:
        raise unprocessable("week_start falls after the employment", "week_start")


def _check_allowance(environment: Environment, giver: Employee, coins: int, today: date) -> None:
    allowance = environment.settings.get("hr", {}).get("kudos_monthly_allowance")
    if allowance is None:
        return
    people.lock_employee(environment, giver.public_id)
    first, last = selectors.period_of("month", today)
    left = allowance - selectors.coins_given(environment, giver, first, last)
    if coins > left:
        raise unprocessable(f"only {max(0, left)} coins are left this month", "coins")
