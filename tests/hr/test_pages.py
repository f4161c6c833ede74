from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from pulse.tenancy.models import Member
from tests.hr.people import NOW, make_employee, make_former, make_leave
from tests.support.tenancy import make_grant, make_user

PATHS = ["/people", "/people/calendar", "/people/directory", "/people/org-chart"]


@pytest.fixture
def browser(environment):
    client = Client()
    client.force_login(make_user(environment.organization))
    return client


@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_an_empty_workspace_says_what_to_do_next(browser, path):
    response = browser.get(path)

    assert response.status_code == 200
    assert 'class="empty"' in response.content.decode()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_shows_people_and_nothing_they_wrote_becomes_markup(browser, environment, path):
    evil = "<script>alert(1)</script>"
    boss = make_employee(environment, full_name=f"Ada {evil}", department="Ops & <b>Co</b>")
    report = make_employee(environment, manager_id=boss.public_id)
    make_leave(environment, report, start_date=NOW.date(), note=evil)
    make_leave(environment, boss, start_date=NOW.date() + timedelta(days=1))

    text = browser.get(path).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert evil not in text
    assert "<b>Co</b>" not in text


def test_a_person_has_a_page_and_a_strangers_person_has_none(
    browser, environment, other_environment
):
    mine, theirs = make_former(environment), make_employee(other_environment)

    assert browser.get(f"/people/{mine.public_id}").status_code == 200
    assert browser.get(f"/people/{theirs.public_id}").status_code == 404


def test_a_day_taken_in_two_halves_is_shown_as_one_whole_day(browser, environment):
    ada = make_employee(environment, full_name="Ada Halves")
    for half in ({"half_day_end": True}, {"half_day_start": True}):
        make_leave(environment, ada, start_date=NOW.date(), **half)

    assert browser.get("/people").content.decode().count("Ada Halves") == 1
    month = browser.get("/people/calendar").content.decode()
    assert (month.count('class="leave-cell'), month.count("leave-cell half")) == (1, 0)


def test_the_pages_open_by_grant_only(environment):
    user = make_user(environment.organization, email="m@x.test", role=Member.Role.MEMBER)
    client = Client()
    assert client.get("/people").status_code == 302
    client.force_login(user)
    assert client.get("/people").status_code == 404
    make_grant(user, environment, "hr", "view")
    assert client.get("/people").status_code == 200


@pytest.mark.parametrize(
    ("level", "shown"), [("view", "away"), ("edit", "away"), ("manage", "sick")]
)
def test_why_somebody_is_away_is_shown_to_managers_only(environment, level, shown):
    ill = make_employee(environment)
    make_leave(environment, ill, start_date=NOW.date(), kind="sick")
    user = make_user(environment.organization, email="m@x.test", role=Member.Role.MEMBER)
    make_grant(user, environment, "hr", level)
    client = Client()
    client.force_login(user)

    for path in ("/people", "/people/calendar", f"/people/{ill.public_id}"):
        text = client.get(path).content.decode()
        assert f"leave-{shown}" in text
        assert ("sick" in text) == (shown == "sick")


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2026-13", "x"])
def test_a_month_at_the_calendars_end_or_none_shows_this_one(browser, month):
    text = browser.get(f"/people/calendar?month={month}").content.decode()

    assert "April 2026" in text


def test_the_stylesheet_is_served_from_here():
    assert finders.find("hr/people.css") is not None
