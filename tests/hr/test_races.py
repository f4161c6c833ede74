"""Two callers at the same moment: the lock under test is the only thing between them and a wrong row."""

from __future__ import annotations

from datetime import date

import pytest

from hr.errors import EmailTaken, EntryExists, LeaveOverlaps
from hr.models import Employee, LeaveEntry, StatusLogEntry, WorkloadCheckin
from hr.services import employees, entries, leave
from pulse.errors import Unprocessable
from tests.hr.people import NOW, make_employee, types
from tests.support.races import meeting_after, together

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(outcomes):
    return sorted(type(one).__name__ for one in outcomes)


def test_two_patches_cannot_close_a_loop_together(environment):
    one, two = make_employee(environment), make_employee(environment)

    def move(person, manager):
        return employees.update_employee(
            environment,
            employee_id=person.public_id,
            changes={"manager_id": manager.public_id},
            now=NOW,
        )

    with meeting_after("hr.selectors.employees.lock_hierarchy"):
        outcomes = together(lambda: move(one, two), lambda: move(two, one))

    assert kinds(outcomes) == ["Employee", "Unprocessable"]
    assert isinstance(next(o for o in outcomes if not isinstance(o, Employee)), Unprocessable)
    assert Employee.objects.within(environment).filter(manager=None).count() == 1


def test_two_creates_of_one_email_make_one_person(environment):
    def create():
        return make_employee(environment, email="same@x.test")

    outcomes = together(create, create)

    assert sorted(map(type, outcomes), key=str) == sorted([Employee, EmailTaken], key=str)
    assert types(environment) == ["employee.created"]


def test_two_overlapping_entries_make_one(environment):
    employee = make_employee(environment)

    def log(day):
        return leave.log_leave(
            environment,
            employee_id=employee.public_id,
            draft=leave.LeaveDraft(
                kind="vacation", start_date=date(2026, 5, day), end_date=date(2026, 5, 8)
            ),
            now=NOW,
        )

    with meeting_after("hr.selectors.employees.lock_employee_if_known"):
        outcomes = together(lambda: log(4), lambda: log(5))

    assert sorted(map(type, outcomes), key=str) == sorted([LeaveEntry, LeaveOverlaps], key=str)
    assert LeaveEntry.objects.within(environment).count() == 1
    assert types(environment) == ["employee.created", "leave.logged", "leave.approved"]


def test_two_entries_of_one_day_make_one(environment):
    employee = make_employee(environment)

    def post():
        return entries.post_status_log(
            environment, employee_id=employee.public_id, lines=["a"], now=NOW
        )

    outcomes = together(post, post)

    assert sorted(map(type, outcomes), key=str) == sorted([EntryExists, StatusLogEntry], key=str)
    assert types(environment) == ["employee.created", "status_log.posted"]


def test_two_answers_of_one_week_keep_one_row_and_the_last_answer(environment):
    employee = make_employee(environment)

    def record(level):
        return entries.record_workload(
            environment, employee_id=employee.public_id, level=level, now=NOW
        )

    with meeting_after("hr.selectors.employees.lock_employee_if_known"):
        outcomes = together(lambda: record("light"), lambda: record("heavy"))

    assert sorted(new for _, new in outcomes) == [False, True]
    last = next(row for row, new in outcomes if not new)
    assert WorkloadCheckin.objects.within(environment).get().level == last.level


def test_two_offboardings_are_announced_once(environment):
    employee = make_employee(environment)

    def leave_now():
        return employees.offboard_employee(environment, employee_id=employee.public_id, now=NOW)

    with meeting_after("hr.selectors.employees.lock_employee"):
        together(leave_now, leave_now)

    assert types(environment) == ["employee.created", "employee.offboarded"]


def test_a_change_that_fails_midway_leaves_nothing_and_announces_nothing(environment):
    employee = make_employee(environment)
    with pytest.raises(Unprocessable):
        employees.update_employee(
            environment,
            employee_id=employee.public_id,
            changes={"role": "X", "manager_id": employee.public_id},
            now=NOW,
        )

    employee.refresh_from_db()
    assert (employee.role, employee.version) == (None, 1)
    assert types(environment) == ["employee.created"]
