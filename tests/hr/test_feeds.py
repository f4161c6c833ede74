"""Leave feeds, read with the parser that calendar programs use."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from icalendar import Calendar

from tests.hr.people import make_employee, make_leave, refusal

BASE = "http://testserver"


@pytest.fixture(autouse=True)
def public_url(settings):
    settings.PULSE_PUBLIC_URL = BASE


def subscribe(hr, **values: Any) -> str:
    """The path of a new feed."""
    return hr.post("/v1/calendar-feeds", values).json()["url"].removeprefix(BASE)


def read(hr, path: str, *, bare: bool = True) -> list[tuple[str, str, str]]:
    """(summary, start, end) of every event, as a calendar program sees them: ``bare`` of a key."""
    response = hr.get(path, headers={"Authorization": ""} if bare else {})
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return [
        (
            str(one["SUMMARY"]),
            one.decoded("DTSTART").isoformat(),
            one.decoded("DTEND").isoformat(),
        )
        for one in Calendar.from_ical(response.content).walk("VEVENT")
    ]


def test_a_feed_tells_who_is_away_and_never_who_is_ill(hr, environment):
    ada = make_employee(environment, full_name="Ada Rota")
    make_leave(environment, ada, start_date=date(2026, 4, 20), end_date=date(2026, 4, 21))
    make_leave(environment, ada, start_date=date(2026, 4, 23), kind="sick", half_day_start=True)

    told = read(hr, subscribe(hr, audience="workspace", show_kinds=True))
    silent = read(hr, subscribe(hr, audience="workspace"))

    days = [
        ("2026-04-20", "2026-04-22"),
        ("2026-04-23T14:00:00+00:00", "2026-04-23T18:00:00+00:00"),
    ]
    assert told == [("Ada Rota: vacation", *days[0]), ("Ada Rota: away", *days[1])]
    assert silent == [("Ada Rota: away", *days[0]), ("Ada Rota: away", *days[1])]


def test_a_name_is_text_in_the_title_too(hr, environment):
    ada = make_employee(environment, full_name="Rota, Ada; \\x")

    title = hr.get(subscribe(hr, audience="person", employee_id=ada.public_id)).content

    assert b"X-WR-CALNAME:Rota\\, Ada\\; \\\\x: leave\r\n" in title


def test_halves_at_both_ends_are_events_with_times_around_whole_days(hr, environment):
    ada = make_employee(environment, full_name="Ada")
    span = {"start_date": date(2026, 4, 20), "end_date": date(2026, 4, 23)}
    make_leave(environment, ada, **span, half_day_start=True, half_day_end=True)

    assert read(hr, subscribe(hr, audience="person", employee_id=ada.public_id)) == [
        ("Ada: away", "2026-04-20T14:00:00+00:00", "2026-04-20T18:00:00+00:00"),
        ("Ada: away", "2026-04-21", "2026-04-23"),
        ("Ada: away", "2026-04-23T09:00:00+00:00", "2026-04-23T13:00:00+00:00"),
    ]


def test_a_feed_holds_its_person_or_team_and_nobody_else(hr, environment, other_environment):
    ada = make_employee(environment, full_name="Ada", department="Ops")
    bob = make_employee(environment, full_name="Bob", department="Design")
    theirs = make_employee(other_environment, full_name="Eve", department="Ops")
    for person in (ada, bob):
        make_leave(environment, person, start_date=date(2026, 4, 20))
    make_leave(other_environment, theirs, start_date=date(2026, 4, 20))

    person = read(hr, subscribe(hr, audience="person", employee_id=bob.public_id))
    team = read(hr, subscribe(hr, audience="team", department="Ops"))

    assert [summary for summary, *_ in person] == ["Bob: away"]
    assert [summary for summary, *_ in team] == ["Ada: away"]


def test_a_feed_is_secret_is_not_kept_by_browsers_and_can_be_revoked(hr, environment):
    made = hr.post("/v1/calendar-feeds", {"audience": "workspace"}).json()
    path = made["url"].removeprefix(BASE)

    assert hr.get(path)["Cache-Control"] == "no-store"
    assert "url" not in hr.get("/v1/calendar-feeds").json()["data"][0]
    assert hr.delete(f"/v1/calendar-feeds/{made['id']}").status_code == 204
    assert hr.get(path).status_code == 404


def test_a_repeated_call_opens_no_second_feed_and_the_answer_is_not_kept(hr):
    first, again = (
        hr.post("/v1/calendar-feeds", {"audience": "workspace"}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )

    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert again["Cache-Control"] == first["Cache-Control"] == "no-store"
    assert hr.get("/v1/calendar-feeds").json()["total_count"] == 1


def test_a_feed_is_read_with_a_strangers_key_as_without_one(
    hr, api, environment, other_environment
):
    make_leave(environment, make_employee(environment), start_date=date(2026, 4, 20))
    path = subscribe(hr, audience="workspace")

    assert read(api("hr", environment=other_environment), path, bare=False) == read(hr, path)
    assert len(read(hr, path)) == 1


def test_a_restricted_key_subscribes_to_its_own_person_only(hr, api, environment):
    ada, bob = make_employee(environment), make_employee(environment)
    mine = api("hr", actor=ada.public_id, restricted=True)
    theirs = hr.post(
        "/v1/calendar-feeds", {"audience": "person", "employee_id": bob.public_id}
    ).json()

    made = mine.post("/v1/calendar-feeds", {"audience": "person"}).json()

    assert made["employee_id"] == ada.public_id
    assert refusal(mine.post("/v1/calendar-feeds", {"audience": "workspace"}))[0] == 403
    assert [one["id"] for one in mine.get("/v1/calendar-feeds").json()["data"]] == [made["id"]]
    assert refusal(mine.delete(f"/v1/calendar-feeds/{theirs['id']}"))[0] == 403
    assert mine.delete(f"/v1/calendar-feeds/{made['id']}").status_code == 204
