"""Writing people: adding, changing, moving, offboarding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from hr import events, shapes
from hr.addresses import normal_email
from hr.errors import (
    EmailTaken,
    Erased,
    FormerEmployee,
    ReversedDates,
    StaleVersion,
    UnknownEmployee,
    unprocessable,
)
from hr.models import Employee
from hr.selectors import employees as selectors
from hr.services import custom_fields, leave
from pulse import fastjson
from pulse.tenancy.models import Environment
from pulse.times import today as today_of
from pulse.webhooks.services import publish

PRIVATE = ("external_id", "user_name", "scim")
"""What SCIM keeps beside a person and the resource does not show."""
PLAIN = ("email", "full_name", "role", "department", "location", "start_date", "end_date")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the caller believes: ``version`` from the body, ``versions`` from If-Match.

    Both None means last write wins; an empty ``versions`` matches nothing.
    """

    version: int | None = None
    versions: tuple[int, ...] | None = None

    def check(self, current: int) -> None:
        if self.versions is not None and current not in self.versions:
            raise StaleVersion(current)
        if self.version is not None and self.version != current:
            raise StaleVersion(current)


ANY_VERSION = Expected()


@transaction.atomic
def create_employee(environment: Environment, *, values: dict[str, Any], now: datetime) -> Employee:
    """Add a person; ``values`` has the writable members, ``start_date`` defaults to today.

    Somebody whose last day is over arrives as a former person, and both events go out.
    Raises EmailTaken, UnknownEmployee, FormerEmployee, ReversedDates, Unprocessable.
    """
    today = today_of(environment.organization, now)
    employee = Employee(environment=environment, created_at=now, updated_at=now)
    for name in PLAIN:
        setattr(employee, name, values.get(name))
    employee.email = normal_email(values["email"])
    employee.start_date = values.get("start_date") or today
    for name in PRIVATE:
        if name in values:
            setattr(employee, name, values[name])
    _check_dates(employee)
    employee.manager = _manager(environment, values.get("manager_id"), today)
    employee.custom_fields = custom_fields.merged(
        environment, {}, values.get("custom_fields") or {}
    )
    if employee.end_date is not None and employee.end_date < today:
        employee.offboarded_at = now
    _store(environment, employee)

    _announce(environment, events.EmployeeCreated, employee, today)
    if employee.offboarded_at is not None:
        _announce(environment, events.EmployeeOffboarded, employee, today)
    return employee


@transaction.atomic
def update_employee(
    environment: Environment,
    *,
    employee_id: str,
    changes: dict[str, Any],
    now: datetime,
    expected: Expected = ANY_VERSION,
) -> Employee:
    """Apply a merge patch: absent keeps, None clears, ``custom_fields`` merges key by key.

    A patch that changes nothing keeps the version and announces nothing. The hierarchy is locked
    before the person whenever the manager may change, so two patches cannot close a loop together.
    Raises NotFound, Erased, StaleVersion, EmailTaken, UnknownEmployee, FormerEmployee,
    ReversedDates, Unprocessable.
    """
    today = today_of(environment.organization, now)
    if changes.get("manager_id") is not None:
        selectors.lock_hierarchy(environment)
    employee = selectors.lock_employee(environment, employee_id)
    if employee.erased_at is not None:
        raise Erased
    expected.check(employee.version)
    before = _shape(employee, today)
    was_former = employee.status_on(today) == Employee.Status.FORMER

    _apply(environment, employee, changes, today)
    if "end_date" in changes and changes["end_date"] != _date(before["end_date"]):
        ended = employee.end_date is not None and employee.end_date < today
        employee.offboarded_at = (employee.offboarded_at or now) if ended else None
    previous = _differences(before, _shape(employee, today))
    if not previous and not _private_change(employee, changes):
        return employee
    _save(environment, employee, now)

    _announce(environment, events.EmployeeUpdated, employee, today, previous=previous)
    if employee.offboarded_at is not None and "end_date" in previous:
        leave.cancel_after(environment, employee, now=now)
    if employee.offboarded_at is not None and not was_former:
        _announce(environment, events.EmployeeOffboarded, employee, today)
    return employee


@transaction.atomic
def offboard_employee(
    environment: Environment,
    *,
    employee_id: str,
    now: datetime,
    expected: Expected = ANY_VERSION,
    reassign_reports_to: str | None = None,
) -> Employee:
    """Let a person go, now: their record stays, leave after their last day is cancelled.

    ``reassign_reports_to`` moves the direct reports to that employee, or with ``"manager"`` to the
    leaver's own manager; otherwise they keep the id and the org chart lists them as orphans.
    Repeating it changes and announces nothing.
    Raises NotFound, StaleVersion, UnknownEmployee, FormerEmployee, Unprocessable.
    """
    today = today_of(environment.organization, now)
    if reassign_reports_to is not None:
        selectors.lock_hierarchy(environment)
    employee = selectors.lock_employee(environment, employee_id)
    expected.check(employee.version)
    if reassign_reports_to is not None:
        _move_reports(environment, employee, reassign_reports_to, now)
    if employee.offboarded_at is not None:
        return employee
    if employee.end_date is None or employee.end_date > today:
        employee.end_date = max(today, employee.start_date)
    _offboard(environment, employee, now)
    return employee


@transaction.atomic
def offboard_leavers(*, now: datetime, limit: int = 100) -> int:
    """Offboard everybody whose last day is over in their organization's zone; how many were."""
    tomorrow = (now + timedelta(days=1)).date()  # the furthest any time zone has come
    todays = {
        environment.pk: today_of(environment.organization, now)
        for environment in selectors.environments_with_leavers(tomorrow)
    }
    leavers = selectors.lock_leavers(todays, limit) if todays else []
    for employee in leavers:
        _offboard(employee.environment, employee, now)
    return len(leavers)


def _offboard(environment: Environment, employee: Employee, now: datetime) -> None:
    today = today_of(environment.organization, now)
    employee.offboarded_at = now
    _save(environment, employee, now)
    leave.cancel_after(environment, employee, now=now)
    _announce(environment, events.EmployeeOffboarded, employee, today)


def _apply(
    environment: Environment, employee: Employee, changes: dict[str, Any], today: date
) -> None:
    for name in PLAIN:
        if name in changes:
            setattr(employee, name, changes[name])
    if "email" in changes:
        employee.email = normal_email(changes["email"])
    for name in PRIVATE:
        if name in changes:
            setattr(employee, name, changes[name])
    if "start_date" in changes or "end_date" in changes:
        _check_dates(employee)
    if "manager_id" in changes:
        current = employee.manager.public_id if employee.manager else None
        if changes["manager_id"] != current:
            employee.manager = _manager(environment, changes["manager_id"], today, of=employee)
    stored = employee.custom_fields
    if values := custom_fields.differing(stored, changes.get("custom_fields", {})):
        employee.custom_fields = custom_fields.merged(environment, stored, values)


def _private_change(employee: Employee, changes: dict[str, Any]) -> bool:
    """Whether something that the resource does not show was changed."""
    named = [name for name in PRIVATE if name in changes]
    stored = Employee.unscoped.values(*PRIVATE).get(pk=employee.pk) if named else {}
    return any(changes[name] != stored[name] for name in named)


def _check_dates(employee: Employee) -> None:
    if employee.end_date is not None and employee.end_date < employee.start_date:
        raise ReversedDates


def _manager(
    environment: Environment,
    manager_id: str | None,
    today: date,
    *,
    of: Employee | None = None,
    field: str = "manager_id",
) -> Employee | None:
    """The person meant by ``manager_id``, if they may manage ``of``."""
    if manager_id is None:
        return None
    manager = selectors.find_employee(environment, manager_id)
    if manager is None:
        raise UnknownEmployee(field)
    if manager.status_on(today) == Employee.Status.FORMER:
        raise FormerEmployee(field)
    if of is not None and selectors.is_at_or_above(environment, of, manager):
        reason = (
            "an employee cannot be their own manager"
            if of.pk == manager.pk
            else f"{field} would close a reporting loop"
        )
        raise unprocessable(reason, field)
    return manager


def _move_reports(environment: Environment, leaver: Employee, target: str, now: datetime) -> None:
    today = today_of(environment.organization, now)
    field = "reassign_reports_to"
    if target == "manager":
        target_id = leaver.manager.public_id if leaver.manager else None
    elif target == leaver.public_id:
        raise unprocessable("reports cannot be moved to the person who leaves", field)
    else:
        target_id = target
    successor = _manager(environment, target_id, today, field=field)
    for report in selectors.lock_reports(environment, leaver):
        before = _shape(report, today)
        if successor is not None and report.pk == successor.pk:
            report.manager = leaver.manager
        else:
            moved = _manager(environment, target_id, today, of=report, field=field)
            report.manager = moved
        _save(environment, report, now)
        previous = _differences(before, _shape(report, today))
        _announce(environment, events.EmployeeUpdated, report, today, previous=previous)


def _save(environment: Environment, employee: Employee, now: datetime) -> None:
    employee.version += 1
    employee.updated_at = now
    _store(environment, employee)


def _store(environment: Environment, employee: Employee) -> None:
    """Write the row; the unique index decides between two people of one address, also in a race."""
    employee.search = selectors.folded(f"{employee.full_name} {employee.email}")[:600]
    try:
        with transaction.atomic():
            employee.save()
    except IntegrityError as error:
        if selectors.email_taken(environment, employee.email, but=employee):
            raise EmailTaken from error
        raise


def _shape(employee: Employee, today: date) -> dict[str, Any]:
    shape = shapes.employee(shapes.columns(employee, shapes.EMPLOYEE), today=today)
    return {**shape, "custom_fields": dict(shape["custom_fields"])}


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The members of ``before`` that are otherwise afterwards, with the values they had."""
    ignored = ("version", "updated_at")
    return {
        name: value
        for name, value in before.items()
        # As they are written: to Python true is 1, and a custom field may become the other.
        if name not in ignored and fastjson.dumps(value) != fastjson.dumps(after[name])
    }


def _announce(
    environment: Environment,
    event: type[events.HrEvent],
    employee: Employee,
    today: date,
    *,
    previous: dict[str, Any] | None = None,
) -> None:
    publish(
        environment,
        event(data=_shape(employee, today), subject_ref=employee.public_id, previous=previous),
    )
