from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import pytest

from hr import samples
from hr.models import Employee, LeaveEntry, ScoreInput, StatusLogEntry
from hr.services import employees
from pulse.audit.models import Entry
from pulse.exports.services import write_next
from pulse.tenancy.models import Environment
from pulse.webhooks.models import Event
from tests.hr.people import NOW, announced, make_employee, make_leave, refusal, types
from tests.support.tenancy import make_environment


def test_a_csv_of_people_is_all_taken_with_managers_in_any_order(hr, environment):
    text = (
        "email,full_name,manager_email,start_date,custom_fields.desk\r\n"
        "leaf@x.test,Leaf,boss@x.test,2026-01-05,7\r\n"
        'boss@x.test,"Boss, The",,2020-01-01,\r\n'
    )

    response = hr.post(
        "/v1/imports/employees", body=text.encode("utf-8-sig"), content_type="text/csv"
    )

    body = response.json()
    assert (response.status_code, body["valid"], len(body["created"])) == (201, True, 2)
    leaf = hr.get(f"/v1/employees/{body['created'][0]}").json()
    assert leaf["manager_id"] == body["created"][1]
    assert leaf["custom_fields"] == {"desk": "7"}
    assert types(environment) == ["employee.created", "employee.created"]
    assert announced(environment)[0][1] == leaf


def test_one_wrong_row_keeps_every_row_out_and_each_is_named(hr, environment):
    make_employee(environment, email="taken@x.test")
    before = types(environment)
    rows = [
        {"email": "one@x.test", "full_name": "One"},
        {"email": "nobody", "full_name": "Two"},
        {"email": "ONE@x.test", "full_name": "Three"},
        {"email": "taken@x.test", "full_name": "Four"},
        {"email": "five@x.test", "full_name": "Five", "manager_email": "ghost@x.test"},
        {"email": "six@x.test", "full_name": "Six", "manager_email": "seven@x.test"},
        {"email": "seven@x.test", "full_name": "Seven", "manager_email": "six@x.test"},
        {"email": "e@x.test", "full_name": "E", "start_date": "2026-02-02", "end_date": "2026-02-01"},
    ]  # fmt: skip

    body = hr.post("/v1/imports/employees", {"employees": rows}).json()

    assert (body["valid"], body["created"], body["rows"]) == (False, [], 8)
    assert [(one["row"], one["fields"]) for one in body["errors"]] == [
        (2, ["email"]),
        (3, ["email"]),
        (4, ["email"]),
        (5, ["manager_email"]),
        (6, ["manager_email"]),
        (7, ["manager_email"]),
        (8, ["end_date"]),
    ]
    assert Employee.objects.within(environment).count() == 1
    assert types(environment) == before


def test_a_manager_in_the_file_must_be_there_still_and_an_address_is_no_id(hr, environment):
    known = make_employee(environment)
    rows = [
        {"email": "gone@x.test", "full_name": "G", "start_date": "2020-01-01", "end_date": "2021-01-01"},
        {"email": "one@x.test", "full_name": "One", "manager_email": "gone@x.test"},
        {"email": "two@x.test", "full_name": "Two", "manager_email": known.email},
        {"email": "three@x.test", "full_name": "Three", "manager_id": known.email},
        {
            "email": "four@x.test", "full_name": "Four", "manager_id": known.public_id,
            "manager_email": known.email,
        },
    ]  # fmt: skip

    body = hr.post("/v1/imports/employees", {"employees": rows}).json()

    found = [(one["row"], one["fields"]) for one in body["errors"]]
    assert found == [
        (2, ["manager_email"]),
        (4, ["manager_id"]),
        (5, ["manager_id", "manager_email"]),
    ]


def test_a_column_that_is_named_twice_is_refused(hr):
    text = "email,full_name,email\na@x.test,A,b@x.test\n"

    response = hr.post("/v1/imports/employees", body=text.encode(), content_type="text/csv")

    assert refusal(response) == (400, "invalid_request", ["email"])


def test_a_dry_run_reports_and_stores_nothing(hr, environment):
    rows = [{"email": "one@x.test", "full_name": "One"}]

    response = hr.post("/v1/imports/employees?dry_run=true", {"employees": rows})

    assert response.json() == {
        "dry_run": True, "rows": 1, "valid": True, "created": [], "errors": []
    }  # fmt: skip
    assert not Employee.objects.within(environment).exists()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"\xff\xfe", "text/csv", 400),
        (b'{"employees": []}', "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"employees": [7]}', "application/json", 400),
        (b'{"employees": [{}], "more": 1}', "application/json", 400),
        (b"email\n" + b"a@x.test\n" * 5001, "text/csv", 400),
        (b"x", "text/plain", 415),
    ],
)
def test_an_import_that_is_no_list_of_people_is_refused(hr, body, kind, status):
    assert hr.post("/v1/imports/employees", body=body, content_type=kind).status_code == status


def test_an_export_honours_the_filters_of_its_list_and_no_cell_is_a_formula(hr, environment):
    make_employee(environment, full_name="=cmd()", department="Ops")
    make_employee(environment)

    started = hr.post(
        "/v1/exports",
        {"kind": "employees", "format": "csv", "filters": {"department": "Ops"}},
    )
    while write_next():
        pass
    done = hr.get(f"/v1/exports/{started.json()['id']}").json()

    assert (started.status_code, done["status"], done["rows"]) == (202, "done", 1)
    assert done["download_url"] == f"/v1/exports/{done['id']}/download"


@pytest.mark.parametrize(
    ("kind", "filters", "rows"),
    [
        ("leave", {"from": "2026-04-01", "to": "2026-04-30", "status": "all"}, 1),
        ("leave", {"from": "2026-05-01"}, 0),
        ("employees", {"updated_since": "2026-04-20T12:00:00Z", "manager_id": "null"}, 1),
        ("status-log", {"date_from": "2026-04-01"}, 1),
        ("workload-checkins", {"week_start": "2026-04-20"}, 0),
        ("kudos", {"created_to": "2026-04-20T12:00:00Z"}, 0),
    ],
)
def test_an_export_understands_every_kind_of_filter(hr, environment, kind, filters, rows):
    employee = make_employee(environment)
    make_leave(environment, employee, start_date=date(2026, 4, 21))
    hr.post("/v1/status-log", {"employee_id": employee.public_id, "lines": ["a"]})

    started = hr.post("/v1/exports", {"kind": kind, "filters": filters}).json()
    while write_next():
        pass

    done = hr.get(f"/v1/exports/{started['id']}").json()
    assert (done["status"], done["rows"]) == ("done", rows)


def test_an_export_needs_the_scope_of_its_list_and_known_filters(hr, api):
    narrow = api("hr", scopes=["read:exports", "read:kudos"])

    assert refusal(narrow.post("/v1/exports", {"kind": "leave"}))[0] == 403
    assert narrow.post("/v1/exports", {"kind": "kudos"}).status_code == 202
    wrong = hr.post("/v1/exports", {"kind": "leave", "filters": {"color": "red"}})
    assert refusal(wrong) == (400, "invalid_request", ["filters.color"])


@pytest.mark.django_db(transaction=True)
def test_the_file_of_an_export_is_for_a_key_that_may_read_its_list(hr, api, environment):
    made = hr.post("/v1/exports", {"kind": "leave"}).json()
    write_next()
    path = f"/v1/exports/{made['id']}/download"

    assert hr.get(path).status_code == 200
    assert refusal(api("hr", scopes=["read:exports"]).get(path))[0] == 403
    assert api("hr", scopes=["read:exports", "read:leave"]).get(path).status_code == 200
    assert refusal(hr.get("/v1/exports/a%00/download"))[0] == 404
    head = hr.request("HEAD", path, validate=False)
    assert (head.status_code, head.content) == (200, b"")


def test_writes_are_in_the_audit_log_with_names_of_members_only(hr, environment):
    created = hr.post("/v1/employees", {"email": "a@b.test", "full_name": "Secret Name"})
    hr.post("/v1/employees", {"email": "broken"})

    entry = hr.get("/v1/audit-log").json()["data"][0]

    assert entry["action"] == "employee.created"
    assert entry["object_id"] == created.json()["id"]
    assert entry["fields"] == ["email", "full_name"]
    assert entry["request_id"] == created["X-Request-Id"]
    assert entry["actor"].startswith("key:key_")
    assert Entry.objects.within(environment).count() == 1
    assert hr.get("/v1/audit-log?action=leave.*").json()["total_count"] == 0


def test_sample_people_are_the_same_every_time(hr, environment):
    first = hr.post("/v1/test/seed").json()
    ids = sorted(Employee.objects.within(environment).values_list("public_id", flat=True))
    reset = hr.post("/v1/test/reset").json()
    again = hr.post("/v1/test/seed").json()

    assert first == reset == again == {"employees": 15}
    assert samples.DEMO_ACTOR in ids
    assert samples.DEMO_COLLEAGUE in ids
    assert ids == sorted(Employee.objects.within(environment).values_list("public_id", flat=True))
    mine = StatusLogEntry.objects.within(environment).filter(
        employee__public_id=samples.DEMO_ACTOR, date=date(2026, 4, 20)
    )
    assert not mine.exists()
    assert LeaveEntry.objects.within(environment).count() > 20


def test_sample_people_find_room_beside_holidays_that_are_there(hr, environment):
    hr.post("/v1/holidays", {"date": "2026-12-25", "name": "Our own Christmas"})

    assert hr.post("/v1/test/seed").json() == {"employees": 15}

    listed = hr.get("/v1/holidays?from=2026-12-01&to=2026-12-31").json()["data"]
    assert [one["name"] for one in listed] == ["Sant'Ambrogio", "Our own Christmas"]


@pytest.mark.parametrize("path", ["/v1/test/seed", "/v1/test/reset"])
def test_live_data_is_never_seeded_or_reset(api, environment, path):
    live = make_environment(environment.organization, kind="live")
    make_employee(live)

    response = api("hr", environment=live).post(path)

    assert refusal(response) == (403, "permission_denied", [])
    assert Employee.objects.within(live).count() == 1


def written_everywhere(environment: Environment, marker: str) -> Employee:
    employee = make_employee(
        environment,
        email=f"{marker}@x.test",
        full_name=f"Ms {marker}",
        role=f"role {marker}",
        location=f"loc {marker}",
        custom_fields={"k": marker},
    )
    make_leave(environment, employee, start_date=date(2026, 4, 20), note=marker)
    return employee


def test_an_erased_person_is_found_nowhere_and_the_counts_stay(hr, environment):
    marker = "zzmarkerzz"
    employee = written_everywhere(environment, marker)
    other = make_employee(environment)
    path = f"/v1/employees/{employee.public_id}"
    hr.post("/v1/status-log", {"employee_id": employee.public_id, "lines": [marker]})
    for giver, receiver in ((employee, other), (other, employee)):
        hr.post(
            "/v1/kudos",
            {
                "from_employee_id": giver.public_id, "to_employee_id": receiver.public_id,
                "coins": 10, "tag": "craft", "note": marker,
            },
            headers={"Idempotency-Key": giver.public_id},
        )  # fmt: skip
    hr.request("PUT", f"{path}/score-inputs", {"focus_sessions": 3})
    feed = {"audience": "person", "employee_id": employee.public_id}
    calendar = urlsplit(hr.post("/v1/calendar-feeds", feed).json()["url"]).path
    assert hr.get(calendar).status_code == 200
    copy = hr.post(f"{path}/export")
    assert copy.content.decode().count(marker) >= 8

    assert hr.post(f"{path}/erase").status_code == 200

    for listed in ("employees", "status-log", "kudos", "leave?status=all", "events", "audit-log"):
        assert marker not in hr.get(f"/v1/{listed}").content.decode()
    shown = hr.get(path).json()
    assert (shown["full_name"], shown["status"]) == ("[erased]", "former")
    assert hr.get("/v1/kudos").json()["total_count"] == 2
    assert ScoreInput.objects.within(environment).count() == 0
    assert hr.get(calendar).status_code == 404
    for row in Event.objects.within(environment):
        assert marker not in row.body
    assert hr.post(f"{path}/erase").status_code == 200


def test_erasing_somebody_takes_back_what_they_had_planned(hr, environment):
    employee = make_employee(environment)
    past = make_leave(environment, employee, start_date=date(2026, 4, 13))
    planned = make_leave(environment, employee, start_date=date(2026, 5, 4), note="the sea")
    start = len(types(environment))

    first = hr.post(f"/v1/employees/{employee.public_id}/erase").json()

    events = announced(environment, start)
    assert [name for name, _ in events] == ["leave.cancelled", "employee.offboarded"]
    assert (events[0][1]["id"], events[0][1]["note"]) == (planned.public_id, None)
    assert hr.get(f"/v1/leave/{past.public_id}").json()["status"] == "approved"
    before = hr.get(f"/v1/employees/{employee.public_id}").json()
    assert hr.post(f"/v1/employees/{employee.public_id}/erase").json() == first
    assert hr.get(f"/v1/employees/{employee.public_id}").json() == before


def test_the_calendar_says_who_is_out_each_day(hr, environment):
    ada, bob = make_employee(environment, department="Ops"), make_employee(environment)
    make_leave(environment, ada, start_date=date(2026, 4, 20), end_date=date(2026, 4, 21))
    make_leave(environment, bob, start_date=date(2026, 4, 21), half_day_end=True)
    hr.post("/v1/holidays", {"date": "2026-04-22", "name": "Spring"})

    body = hr.get("/v1/leave/calendar?from=2026-04-20&to=2026-04-22").json()
    ops = hr.get("/v1/leave/calendar?from=2026-04-21&to=2026-04-21&department=Ops").json()

    assert [(day["date"], day["people_out"], day["holidays"]) for day in body["days"]] == [
        ("2026-04-20", 1, []),
        ("2026-04-21", 2, []),
        ("2026-04-22", 0, ["Spring"]),
    ]
    assert [one["part"] for one in body["days"][1]["entries"]] == ["day", "morning"]
    assert [day["people_out"] for day in ops["days"]] == [1]
    assert refusal(hr.get("/v1/leave/calendar?from=2026-04-21&to=2026-04-20"))[2] == ["to"]


def test_two_halves_of_one_day_are_one_person_who_is_out(hr, environment):
    ada, bob = make_employee(environment, department="Ops"), make_employee(environment)
    day = date(2026, 4, 21)
    make_leave(environment, ada, start_date=date(2026, 4, 20), end_date=day, half_day_end=True)
    make_leave(environment, ada, start_date=day, half_day_start=True, kind="sick")
    make_leave(environment, bob, start_date=day, half_day_start=True)
    cancelled = make_leave(environment, bob, start_date=day, half_day_end=True)
    hr.delete(f"/v1/leave/{cancelled.public_id}")

    for query, people in (("", 2), ("&department=Ops", 1), (f"&employee_id={bob.public_id}", 1)):
        days = hr.get(f"/v1/leave/calendar?from={day}&to={day}{query}").json()["days"]
        assert days[0]["people_out"] == people
    assert len(hr.get(f"/v1/leave/calendar?from={day}&to={day}").json()["days"][0]["entries"]) == 3


def test_a_crowded_day_counts_everybody_and_shows_those_who_left_last(hr, environment):
    people = [make_employee(environment) for _ in range(3)]
    for days, person in enumerate(people):
        start, end = date(2026, 4, 20 + days), date(2026, 4, 22)
        make_leave(environment, person, start_date=start, end_date=end)

    days = hr.get("/v1/leave/calendar?from=2026-04-20&to=2026-04-22&limit=2").json()["days"]

    shown = [[one["employee_id"] for one in day["entries"]] for day in days]
    assert [day["people_out"] for day in days] == [1, 2, 3]
    assert shown == [
        [people[0].public_id],
        [one.public_id for one in people[:2]],
        [one.public_id for one in people[1:]],
    ]


def test_declared_custom_fields_hold_people_to_their_types(hr, environment):
    for key, kind, more in (
        ("desk", "number", {"required": True}),
        ("size", "select", {"options": ["S", "M"]}),
        ("born", "date", {}),
    ):
        field = {"key": key, "name": key, "type": kind, **more}
        assert hr.post("/v1/custom-fields", field).status_code == 201

    def add(values):
        body = {"email": "a@b.test", "full_name": "A", "custom_fields": values}
        return refusal(hr.post("/v1/employees", body))[::2]

    assert add({"desk": "7"}) == (422, ["custom_fields.desk"])
    assert add({"size": "S"}) == (422, ["custom_fields.desk"])
    assert add({"desk": 7, "size": "L"}) == (422, ["custom_fields.size"])
    assert add({"desk": 7, "born": "1990-02-30"}) == (422, ["custom_fields.born"])
    assert add({"desk": 7, "other": 1}) == (422, ["custom_fields.other"])
    good = {"desk": 7, "size": "M", "born": "1990-02-03"}
    body = {"email": "a@b.test", "full_name": "A", "custom_fields": good}
    assert hr.post("/v1/employees", body).json()["custom_fields"] == good
    twice = hr.post("/v1/custom-fields", {"key": "desk", "name": "x", "type": "text"})
    assert refusal(twice) == (409, "conflict", ["key"])


def test_options_are_a_selects_and_differ(hr):
    def declared(**values):
        return hr.post("/v1/custom-fields", {"key": "size", "name": "Size", **values})

    assert refusal(declared(type="text", options=["S"]))[::2] == (400, ["options"])
    assert refusal(declared(type="select", options=["S", "S"]))[::2] == (400, ["options"])
    made = declared(type="text").json()
    path = f"/v1/custom-fields/{made['id']}"
    assert refusal(hr.patch(path, {"options": ["S"]}))[::2] == (400, ["options"])
    assert hr.patch(path, made).json() == made


def test_the_org_chart_names_those_whose_manager_left(hr, environment):
    gone, leaving = (make_employee(environment, full_name=name) for name in ("Gone", "Leaving"))
    for boss, name in ((leaving, "B"), (gone, "A"), (gone, "C")):
        make_employee(environment, full_name=name, manager_id=boss.public_id)
    employees.offboard_employee(environment, employee_id=gone.public_id, now=NOW)
    Employee.objects.within(environment).filter(pk=leaving.pk).update(end_date=date(2026, 4, 19))

    chart = hr.get("/v1/org-chart").json()

    assert [node["full_name"] for node in chart["orphans"]] == ["A", "B", "C"]
    assert chart["roots"] == []


def test_the_org_chart_counts_reports_beyond_its_depth(hr, environment):
    top = make_employee(environment, full_name="Top")
    mid = make_employee(environment, full_name="Mid", manager_id=top.public_id)
    make_employee(environment, full_name="Leaf", manager_id=mid.public_id)

    chart = hr.get("/v1/org-chart?depth=2").json()
    below = hr.get(f"/v1/org-chart?root={mid.public_id}").json()

    assert [node["full_name"] for node in chart["roots"]] == ["Top"]
    middle = chart["roots"][0]["reports"][0]
    assert (middle["full_name"], middle["reports_count"], middle["reports"]) == ("Mid", 1, [])
    assert [node["full_name"] for node in below["roots"][0]["reports"]] == ["Leaf"]
    assert hr.get("/v1/org-chart?root=emp_unknown").status_code == 404
