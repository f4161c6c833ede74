from __future__ import annotations

from datetime import date

import pytest
import tablib
from django.test import Client

from hr.admin import HolidayResource
from hr.models import Holiday
from tests.hr.people import make_employee
from tests.support.tenancy import make_user


@pytest.fixture
def operator(environment) -> Client:
    client = Client()
    user = make_user(environment.organization, is_staff=True, is_superuser=True, operator=True)
    client.force_login(user)
    return client


def holidays_of(environment) -> list[tuple[str, str, str]]:
    rows = Holiday.objects.within(environment).order_by("date", "location")
    return [(str(row.date), row.location, row.name) for row in rows]


def test_an_operator_changes_a_holiday_and_its_history_says_so(operator, environment):
    form = {"environment": environment.pk, "date": "2026-12-07", "name": "Ambrogio"}

    added = operator.post("/admin/hr/holiday/add/", {**form, "location": "Milano"})
    row = Holiday.objects.within(environment).get()
    changed = operator.post(
        f"/admin/hr/holiday/{row.pk}/change/",
        {**form, "location": "Milano", "name": "Sant'Ambrogio"},
    )

    assert (added.status_code, changed.status_code) == (302, 302)
    assert holidays_of(environment) == [("2026-12-07", "Milano", "Sant'Ambrogio")]
    history = operator.get(f"/admin/hr/holiday/{row.pk}/history/").content.decode()
    assert "Changed Name" in history


def test_a_file_of_holidays_adds_the_new_and_renames_the_known(environment, other_environment):
    Holiday.objects.create(
        environment=environment,
        date=date(2026, 12, 25),
        name="Xmas",
        created_at="2026-01-01T00:00Z",
    )
    file = tablib.Dataset(
        [environment.public_id, "2026-12-25", "", "Christmas Day"],
        [environment.public_id, "2026-12-07", "Milano", "Sant'Ambrogio"],
        headers=["environment", "date", "location", "name"],
    )

    result = HolidayResource().import_data(file, raise_errors=True)

    assert (result.totals["new"], result.totals["update"]) == (1, 1)
    assert holidays_of(environment) == [
        ("2026-12-07", "Milano", "Sant'Ambrogio"),
        ("2026-12-25", "", "Christmas Day"),
    ]
    assert holidays_of(other_environment) == []


def test_people_can_be_exported_and_not_changed(operator, environment):
    employee = make_employee(environment, full_name="=cmd()")

    page = operator.get("/admin/hr/employee/export/")
    changed = operator.post(f"/admin/hr/employee/{employee.pk}/change/", {"full_name": "X"})

    assert page.status_code == 200
    assert changed.status_code == 403
