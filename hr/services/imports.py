"""Many people at once: all of them, or none and a list of what is wrong with which row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from hr import events, shapes
from hr.addresses import normal_email
from hr.errors import EmailTaken
from hr.models import Employee
from hr.selectors import employees as selectors
from hr.services import custom_fields
from pulse.errors import ApiError
from pulse.tenancy.models import Environment
from pulse.times import today as today_of
from pulse.webhooks.services import publish

MAX_ROWS = 5000
BATCH = 500
PLAIN = ("full_name", "role", "department", "location", "end_date")


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one row; rows count from 1, without a header."""

    row: int
    fields: list[str]
    message: str


@dataclass(slots=True)
class ImportReport:
    """``created`` holds the new ids in the order of the rows; empty where anything was wrong."""

    rows: int
    created: list[str] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


@transaction.atomic
def import_employees(
    environment: Environment,
    *,
    rows: dict[int, dict[str, Any]],
    errors: list[RowError],
    dry_run: bool,
    now: datetime,
) -> ImportReport:
    """Add everybody in ``rows`` (number → validated members), unless any row is wrong.

    ``manager_email`` may name somebody of the same file, in any order; a loop through the file is
    found before anything is written. ``errors`` are those found on the way in. The hierarchy is
    locked, so that nobody moves a manager meanwhile. With ``dry_run`` only the report is made.
    Raises EmailTaken where one of the addresses was taken meanwhile.
    """
    selectors.lock_hierarchy(environment)
    today = today_of(environment.organization, now)
    plan = _Plan(environment, rows, today, list(errors))
    plan.check()
    report = ImportReport(rows=len(rows) + len({one.row for one in errors}))
    report.errors = sorted(plan.errors, key=lambda one: one.row)
    if report.errors or dry_run:
        return report
    employees = plan.people(now)
    try:
        with transaction.atomic():
            Employee.objects.bulk_create(employees, batch_size=BATCH)
    except IntegrityError as error:
        taken = selectors.by_email_or_id(environment, {one.email for one in employees}, set())
        if not list(taken):
            raise
        raise EmailTaken from error
    plan.hang()
    Employee.unscoped.bulk_update(
        [one for one in employees if one.manager_id is not None], ["manager"], batch_size=BATCH
    )
    for employee in employees:
        _announce(environment, employee, today)
    report.created = [employee.public_id for employee in employees]
    return report


def _announce(environment: Environment, employee: Employee, today: date) -> None:
    data = shapes.employee(shapes.columns(employee, shapes.EMPLOYEE), today=today)
    about = employee.public_id
    publish(environment, events.EmployeeCreated(data=data, subject_ref=about))
    if employee.offboarded_at is not None:
        publish(environment, events.EmployeeOffboarded(data=data, subject_ref=about))


class _Plan:
    """The file as people: who is who, who manages whom, and what is wrong."""

    def __init__(
        self,
        environment: Environment,
        rows: dict[int, dict[str, Any]],
        today: date,
        errors: list[RowError],
    ) -> None:
        self.environment = environment
        self.rows = rows
        self.today = today
        self.errors = errors
        self.by_email: dict[str, int] = {}
        self.known_by_email: dict[str, Employee] = {}
        self.known_by_id: dict[str, Employee] = {}
        self.made: dict[int, Employee] = {}

    def check(self) -> None:
        self._read_known()
        for number, values in self.rows.items():
            self._check_email(number, values)
        for number, values in self.rows.items():
            self._check_row(number, values)
        self._check_loops()

    def people(self, now: datetime) -> list[Employee]:
        for number, values in self.rows.items():
            email = normal_email(values["email"])
            employee = Employee(
                environment=self.environment,
                email=email,
                start_date=values.get("start_date") or self.today,
                custom_fields=values.get("custom_fields") or {},
                search=selectors.folded(f"{values['full_name']} {email}")[:600],
                created_at=now,
                updated_at=now,
            )
            for name in PLAIN:
                setattr(employee, name, values.get(name))
            if self._is_over(values):
                employee.offboarded_at = now
            self.made[number] = employee
        return list(self.made.values())

    def hang(self) -> None:
        """Put everybody under their manager, once all have numbers."""
        for number, values in self.rows.items():
            within = self._manager_row(values)
            outside = self._manager_outside(values)
            self.made[number].manager = self.made[within] if within else outside

    def _read_known(self) -> None:
        emails, ids = set(), set()
        for values in self.rows.values():
            emails.add(normal_email(values["email"]))
            if values.get("manager_email"):
                emails.add(normal_email(values["manager_email"]))
            if values.get("manager_id"):
                ids.add(values["manager_id"])
        for employee in selectors.by_email_or_id(self.environment, emails, ids):
            self.known_by_email[employee.email] = employee
            self.known_by_id[employee.public_id] = employee

    def _check_email(self, number: int, values: dict[str, Any]) -> None:
        email = normal_email(values["email"])
        if email in self.by_email:
            first = self.by_email[email]
            self._wrong(number, f"email is that of row {first} too", "email")
        elif email in self.known_by_email:
            self._wrong(number, "another employee already has this email", "email")
        self.by_email.setdefault(email, number)

    def _check_row(self, number: int, values: dict[str, Any]) -> None:
        start = values.get("start_date") or self.today
        if values.get("end_date") is not None and values["end_date"] < start:
            self._wrong(number, "end_date must be after start_date", "end_date")
        try:
            custom_fields.merged(self.environment, {}, values.get("custom_fields") or {})
        except ApiError as error:
            self._wrong(number, error.message, *(one.field for one in error.fields))
        if values.get("manager_id") and values.get("manager_email"):
            self._wrong(number, "name the manager once", "manager_id", "manager_email")
            return
        for name in ("manager_id", "manager_email"):
            if values.get(name) and not self._may_manage(values):
                self._wrong(number, f"{name} names nobody who can be a manager", name)

    def _may_manage(self, values: dict[str, Any]) -> bool:
        within = self._manager_row(values)
        if within is not None:
            return not self._is_over(self.rows[within])
        manager = self._manager_outside(values)
        return manager is not None and manager.status_on(self.today) != Employee.Status.FORMER

    def _is_over(self, values: dict[str, Any]) -> bool:
        """Whether the last day of somebody in the file has passed."""
        return values.get("end_date") is not None and values["end_date"] < self.today

    def _check_loops(self) -> None:
        """People outside the file never report into it, so a loop lies inside it whole."""
        clear: set[int] = set()
        for number in self.rows:
            walked: list[int] = []
            current: int | None = number
            while current is not None and current not in clear and current not in walked:
                walked.append(current)
                current = self._manager_row(self.rows[current])
            if current is not None and current in walked:
                for one in walked[walked.index(current) :]:
                    self._wrong(one, "the managers form a loop", "manager_email")
            clear.update(walked)

    def _manager_row(self, values: dict[str, Any]) -> int | None:
        email = values.get("manager_email")
        return self.by_email.get(normal_email(email)) if email else None

    def _manager_outside(self, values: dict[str, Any]) -> Employee | None:
        if email := values.get("manager_email"):
            return self.known_by_email.get(normal_email(email))
        return self.known_by_id.get(values.get("manager_id") or "")

    def _wrong(self, number: int, message: str, *fields: str) -> None:
        self.errors.append(RowError(number, list(fields), message))
