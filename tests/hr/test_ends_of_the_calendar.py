"""Dates and numbers at the ends of what the schema allows, where arithmetic would leave the calendar."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from tests.hr.people import make_employee, make_leave, refusal

ENDS = ["0001-01-01", "0001-02-28", "0001-03-01", "9999-12-26", "9999-12-31"]


@pytest.fixture(params=["Pacific/Kiritimati", "Etc/GMT+12"])
def zone(request, environment) -> ZoneInfo:
    """The two zones that are furthest from UTC."""
    organization = environment.organization
    organization.time_zone = request.param
    organization.save(update_fields=["time_zone"])
    return ZoneInfo(request.param)


def test_leave_on_the_calendars_last_day_is_logged_previewed_and_shown(hr, environment):
    employee = make_employee(environment)
    about = {"employee_id": employee.public_id, "kind": "sick", "start_date": "9999-12-31"}

    preview = hr.post("/v1/leave/preview", about)
    logged = hr.post("/v1/leave", about)
    shown = hr.get("/v1/leave/calendar", {"from": "9999-12-26"})
    balance = hr.get(f"/v1/leave/balance/{employee.public_id}", {"as_of": "9999-12-31"})

    assert (preview.status_code, preview.json()["days"]) == (200, 1.0)
    assert (logged.status_code, logged.json()["days"]) == (201, 1.0)
    assert (shown.json()["start"], shown.json()["end"]) == ("9999-12-26", "9999-12-31")
    assert [day["people_out"] for day in shown.json()["days"]] == [0, 0, 0, 0, 0, 1]
    assert balance.json()["balances"][1]["used"] == 1.0


def test_leave_on_the_calendars_last_day_is_in_the_feed(hr, environment, settings):
    settings.PULSE_PUBLIC_URL = "http://testserver"
    make_leave(environment, make_employee(environment), start_date=date.max)
    url = hr.post("/v1/calendar-feeds", {"audience": "workspace"}).json()["url"]

    feed = hr.get(url.removeprefix("http://testserver"))

    days = [one.decoded("DTSTART") for one in Calendar.from_ical(feed.content).walk("VEVENT")]
    assert days == [date.max]


@pytest.mark.parametrize("path", ["/v1/leave", "/v1/leave/preview"])
@pytest.mark.parametrize("days", [1e308, -1e308, 366.5, 0.25, 0])
def test_days_that_are_no_half_days_are_400_however_large(hr, environment, path, days):
    about = {"employee_id": make_employee(environment).public_id, "kind": "sick"}

    response = hr.post(path, {**about, "start_date": "2026-04-20", "days": days})

    assert refusal(response) == (400, "invalid_request", ["days"])


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("day", ENDS)
def test_scores_and_balances_are_told_as_of_any_day(hr, environment, day):
    employee = make_employee(environment)
    for path in (f"employees/{employee.public_id}/score", f"leave/balance/{employee.public_id}"):
        response = hr.get(f"/v1/{path}", {"as_of": day})

        assert (response.status_code, response.json()["as_of"]) == (200, day)


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("day", ENDS)
def test_every_date_of_a_query_may_be_any_day(hr, day):
    for path, name in (
        ("status-log", "date"),
        ("status-log", "date_from"),
        ("status-log", "date_to"),
        ("workload-checkins", "week_from"),
        ("workload-checkins", "week_to"),
        ("leave", "from"),
        ("leave", "to"),
        ("leave/calendar", "from"),
        ("holidays", "from"),
        ("holidays", "to"),
    ):
        assert hr.get(f"/v1/{path}", {name: day}).status_code == 200, (path, name)
    for path, name in (
        ("employees", "updated_since"),
        ("kudos", "created_from"),
        ("kudos", "created_to"),
        ("events", "created_from"),
        ("webhook-deliveries", "created_to"),
        ("audit-log", "created_from"),
    ):
        assert hr.get(f"/v1/{path}", {name: f"{day}T23:59:59Z"}).status_code == 200, (path, name)


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("day", ENDS)
def test_every_date_of_a_body_may_be_any_day(hr, environment, day):
    person = {"full_name": "Ada", "start_date": day}
    kept = hr.post("/v1/employees", {**person, "email": "a@x.test", "end_date": day})
    assert (kept.status_code, kept.json()["end_date"]) == (201, day)
    assert hr.delete(f"/v1/employees/{kept.json()['id']}").status_code == 200
    imported = {"employees": [{**person, "email": "b@x.test"}]}
    assert hr.post("/v1/imports/employees", imported).status_code == 201
    assert hr.post("/v1/holidays", {"date": day, "name": "The end"}).status_code == 201

    about = {"employee_id": make_employee(environment).public_id}
    late = hr.post("/v1/status-log", {**about, "lines": ["x"], "date": day})
    week = hr.post("/v1/workload-checkins", {**about, "level": "light", "week_start": day})
    assert refusal(late) == (422, "unprocessable_entity", ["date"])
    assert refusal(week) == (422, "unprocessable_entity", ["week_start"])


def test_a_calendar_without_from_is_as_bounded_as_one_with_it(hr):
    for query in ({"to": "9999-12-31"}, {"from": "2026-04-20", "to": "2026-06-21"}):
        response = hr.get("/v1/leave/calendar", query)

        assert refusal(response) == (400, "invalid_request", ["to"])
    past = hr.get("/v1/leave/calendar", {"to": "2020-01-01"}).json()
    assert (past["start"], past["end"]) == ("2020-01-01", "2020-01-01")


def test_custom_numbers_come_back_as_they_were_or_are_400(hr, environment):
    path = f"/v1/employees/{make_employee(environment).public_id}"
    numbers = {"large": 9e18, "tiny": 5e-324, "whole": 2**63 - 1, "least": -(2**63)}

    changed = hr.patch(path, {"custom_fields": numbers})
    refused = hr.patch(path, {"custom_fields": {"huge": 1e308, "deep": -1e19}})

    assert changed.json()["custom_fields"] == numbers
    assert refusal(refused) == (
        400,
        "invalid_request",
        ["custom_fields.huge", "custom_fields.deep"],
    )
    assert hr.get(path).json()["custom_fields"] == numbers
