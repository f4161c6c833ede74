"""A person's right to a copy of their data, and to be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hr import events, shapes, statements
from hr.models import Employee
from hr.selectors import calendars, entries, leave, scores
from hr.selectors import employees as people
from hr.services.leave import cancel_after
from pulse.erasure.services import erase_subject
from pulse.tenancy.models import Environment
from pulse.times import today as today_of
from pulse.webhooks.services import publish

REMOVED = "[erased]"


def subject_copy(environment: Environment, employee: Employee, *, today: date) -> dict[str, Any]:
    """Everything that is stored about a person, as the API spells it."""
    about = {"employee_id": employee.public_id}
    return {
        "employee": shapes.employee(shapes.columns(employee, shapes.EMPLOYEE), today=today),
        "status_log": [
            shapes.status_log_entry(row)
            for row in entries.filter_status_log(environment, about).values(*shapes.STATUS_LOG)
        ],
        "kudos": [
            shapes.kudos(row)
            for row in entries.filter_kudos(environment, about).values(*shapes.KUDOS)
        ],
        "workload_checkins": [
            shapes.workload_checkin(row)
            for row in entries.filter_workload(environment, about).values(*shapes.WORKLOAD)
        ],
        "leave": [
            shapes.leave(row)
            for row in leave.filter_leave(environment, about | {"status": "all"}).values(
                *shapes.LEAVE
            )
        ],
        "score_inputs": [
            {"date": row["date"].isoformat(), **{name: row[name] for name in scores.MEASURES}}
            for row in scores.all_inputs(environment, employee).values("date", *scores.MEASURES)
        ],
    }


@transaction.atomic
def erase_employee(environment: Environment, *, employee_id: str, now: datetime) -> Employee:
    """Forget a person: what they wrote and who they were goes, counts and dates stay.

    The row stays under its id, so that aggregates and other people's records hold together. Whoever
    is still there is offboarded, and what they had planned is taken back. The kernel's own copies
    (event bodies, stored answers, mails, exports) go in the same transaction. Repeating it forgets
    what was copied since and leaves the row as it is. Raises NotFound.
    """
    employee = people.lock_employee(environment, employee_id)
    today = today_of(environment.organization, now)
    address = employee.email
    was_here = employee.offboarded_at is None
    if employee.erased_at is None:
        _empty(employee, today, now)
    entries.status_log(environment).filter(employee=employee).update(
        lines=[REMOVED], updated_at=now
    )
    entries.kudos(environment).filter(giver=employee).update(note=REMOVED)
    entries.kudos(environment).filter(receiver=employee).update(note=REMOVED)
    leave.leave_entries(environment).filter(employee=employee).update(note=None, updated_at=now)
    scores.all_inputs(environment, employee).delete()
    calendars.feeds(environment).filter(employee=employee).update(revoked_at=now)
    erase_subject(environment, employee.public_id, now=now, addresses=[address])
    if was_here:
        cancel_after(environment, employee, now=now)
        data = shapes.employee(shapes.columns(employee, shapes.EMPLOYEE), today=today)
        publish(environment, events.EmployeeOffboarded(data=data, subject_ref=employee.public_id))
    return employee


def forget(environment: Environment, wanted: Callable[[str], bool], now: datetime) -> int:
    """Erase everybody whose id ``wanted`` accepts; how many that were."""
    ids = people.employees(environment).values_list("public_id", flat=True)
    found = [one for one in ids if wanted(one)]
    for one in found:
        erase_employee(environment, employee_id=one, now=now)
    return len(found)


def _empty(employee: Employee, today: date, now: datetime) -> None:
    employee.email = f"{employee.public_id.lower()}@erased.invalid"
    employee.full_name = REMOVED
    employee.role = employee.department = employee.location = employee.manager = None
    employee.custom_fields = {}
    employee.leave_entitlements = {}
    employee.external_id = employee.user_name = employee.search = ""
    employee.scim = {}
    if employee.end_date is None or employee.end_date > today:
        employee.end_date = max(today, employee.start_date)
    employee.offboarded_at = employee.offboarded_at or now
    employee.erased_at = now
    employee.updated_at = now
    employee.version += 1
    employee.save()
    statements.forget_parts()
