from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hr.models import Kudos, StatusLogEntry, WorkloadCheckin
from tests.hr.people import announced, ids, make_employee, make_former, refusal, types
from tests.support.tenancy import make_environment, make_organization


@pytest.fixture
def ada(environment):
    return make_employee(environment, email="ada@x.test")


@pytest.fixture
def bob(environment):
    return make_employee(environment, email="bob@x.test")


def test_a_status_log_entry_is_of_today_and_of_topic_status(hr, environment, ada):
    lines = ["Closed the import bug", "Writing its tests"]
    before = len(announced(environment))

    response = hr.post("/v1/status-log", {"employee_id": ada.public_id, "lines": lines})

    body = response.json()
    assert response.status_code == 201
    assert body == {
        "id": body["id"],
        "employee_id": ada.public_id,
        "date": "2026-04-20",
        "lines": lines,
        "topic": "status",
        "created_at": "2026-04-20T12:00:00Z",
    }
    assert announced(environment, before) == [("status_log.posted", body)]
    assert hr.get(f"/v1/status-log/{body['id']}").json() == body
    assert hr.get("/v1/status_log", validate=False).json()["data"] == [body]


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"lines": []}, ["lines"]),
        ({"lines": ["a", "b", "c", "d"]}, ["lines"]),
        ({"lines": "a"}, ["lines"]),
        ({"lines": ["a", "  "]}, ["lines.1"]),
        ({"lines": ["x" * 281]}, ["lines.0"]),
        ({"lines": ["one\ntwo"]}, ["lines.0"]),
        ({"lines": [1]}, ["lines.0"]),
        ({"topic": "freeform"}, ["topic"]),
        ({"date": "yesterday"}, ["date"]),
    ],
)
def test_a_status_log_entry_outside_the_schema_is_400(hr, environment, ada, values, fields):
    body = {"employee_id": ada.public_id, "lines": ["a"]}

    assert refusal(hr.post("/v1/status-log", body | values)) == (400, "invalid_request", fields)
    assert not StatusLogEntry.objects.within(environment).exists()


@pytest.mark.parametrize("lines", [["a"], ["a", "b"], ["a", "b", "x" * 280]])
def test_one_to_three_lines_are_taken(hr, ada, lines):
    body = {"employee_id": ada.public_id, "lines": lines}

    assert hr.post("/v1/status-log", body).json()["lines"] == lines


def test_a_second_entry_of_the_same_day_is_409_and_names_the_first(hr, environment, ada):
    body = {"employee_id": ada.public_id, "lines": ["a"]}
    first = hr.post("/v1/status-log", body).json()
    before = len(announced(environment))

    second = hr.post("/v1/status-log", body | {"topic": "pain"})

    assert refusal(second) == (409, "conflict", ["employee_id", "date"])
    assert first["id"] in second.json()["error"]["message"]
    assert StatusLogEntry.objects.within(environment).count() == 1
    assert announced(environment, before) == []


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2026-04-19", 201),
        ("2026-04-21", 422),
        ("2026-03-31", 422),
        ("2026-04-01", 201),
    ],
)
def test_a_date_lies_in_the_employment_and_not_ahead(hr, environment, day, status):
    employee = make_employee(environment, start_date=date(2026, 4, 1))

    response = hr.post(
        "/v1/status-log", {"employee_id": employee.public_id, "lines": ["a"], "date": day}
    )

    assert response.status_code == status
    if status == 422:
        assert refusal(response) == (422, "unprocessable_entity", ["date"])


def test_the_day_after_the_last_is_refused(hr, environment, time_machine_at):
    leaver = make_employee(environment, end_date=date(2026, 4, 20))
    body = {"employee_id": leaver.public_id, "lines": ["a"]}

    assert hr.post("/v1/status-log", body).status_code == 201
    with time_machine_at(datetime(2026, 4, 21, 12, tzinfo=UTC)):
        late = refusal(hr.post("/v1/status-log", body))
    assert late == (422, "unprocessable_entity", ["employee_id"])


def test_today_is_the_workspaces_day_and_not_utcs(db, api, time_machine_at):
    auckland = make_environment(make_organization("Kiwi", time_zone="Pacific/Auckland"))
    hr = api("hr", environment=auckland)
    employee = make_employee(auckland)
    body = {"employee_id": employee.public_id, "lines": ["a"]}

    with time_machine_at(datetime(2026, 4, 20, 12, 1, tzinfo=UTC)):
        entry = hr.post("/v1/status-log", body).json()
    with time_machine_at(datetime(2026, 4, 21, 11, 59, tzinfo=UTC)):
        mended = hr.patch(f"/v1/status-log/{entry['id']}", {"lines": ["b"]})
    with time_machine_at(datetime(2026, 4, 21, 12, 0, tzinfo=UTC)):
        late = hr.patch(f"/v1/status-log/{entry['id']}", {"lines": ["c"]})

    assert (entry["date"], mended.status_code) == ("2026-04-21", 200)
    assert refusal(late) == (422, "unprocessable_entity", ["date"])


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_the_log_is_append_only(hr, ada, method):
    entry = hr.post("/v1/status-log", {"employee_id": ada.public_id, "lines": ["a"]}).json()

    response = hr.request(method, f"/v1/status-log/{entry['id']}", {})

    assert refusal(response) == (405, "invalid_request", [])
    assert response["Allow"] == "GET, PATCH, HEAD, OPTIONS"


def test_an_entry_can_be_mended_on_its_own_day_only(hr, ada, time_machine_at):
    entry = hr.post("/v1/status-log", {"employee_id": ada.public_id, "lines": ["tpyo"]}).json()
    path = f"/v1/status-log/{entry['id']}"

    assert hr.patch(path, {"lines": ["typo"]}).json() == entry | {"lines": ["typo"]}
    with time_machine_at(datetime(2026, 4, 21, 0, 1, tzinfo=UTC)):
        late = hr.patch(path, {"lines": ["late"]})
    assert refusal(late) == (422, "unprocessable_entity", ["date"])


def test_a_correction_that_changes_nothing_is_no_update(hr, ada, time_machine_at):
    entry = hr.post("/v1/status-log", {"employee_id": ada.public_id, "lines": ["a"]}).json()
    path = f"/v1/status-log/{entry['id']}"
    later = {"updated_since": "2026-04-20T13:00:00Z"}

    with time_machine_at(datetime(2026, 4, 20, 13, tzinfo=UTC)):
        assert hr.patch(path, entry).json() == entry
        assert ids(hr.get("/v1/status-log", later)) == []
        hr.patch(path, {"topic": "win"})
        assert ids(hr.get("/v1/status-log", later)) == [entry["id"]]


def test_every_filter_of_the_log_narrows_it(hr, ada, bob):
    def post(employee, day, topic):
        body = {
            "employee_id": employee.public_id, "lines": ["a"], "date": day, "topic": topic
        }  # fmt: skip
        return hr.post("/v1/status-log", body).json()["id"]

    one = post(ada, "2026-04-16", "win")
    two = post(ada, "2026-04-17", "pain")
    three = post(bob, "2026-04-17", "win")

    def found(**query):
        return ids(hr.get("/v1/status-log", query))

    assert found() == [three, two, one]
    assert found(employee_id=ada.public_id) == [two, one]
    assert found(date="2026-04-17") == [three, two]
    assert found(date_to="2026-04-16") == [one]
    assert found(date_from="2026-04-17") == [three, two]
    assert found(topic="pain") == [two]


def give(hr, giver, receiver, **values):
    body = {"coins": 10, "tag": "craft", "note": "thanks", "to_employee_id": receiver.public_id}
    if giver is not None:
        body["from_employee_id"] = giver.public_id
    return hr.post("/v1/kudos", body | values)


def test_kudos_are_announced_whole(hr, environment, ada, bob):
    before = len(announced(environment))

    response = give(hr, ada, bob, coins=10.0)

    body = response.json()
    assert response.status_code == 201
    assert body == {
        "id": body["id"],
        "from_employee_id": ada.public_id,
        "to_employee_id": bob.public_id,
        "coins": 10,
        "tag": "craft",
        "note": "thanks",
        "created_at": "2026-04-20T12:00:00Z",
    }
    assert announced(environment, before) == [("kudos.awarded", body)]


def test_nobody_gives_kudos_to_themselves_however_the_giver_was_named(hr, api, ada):
    bound = api("hr", actor=ada.public_id)

    assert refusal(give(hr, ada, ada)) == (422, "unprocessable_entity", ["to_employee_id"])
    assert refusal(give(bound, None, ada)) == (422, "unprocessable_entity", ["to_employee_id"])


@pytest.mark.parametrize(
    ("coins", "status"),
    [(4, 400), (5, 201), (50, 201), (51, 400), (10.0, 201), (10.5, 400), ("10", 400), (True, 400)],
)
def test_coins_are_whole_and_from_5_to_50(hr, environment, ada, bob, coins, status):
    response = give(hr, ada, bob, coins=coins)

    assert response.status_code == status
    assert Kudos.objects.within(environment).count() == (1 if status == 201 else 0)
    if status == 400:
        assert refusal(response) == (400, "invalid_request", ["coins"])


def test_a_key_that_acts_for_somebody_fills_the_giver_and_a_restricted_one_insists(
    hr, api, ada, bob
):
    acting = api("hr", actor=ada.public_id)
    restricted = api("hr", actor=ada.public_id, restricted=True)

    assert refusal(give(hr, None, bob)) == (400, "invalid_request", ["from_employee_id"])
    assert give(acting, None, bob).json()["from_employee_id"] == ada.public_id
    assert give(acting, bob, ada).json()["from_employee_id"] == bob.public_id
    assert give(restricted, ada, bob).status_code == 201
    assert refusal(give(restricted, bob, ada)) == (403, "permission_denied", [])


def test_former_and_unknown_people_give_and_get_nothing(hr, environment, ada):
    former = make_former(environment)

    assert refusal(give(hr, ada, former)) == (422, "unprocessable_entity", ["to_employee_id"])
    assert refusal(give(hr, former, ada)) == (422, "unprocessable_entity", ["from_employee_id"])
    unknown = give(hr, ada, ada, to_employee_id="emp_unknown")
    assert refusal(unknown) == (422, "unprocessable_entity", ["to_employee_id"])


@pytest.mark.parametrize("change", [{"tag": "hustle"}, {"note": " "}, {"note": "x" * 501}])
def test_kudos_outside_the_schema_are_400(hr, ada, bob, change):
    assert refusal(give(hr, ada, bob, **change)) == (400, "invalid_request", list(change))


def test_a_refused_choice_tells_the_choices(hr, ada, bob):
    error = give(hr, ada, bob, tag="hustle").json()["error"]

    assert error["message"] == "tag: must be one of teamwork, craft, impact, courage, kindness"


def test_a_monthly_allowance_counts_only_where_it_is_set(hr, environment, ada, bob):
    environment.settings = {"hr": {"kudos_monthly_allowance": 30}}
    environment.save()

    assert give(hr, ada, bob, coins=20).status_code == 201
    assert refusal(give(hr, ada, bob, coins=20)) == (422, "unprocessable_entity", ["coins"])
    assert give(hr, ada, bob, coins=10).status_code == 201


def test_every_filter_of_kudos_narrows_them_and_the_leaderboard_ranks(hr, environment, ada, bob):
    cleo = make_employee(environment)
    one = give(hr, ada, bob, coins=20).json()["id"]
    two = give(hr, bob, ada, coins=20, tag="impact").json()["id"]
    three = give(hr, ada, cleo, coins=5).json()["id"]

    def found(**query):
        return ids(hr.get("/v1/kudos", query))

    assert found() == [three, two, one]
    assert found(from_employee_id=ada.public_id) == [three, one]
    assert found(to_employee_id=ada.public_id) == [two]
    assert found(employee_id=bob.public_id) == [two, one]
    assert found(tag="impact") == [two]
    assert found(created_from="2026-04-20T12:00:01Z") == []
    assert found(created_to="2026-04-20T12:00:00Z") == [three, two, one]

    board = hr.get("/v1/kudos/leaderboard").json()
    assert (board["start"], board["end"]) == ("2026-04-01", "2026-06-30")
    assert [(row["rank"], row["employee_id"], row["coins"]) for row in board["data"]] == [
        (1, ada.public_id, 20),
        (1, bob.public_id, 20),
        (3, cleo.public_id, 5),
    ]


def test_a_month_of_kudos_is_the_workspaces_month(db, api, settings, time_machine_at):
    settings.PULSE_HR_RATE_LIMIT = 0  # whose clock would go back
    auckland = make_environment(make_organization("Kiwi", time_zone="Pacific/Auckland"))
    auckland.settings = {"hr": {"kudos_monthly_allowance": 10}}
    auckland.save()
    hr, ada, bob = api("hr", environment=auckland), make_employee(auckland), make_employee(auckland)

    with time_machine_at(datetime(2026, 4, 30, 11, 59, tzinfo=UTC)):  # 30 April there
        assert give(hr, ada, bob, coins=10).status_code == 201
    with time_machine_at(datetime(2026, 4, 30, 12, 0, tzinfo=UTC)):  # 1 May, to the second
        assert give(hr, bob, ada, coins=10).status_code == 201
        assert give(hr, ada, bob, coins=5).status_code == 201
        may = hr.get("/v1/kudos/leaderboard?period=month").json()
    with time_machine_at(datetime(2026, 4, 30, 11, 59, tzinfo=UTC)):
        april = hr.get("/v1/kudos/leaderboard?period=month").json()

    assert (april["start"], [row["coins"] for row in april["data"]]) == ("2026-04-01", [10])
    assert (may["start"], [row["coins"] for row in may["data"]]) == ("2026-05-01", [10, 5])


def answer(hr, employee, level="light", **values):
    return hr.post(
        "/v1/workload-checkins", {"employee_id": employee.public_id, "level": level, **values}
    )


def test_the_last_answer_of_a_week_counts(hr, environment, ada, time_machine_at):
    before = len(announced(environment))

    first = answer(hr, ada, "light")
    with time_machine_at(datetime(2026, 4, 22, 9, 0, tzinfo=UTC)):
        same = answer(hr, ada, "light")
        second = answer(hr, ada, "heavy")
        listed = hr.get("/v1/workload_checkins", validate=False).json()

    assert (first.status_code, same.status_code, second.status_code) == (201, 200, 200)
    assert first.json()["week_start"] == "2026-04-20"
    assert same.json() == first.json()
    assert second.json() == first.json() | {
        "level": "heavy",
        "updated_at": "2026-04-22T09:00:00Z",
    }
    assert announced(environment, before) == [
        ("workload.recorded", first.json()),
        ("workload.recorded", second.json()),
    ]
    assert listed["data"] == [second.json()]


@pytest.mark.parametrize("week", ["2026-04-21", "2026-04-27", "2019-12-23"])
def test_a_week_that_is_none_or_ahead_or_before_the_employment_is_refused(hr, ada, week):
    response = answer(hr, ada, week_start=week)

    assert refusal(response) == (422, "unprocessable_entity", ["week_start"])


def test_a_week_that_is_over_takes_a_late_first_answer_and_never_another(hr, ada):
    late = answer(hr, ada, "light", week_start="2026-04-13")

    assert late.status_code == 201
    assert answer(hr, ada, "light", week_start="2026-04-13").status_code == 200
    changed = answer(hr, ada, "heavy", week_start="2026-04-13")
    assert refusal(changed) == (409, "conflict", ["week_start"])


def test_the_week_of_new_year_starts_in_the_old_one(hr, ada, time_machine_at):
    with time_machine_at(datetime(2027, 1, 1, 9, 0, tzinfo=UTC)):
        assert answer(hr, ada).json()["week_start"] == "2026-12-28"


def test_a_restricted_key_sees_its_own_answers_only(hr, api, ada, bob):
    mine, theirs = answer(hr, ada).json()["id"], answer(hr, bob).json()["id"]
    restricted = api("hr", actor=ada.public_id, restricted=True)

    assert ids(hr.get("/v1/workload-checkins")) == [theirs, mine]
    assert ids(restricted.get("/v1/workload-checkins")) == [mine]
    other = restricted.get(f"/v1/workload-checkins?employee_id={bob.public_id}")
    assert refusal(other) == (403, "permission_denied", [])


def test_counts_of_a_week_show_from_three_answers_on(hr, environment):
    people = [make_employee(environment, department="Ops") for _ in range(3)]
    for person in people[:2]:
        answer(hr, person, "heavy")

    hidden = hr.get("/v1/workload-checkins/summary?weeks=1").json()["data"]
    answer(hr, people[2], "light")
    shown = hr.get("/v1/workload-checkins/summary?weeks=1&department=Ops").json()["data"]

    assert hidden == [
        {"week_start": "2026-04-20", "respondents": None, "counts": None, "suppressed": True}
    ]
    assert shown == [
        {
            "week_start": "2026-04-20",
            "respondents": 3,
            "counts": {"light": 1, "balanced": 0, "heavy": 2, "overloaded": 0},
            "suppressed": False,
        }
    ]


def test_no_small_group_shows_by_subtraction(hr, environment):
    for department, size in (("Big", 5), ("Mid", 4), ("Tiny", 2)):
        for _ in range(size):
            answer(hr, make_employee(environment, department=department))

    def suppressed(query: str) -> bool:
        week = hr.get(f"/v1/workload-checkins/summary?weeks=1{query}").json()["data"][0]
        return week["suppressed"]

    assert not suppressed("")
    assert not suppressed("&department=Big")
    assert suppressed("&department=Mid"), "11 - 5 - 4 would tell the two of Tiny"
    assert suppressed("&department=Tiny")


def test_former_people_write_nothing_new(hr, environment):
    former = make_former(environment)
    before = types(environment)

    log = hr.post("/v1/status-log", {"employee_id": former.public_id, "lines": ["a"]})
    load = answer(hr, former)

    assert refusal(log) == (422, "unprocessable_entity", ["employee_id"])
    assert refusal(load) == (422, "unprocessable_entity", ["employee_id"])
    assert not WorkloadCheckin.objects.within(environment).exists()
    assert types(environment) == before
