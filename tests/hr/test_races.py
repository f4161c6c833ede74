"""Two callers at the same moment: the lock under test is the only thing between them and a wrong row.

Each pair meets right behind the lock, or right before the write that a unique index decides. Where
the lock holds, the second never arrives and the first goes on alone when its patience ends.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from hr.errors import EmailTaken, EntryExists, LeaveOverlaps
from hr.models import Employee, Kudos, LeaveEntry, StatusLogEntry, WorkloadCheckin
from hr.services import employees, entries, leave
from hr.services.imports import import_employees
from pulse.errors import Unprocessable
from tests.hr.people import NOW, make_employee, make_leave, types
from tests.support import races
from tests.support.races import together

pytestmark = pytest.mark.django_db(transaction=True)
meeting_after = partial(races.meeting_after, patience_seconds=0.3)


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

    with meeting_after("hr.selectors.employees.folded"):  # the last step before the row is written
        outcomes = together(create, create)

    assert sorted(map(type, outcomes), key=str) == sorted([Employee, EmailTaken], key=str)
    assert types(environment) == ["employee.created"]


def test_an_import_and_a_create_of_one_email_make_one_person(environment):
    def imported():
        rows = {1: {"email": "same@x.test", "full_name": "A"}}
        return import_employees(environment, rows=rows, errors=[], dry_run=False, now=NOW)

    with meeting_after("hr.selectors.employees.folded"):
        outcomes = together(imported, lambda: make_employee(environment, email="same@x.test"))

    # Whoever comes second finds the address when it looks, or at the write, where the index decides.
    refused = [one for one in outcomes if isinstance(one, EmailTaken) or getattr(one, "errors", ())]
    assert len(refused) == 1
    assert types(environment) == ["employee.created"]


def test_two_calls_with_one_idempotency_key_have_one_effect(environment, api):
    def create():
        return api("hr", token=token).post(
            "/v1/employees",
            {"email": "same@x.test", "full_name": "A"},
            headers={"Idempotency-Key": "k-1"},
        )

    token = api("hr").token
    with meeting_after("hr.selectors.employees.folded"):
        outcomes = together(create, create)

    assert [one.status_code for one in outcomes] == [201, 201]
    assert outcomes[0].content == outcomes[1].content
    assert sorted("Idempotent-Replayed" in one for one in outcomes) == [False, True]
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

    with meeting_after("hr.selectors.employees.find_employee"):  # the last read before the write
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


def test_two_cancellations_are_announced_once(environment):
    entry = make_leave(environment, make_employee(environment), start_date=NOW.date())

    def cancel():
        return leave.cancel_leave(environment, leave_id=entry.public_id, now=NOW)

    with meeting_after("hr.selectors.leave.lock_leave"):
        together(cancel, cancel)

    assert types(environment)[-3:] == ["leave.logged", "leave.approved", "leave.cancelled"]


def test_a_cancellation_and_an_offboarding_take_the_same_leave_back_once(environment):
    employee = make_employee(environment)
    entry = make_leave(environment, employee, start_date=NOW.date() + timedelta(days=7))

    with meeting_after("hr.selectors.leave.lock_leave_after"):
        together(
            lambda: employees.offboard_employee(
                environment, employee_id=employee.public_id, now=NOW
            ),
            lambda: leave.cancel_leave(environment, leave_id=entry.public_id, now=NOW),
        )

    assert sorted(types(environment)[3:]) == ["employee.offboarded", "leave.cancelled"]


def test_two_corrections_of_an_entry_both_count(environment):
    employee = make_employee(environment)
    entry = entries.post_status_log(
        environment, employee_id=employee.public_id, lines=["a"], now=NOW
    )

    def correct(**changes):
        return entries.correct_status_log(
            environment, entry_id=entry.public_id, changes=changes, now=NOW
        )

    with meeting_after("hr.selectors.entries.lock_status_log_entry"):
        together(lambda: correct(topic="win"), lambda: correct(lines=["b"]))

    entry.refresh_from_db()
    assert (entry.topic, entry.lines) == ("win", ["b"])


def test_of_two_corrections_of_one_reading_one_counts(environment, api):
    employee = make_employee(environment)
    entry = entries.post_status_log(
        environment, employee_id=employee.public_id, lines=["a"], now=NOW
    )
    client = api("hr")
    path = f"/v1/status-log/{entry.public_id}"
    read = {"If-Match": client.get(path)["ETag"]}

    def correct(line):
        return api("hr", token=client.token).patch(path, {"lines": [line]}, headers=read)

    with meeting_after("hr.selectors.entries.lock_status_log_entry"):
        outcomes = together(lambda: correct("b"), lambda: correct("c"))

    assert sorted(one.status_code for one in outcomes) == [200, 409]


def test_two_sweeps_of_the_leavers_announce_each_once(environment):
    for _ in range(3):
        make_employee(environment, end_date=NOW.date())

    def sweep():
        return employees.offboard_leavers(now=NOW + timedelta(days=1))

    with meeting_after("hr.selectors.employees.lock_leavers"):
        outcomes = together(sweep, sweep)

    assert sorted(outcomes) == [0, 3]
    assert types(environment)[3:] == ["employee.offboarded"] * 3


def test_a_report_is_moved_once_by_the_leaver_and_once_by_a_patch(environment):
    leaver, heir = make_employee(environment), make_employee(environment)
    report = make_employee(environment, manager_id=leaver.public_id)

    with meeting_after("hr.selectors.employees.lock_reports"):
        together(
            lambda: employees.offboard_employee(
                environment,
                employee_id=leaver.public_id,
                now=NOW,
                reassign_reports_to=heir.public_id,
            ),
            lambda: employees.update_employee(
                environment, employee_id=report.public_id, changes={"role": "Cook"}, now=NOW
            ),
        )

    report.refresh_from_db()
    assert (report.manager, report.role, report.version) == (heir, "Cook", 3)


def test_two_kudos_cannot_both_spend_the_last_coins(environment):
    environment.settings = {"hr": {"kudos_monthly_allowance": 15}}
    environment.save()
    giver, receiver = make_employee(environment), make_employee(environment)

    def give():
        return entries.award_kudos(
            environment,
            from_employee_id=giver.public_id,
            to_employee_id=receiver.public_id,
            coins=10,
            tag="craft",
            note="x",
            now=NOW,
        )

    with meeting_after("hr.selectors.employees.lock_employee"):
        outcomes = together(give, give)

    assert sorted(map(type, outcomes), key=str) == sorted([Kudos, Unprocessable], key=str)
    assert Kudos.objects.within(environment).count() == 1
