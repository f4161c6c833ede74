from __future__ import annotations

from datetime import date

import pytest

from hr.models import Employee
from hr.pumps import offboard_leavers
from tests.hr.people import (
    NOW,
    announced,
    ids,
    make_employee,
    make_former,
    make_leave,
    refusal,
    types,
)
from tests.support.tenancy import make_environment


def test_a_new_employee_is_answered_whole_and_announced(hr, environment):
    manager = make_employee(environment)
    before = len(announced(environment))

    response = hr.post(
        "/v1/employees",
        {
            "email": "Ada.Rota@example.test",
            "full_name": "Ada Rota",
            "role": "Data engineer",
            "department": "Platform",
            "manager_id": manager.public_id,
            "start_date": "2026-03-02",
            "location": "Torino",
            "custom_fields": {"tshirt": "M", "desk": 42},
        },
    )

    body = response.json()
    employee_id = body.pop("id")
    assert response.status_code == 201
    assert body == {
        "email": "ada.rota@example.test",
        "full_name": "Ada Rota",
        "role": "Data engineer",
        "department": "Platform",
        "manager_id": manager.public_id,
        "start_date": "2026-03-02",
        "end_date": None,
        "location": "Torino",
        "custom_fields": {"tshirt": "M", "desk": 42},
        "status": "active",
        "version": 1,
        "created_at": "2026-04-20T12:00:00Z",
        "updated_at": "2026-04-20T12:00:00Z",
    }
    assert employee_id.startswith("emp_")
    assert len(employee_id) == 30
    assert response["Location"] == f"/v1/employees/{employee_id}"
    assert response["ETag"] == f'"{employee_id}:1"'
    assert announced(environment, before) == [("employee.created", {"id": employee_id, **body})]
    assert hr.get(f"/v1/employees/{employee_id}").json() == {"id": employee_id, **body}


def test_only_email_and_name_are_required_and_the_start_is_today(hr):
    response = hr.post("/v1/employees", {"email": "a@b.test", "full_name": "A"})

    body = response.json()
    assert response.status_code == 201
    assert (body["start_date"], body["custom_fields"]) == ("2026-04-20", {})
    for name in ("role", "department", "manager_id", "end_date", "location"):
        assert body[name] is None


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"email": None}, ["email"]),
        ({"email": "nobody"}, ["email"]),
        ({"email": "a b@c.test"}, ["email"]),
        ({"email": "a@" + "b" * 250 + ".test"}, ["email"]),
        ({"email": "a@" + "\u0130" * 200 + ".test"}, ["email"]),  # its lower case is longer
        ({"email": 7}, ["email"]),
        ({"full_name": "  "}, ["full_name"]),
        ({"full_name": "x" * 201}, ["full_name"]),
        ({"full_name": "nul\u0000"}, ["full_name"]),
        ({"role": "x" * 121}, ["role"]),
        ({"role": ["x"]}, ["role"]),
        ({"start_date": "20-04-2026"}, ["start_date"]),
        ({"start_date": "2026-02-30"}, ["start_date"]),
        ({"custom_fields": []}, ["custom_fields"]),
        ({"custom_fields": {"Key": 1}}, ["custom_fields.Key"]),
        ({"custom_fields": {"k": {"deep": 1}}}, ["custom_fields.k"]),
        ({"custom_fields": {"k": "x" * 501}}, ["custom_fields.k"]),
        ({"custom_fields": {f"k{n}": n for n in range(51)}}, ["custom_fields"]),
        ({"nickname": "A"}, ["nickname"]),
    ],
)
def test_what_the_schema_refuses_is_400_and_stores_nothing(hr, environment, change, fields):
    response = hr.post("/v1/employees", {"email": "a@b.test", "full_name": "A"} | change)

    assert refusal(response) == (400, "invalid_request", fields)
    assert not Employee.objects.within(environment).exists()
    assert announced(environment) == []


def test_server_owned_members_of_a_read_are_ignored_in_a_write(hr):
    read = hr.post("/v1/employees", {"email": "a@b.test", "full_name": "A"}).json()

    response = hr.patch(f"/v1/employees/{read['id']}", {**read, "role": "Cook"})

    assert response.status_code == 200
    assert (response.json()["role"], response.json()["version"]) == ("Cook", 2)


def test_an_end_before_the_start_is_422_and_the_same_day_is_fine(hr):
    body = {"email": "a@b.test", "full_name": "A", "start_date": "2026-05-02"}

    late = hr.post("/v1/employees", body | {"end_date": "2026-05-01"})

    assert refusal(late) == (422, "unprocessable_entity", ["end_date"])
    assert late.json()["error"]["message"] == "end_date must be after start_date"
    assert hr.post("/v1/employees", body | {"end_date": "2026-05-02"}).status_code == 201


def test_nobody_manages_themselves(hr, environment):
    employee = make_employee(environment)

    response = hr.patch(f"/v1/employees/{employee.public_id}", {"manager_id": employee.public_id})

    assert refusal(response) == (422, "unprocessable_entity", ["manager_id"])


@pytest.mark.parametrize("length", [2, 5])
def test_a_reporting_loop_of_any_length_is_refused(hr, environment, length):
    chain = [make_employee(environment)]
    for _ in range(length - 1):
        chain.append(make_employee(environment, manager_id=chain[-1].public_id))

    response = hr.patch(f"/v1/employees/{chain[0].public_id}", {"manager_id": chain[-1].public_id})

    assert refusal(response) == (422, "unprocessable_entity", ["manager_id"])
    chain[0].refresh_from_db()
    assert chain[0].manager is None


def test_a_strangers_manager_is_refused_like_an_unknown_one(hr, environment, other_environment):
    live = make_environment(environment.organization, kind="live")
    answers = []
    for manager_id in (
        make_employee(other_environment).public_id,
        make_employee(live).public_id,
        "emp_01HR3000000000000000009999",
    ):
        body = {"email": "a@b.test", "full_name": "A", "manager_id": manager_id}
        response = hr.post("/v1/employees", body)
        error = response.json()["error"]
        error.pop("request_id")
        answers.append((response.status_code, error))

    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 422


def test_a_former_manager_is_refused(hr, environment):
    former = make_former(environment)

    response = hr.post(
        "/v1/employees",
        {"email": "a@b.test", "full_name": "A", "manager_id": former.public_id},
    )

    assert refusal(response) == (422, "unprocessable_entity", ["manager_id"])


@pytest.mark.parametrize("taken", ["a@x.test", "A@X.TEST", "zoe\u0308@x.test"])
def test_an_email_is_taken_in_any_case_and_any_composition(hr, environment, taken):
    make_employee(environment, email="A@x.test")
    make_employee(environment, email="zo\u00eb@x.test")

    response = hr.post("/v1/employees", {"email": taken, "full_name": "B"})

    assert refusal(response) == (409, "conflict", ["email"])
    assert Employee.objects.within(environment).count() == 2


def test_a_former_persons_email_stays_taken(hr, environment):
    make_former(environment, email="gone@x.test")

    response = hr.post("/v1/employees", {"email": "gone@x.test", "full_name": "B"})

    assert refusal(response) == (409, "conflict", ["email"])


def test_a_patch_changes_what_it_names_and_tells_the_old_values(hr, environment):
    employee = make_employee(environment, role="Cook", location="Torino")
    before = len(announced(environment))

    response = hr.patch(f"/v1/employees/{employee.public_id}", {"role": "Chef", "location": None})

    body = response.json()
    assert (body["role"], body["location"], body["version"]) == ("Chef", None, 2)
    assert response["ETag"] == f'"{employee.public_id}:2"'
    assert announced(environment, before) == [("employee.updated", body)]


def test_a_patch_that_changes_nothing_keeps_the_version_and_is_not_announced(hr, environment):
    employee = make_employee(environment, role="Cook")
    before = len(announced(environment))

    response = hr.patch(f"/v1/employees/{employee.public_id}", {"role": "Cook"})

    assert (response.status_code, response.json()["version"]) == (200, 1)
    assert announced(environment, before) == []


@pytest.mark.parametrize("name", ["email", "full_name", "start_date"])
def test_null_cannot_clear_what_everybody_has(hr, environment, name):
    employee = make_employee(environment)

    response = hr.patch(f"/v1/employees/{employee.public_id}", {name: None})

    assert refusal(response) == (400, "invalid_request", [name])


def test_a_stale_version_or_if_match_is_409_on_version(hr, environment):
    employee = make_employee(environment)
    path = f"/v1/employees/{employee.public_id}"
    hr.patch(path, {"role": "Cook"})
    stale = {"If-Match": f'"{employee.public_id}:1"'}
    good = {"If-Match": f'"{employee.public_id}:2"'}

    assert refusal(hr.patch(path, {"role": "X", "version": 1})) == (409, "conflict", ["version"])
    assert refusal(hr.patch(path, {"role": "X"}, headers=stale)) == (409, "conflict", ["version"])
    both = hr.patch(path, {"role": "X", "version": 1}, headers=good)
    assert refusal(both) == (409, "conflict", ["version"])
    assert "2" in both.json()["error"]["message"]
    assert refusal(hr.delete(path, headers=stale)) == (409, "conflict", ["version"])
    employee.refresh_from_db()
    assert (employee.role, employee.version, employee.offboarded_at) == ("Cook", 2, None)

    fine = hr.patch(path, {"role": "Chef", "version": 2}, headers=good)
    assert (fine.status_code, fine.json()["version"]) == (200, 3)
    assert hr.patch(path, {"role": "Baker"}, headers={"If-Match": "*"}).status_code == 200


def test_custom_fields_merge_key_by_key_and_null_deletes(hr, environment):
    employee = make_employee(environment, custom_fields={"a": 1, "b": "two"})

    response = hr.patch(
        f"/v1/employees/{employee.public_id}", {"custom_fields": {"b": None, "c": True}}
    )

    assert response.json()["custom_fields"] == {"a": 1, "c": True}


def test_the_etag_of_a_sparse_or_embedding_answer_names_the_version_too(hr, environment):
    boss = make_employee(environment)
    path = f"/v1/employees/{make_employee(environment, manager_id=boss.public_id).public_id}"
    plain = hr.get(path)["ETag"]
    embedding, sparse = (
        hr.get(f"{path}?{query}")["ETag"] for query in ("expand=manager", "fields=id")
    )
    assert len({plain, embedding, sparse}) == 3

    assert hr.patch(path, {"role": "Cook"}, headers={"If-Match": embedding}).status_code == 200
    assert refusal(hr.patch(path, {"role": "X"}, headers={"If-Match": sparse}))[0] == 409


def test_true_is_another_value_than_one(hr, environment):
    employee = make_employee(environment, custom_fields={"remote": 1})

    body = hr.patch(
        f"/v1/employees/{employee.public_id}", {"custom_fields": {"remote": True}}
    ).json()

    assert (body["custom_fields"], body["version"]) == ({"remote": True}, 2)
    assert hr.get(f"/v1/employees/{employee.public_id}").json() == body
    assert types(environment)[-1] == "employee.updated"


def test_a_fifty_first_custom_field_is_refused_also_by_a_merge(hr, environment):
    employee = make_employee(environment, custom_fields={f"k{n}": n for n in range(50)})

    response = hr.patch(f"/v1/employees/{employee.public_id}", {"custom_fields": {"k50": 1}})

    assert refusal(response) == (400, "invalid_request", ["custom_fields"])
    employee.refresh_from_db()
    assert len(employee.custom_fields) == 50


def test_names_keep_every_script(hr):
    response = hr.post("/v1/employees", {"email": "z@b.test", "full_name": "  Zoë 李 Ñandú 🦊 "})

    assert response.json()["full_name"] == "Zoë 李 Ñandú 🦊"


def test_offboarding_ends_today_keeps_the_record_and_is_announced_once(hr, environment):
    employee = make_employee(environment)
    before = len(announced(environment))

    first = hr.delete(f"/v1/employees/{employee.public_id}")
    second = hr.delete(f"/v1/employees/{employee.public_id}")

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert (first.json()["end_date"], first.json()["status"]) == ("2026-04-20", "former")
    assert announced(environment, before) == [("employee.offboarded", first.json())]
    assert hr.get(f"/v1/employees/{employee.public_id}").json() == first.json()


def test_offboarding_a_future_starter_ends_on_their_start(hr, environment):
    employee = make_employee(environment, start_date=date(2026, 6, 1))

    response = hr.delete(f"/v1/employees/{employee.public_id}")

    assert (response.json()["end_date"], response.json()["status"]) == ("2026-06-01", "former")


def test_offboarding_takes_back_leave_that_starts_later(hr, environment):
    employee = make_employee(environment)
    kept = make_leave(environment, employee, start_date=date(2026, 4, 20))
    planned = make_leave(environment, employee, start_date=date(2026, 5, 4))
    before = len(announced(environment))

    hr.delete(f"/v1/employees/{employee.public_id}")

    assert types(environment, before) == ["leave.cancelled", "employee.offboarded"]
    kept.refresh_from_db()
    planned.refresh_from_db()
    assert (kept.status, planned.status) == ("approved", "cancelled")


def test_an_end_date_in_the_past_offboards_at_once_and_null_rehires(hr, environment):
    employee = make_employee(environment)
    path = f"/v1/employees/{employee.public_id}"
    before = len(announced(environment))

    gone = hr.patch(path, {"end_date": "2026-04-17"})
    back = hr.patch(path, {"end_date": None})

    assert (gone.json()["status"], back.json()["status"]) == ("former", "active")
    assert types(environment, before) == [
        "employee.updated",
        "employee.offboarded",
        "employee.updated",
    ]
    employee.refresh_from_db()
    assert employee.offboarded_at is None


def test_a_last_day_that_moves_back_takes_later_leave_back_too(hr, environment):
    employee = make_employee(environment)
    path = f"/v1/employees/{employee.public_id}"
    entry = make_leave(environment, employee, start_date=date(2026, 4, 16))
    hr.patch(path, {"end_date": "2026-04-17"})
    start = len(types(environment))

    assert hr.patch(path, {"end_date": "2026-04-15"}).json()["status"] == "former"

    assert sorted(types(environment, start)) == ["employee.updated", "leave.cancelled"]
    assert hr.get(f"/v1/leave/{entry.public_id}").json()["status"] == "cancelled"


def test_a_last_day_of_today_offboards_when_the_day_is_over(hr, environment, time_machine_at):
    employee = make_employee(environment)
    before = len(announced(environment))

    hr.patch(f"/v1/employees/{employee.public_id}", {"end_date": "2026-04-20"})
    assert offboard_leavers() == 0
    with time_machine_at(NOW.replace(day=21, hour=0, minute=1)):
        assert offboard_leavers() == 1
        assert offboard_leavers() == 0

    assert types(environment, before) == ["employee.updated", "employee.offboarded"]


def test_reports_keep_their_manager_unless_they_are_moved(hr, environment):
    top = make_employee(environment)
    boss = make_employee(environment, manager_id=top.public_id)
    report = make_employee(environment, manager_id=boss.public_id)

    chart = hr.delete(f"/v1/employees/{boss.public_id}")
    assert chart.status_code == 200
    assert hr.get(f"/v1/employees/{report.public_id}").json()["manager_id"] == boss.public_id
    assert [node["id"] for node in hr.get("/v1/org-chart").json()["orphans"]] == [report.public_id]

    before = len(announced(environment))
    moved = hr.delete(f"/v1/employees/{boss.public_id}?reassign_reports_to=manager")
    assert moved.status_code == 200
    assert hr.get(f"/v1/employees/{report.public_id}").json()["manager_id"] == top.public_id
    assert types(environment, before) == ["employee.updated"]


def test_a_report_can_inherit_the_team(hr, environment):
    boss = make_employee(environment)
    heir = make_employee(environment, manager_id=boss.public_id)
    peer = make_employee(environment, manager_id=boss.public_id)

    response = hr.delete(f"/v1/employees/{boss.public_id}?reassign_reports_to={heir.public_id}")

    assert response.status_code == 200
    assert hr.get(f"/v1/employees/{heir.public_id}").json()["manager_id"] is None
    assert hr.get(f"/v1/employees/{peer.public_id}").json()["manager_id"] == heir.public_id


def test_every_filter_of_the_list_narrows_it(hr, environment):
    root = make_employee(environment, full_name="Róot", department="Ops", location="Torino")
    leaf = make_employee(environment, manager_id=root.public_id, email="leaf@x.test")
    soon = make_employee(environment, start_date=date(2026, 6, 1), manager_id=leaf.public_id)
    gone = make_former(environment, manager_id=root.public_id)

    def found(**query: str) -> list[str]:
        response = hr.get("/v1/employees", query)
        assert response.json()["total_count"] == len(response.json()["data"])
        return ids(response)

    everybody = [root.public_id, leaf.public_id, soon.public_id, gone.public_id]
    assert found() == everybody
    assert found(status="all") == everybody
    assert found(status="active") == everybody[:2]
    assert found(status="upcoming") == [soon.public_id]
    assert found(status="former") == [gone.public_id]
    assert found(department="Ops") == [root.public_id]
    assert found(location="Torino") == [root.public_id]
    assert found(manager_id="null") == [root.public_id]
    assert found(manager_id=leaf.public_id) == [soon.public_id]
    assert found(email="LEAF@x.test") == [leaf.public_id]
    assert found(q="RÓO") == [root.public_id]
    assert found(updated_since="2026-04-20T12:00:00Z") == everybody
    assert found(updated_since="2026-04-20T12:00:01Z") == []
    assert found(sort="-created_at") == everybody[::-1]


@pytest.mark.parametrize("query", ["status=gone", "department=", "color=red", "updated_since=x"])
def test_a_filter_that_makes_no_sense_is_400(hr, query):
    response = hr.get(f"/v1/employees?{query}")

    assert refusal(response) == (400, "invalid_request", [query.partition("=")[0]])


def test_an_unchanged_employee_is_304_and_a_changed_one_is_not(hr, environment):
    employee = make_employee(environment)
    path = f"/v1/employees/{employee.public_id}"
    known = {"If-None-Match": hr.get(path)["ETag"]}

    assert hr.get(path, headers=known).status_code == 304
    hr.patch(path, {"role": "Cook"})
    assert hr.get(path, headers=known).status_code == 200


def test_managers_are_embedded_two_levels_deep_and_answers_can_be_sparse(hr, environment):
    top = make_employee(environment)
    boss = make_employee(environment, manager_id=top.public_id)
    leaf = make_employee(environment, manager_id=boss.public_id)

    item = hr.get(f"/v1/employees/{leaf.public_id}", {"expand": "manager.manager"}).json()
    assert item["manager"]["id"] == boss.public_id
    assert item["manager"]["manager"]["id"] == top.public_id

    sparse = hr.get("/v1/employees", {"fields": "email"}).json()["data"]
    assert [sorted(one) for one in sparse] == [["email", "id"]] * 3
    assert refusal(hr.get("/v1/employees?fields=salary")) == (400, "invalid_request", ["fields"])
    assert refusal(hr.get("/v1/employees?expand=salary")) == (400, "invalid_request", ["expand"])
