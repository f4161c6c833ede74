"""What no operation knows is refused by every operation, in the documented order, and does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hr.services.keys import SCOPES
from pulse.http.openapi import document_of
from tests.hr.people import NOW, make_employee, refusal
from tests.hr.tenant import samples
from tests.support.tenants import rows_of

UNKNOWN = (400, "invalid_request", ["zz"])


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of all of HR's own; SCIM and files have rules of their own."""
    for path, item in document_of("hr")["paths"].items():
        if path.startswith("/v1/") and not path.endswith((".ics", "/download")):
            for method, operation in item.items():
                if method in ("get", "post", "put", "patch", "delete"):
                    yield method.upper(), path, operation


@pytest.fixture
def everything(api):
    """A client whose key holds every scope."""
    return api("hr", scopes=sorted(SCOPES))


def test_an_unknown_parameter_is_400_everywhere_and_changes_nothing(everything, environment):
    made = samples(environment)
    before = rows_of(environment)
    wrong = {}
    for method, path, operation in operations():
        body = made.bodies.get(f"{method} {path}", {}) if "requestBody" in operation else None
        sent = {} if body is None else {"json": body}
        found = f"{path.format_map(made.parameters)}?zz=1"
        response = everything.request(method, found, **sent, validate=False)
        if refusal(response) != UNKNOWN:
            wrong[f"{method} {path}"] = refusal(response)

    assert wrong == {}
    assert rows_of(environment) == before


def test_an_id_that_no_database_can_hold_is_404(everything, environment):
    made = samples(environment)
    parameters = dict.fromkeys(made.parameters, "a%00")
    wrong = {}
    for method, path, _ in operations():
        if "{" in path:
            found = path.format_map(parameters)
            response = everything.request(method, found, validate=False)
            if response.status_code != 404:
                wrong[f"{method} {path}"] = response.content
    for path in ("Users/a%00", "Groups/a%00", 'Users?filter=userName%20eq%20"a%00"'):
        if everything.get(f"/scim/v2/{path}", validate=False).status_code not in (400, 404):
            wrong[path] = "found"

    assert wrong == {}


def test_a_parameter_that_is_given_twice_is_400(everything):
    response = everything.get("/v1/employees?status=former&status=active")

    assert refusal(response) == (400, "invalid_request", ["status"])


def test_whatever_can_be_read_carries_an_etag_and_is_304_while_it_is_the_same(
    everything, environment
):
    made = samples(environment)
    wrong = {}
    for method, path, _ in operations():
        if method == "GET":
            found = path.format_map(made.parameters)
            tag = everything.get(found).get("ETag", "")
            again = everything.get(found, headers={"If-None-Match": tag})
            if not tag or again.status_code != 304:
                wrong[path] = (tag, again.status_code)

    assert wrong == {}


def test_an_unknown_member_is_400_where_no_body_is_taken_and_changes_nothing(
    everything, environment
):
    made = samples(environment)
    before = rows_of(environment)
    bodyless = [
        (method, path)
        for method, path, operation in operations()
        if method != "GET" and "requestBody" not in operation
    ]
    for method, path in bodyless:
        found = path.format_map(made.parameters)
        response = everything.request(method, found, {"zz": 1}, validate=False)
        assert refusal(response) == UNKNOWN, (method, path)

    assert ("POST", "/v1/employees/{employee_id}/erase") in bodyless
    assert rows_of(environment) == before


def test_an_unknown_id_is_404_before_anything_that_was_sent_is_judged(everything):
    wrong = {}
    for method, path, operation in operations():
        if "{" in path:
            unknown = "/".join("x_1" if part[:1] == "{" else part for part in path.split("/"))
            sent = {"json": {"zz": 1}} if "requestBody" in operation else {}
            response = everything.request(method, f"{unknown}?zz=1", **sent, validate=False)
            if refusal(response) != (404, "not_found", []):
                wrong[f"{method} {path}"] = refusal(response)

    assert wrong == {}


def test_what_was_read_can_be_sent_back_and_what_is_fixed_is_not_changed_in_silence(
    hr, environment
):
    about = {"employee_id": make_employee(environment).public_id}
    entry = hr.post("/v1/status-log", {**about, "lines": ["x"]}).json()
    field = hr.post("/v1/custom-fields", {"key": "desk", "name": "Desk", "type": "number"}).json()
    entry_path, field_path = f"/v1/status-log/{entry['id']}", f"/v1/custom-fields/{field['id']}"

    assert hr.patch(entry_path, {**entry, "topic": "win"}).json()["topic"] == "win"
    assert hr.patch(field_path, {**field, "name": "Seat"}).json()["name"] == "Seat"
    for path, change in (
        (entry_path, {"date": "2026-04-19"}),
        (entry_path, {"employee_id": "emp_other"}),
        (field_path, {"key": "seat"}),
        (field_path, {"type": "text"}),
    ):
        assert refusal(hr.patch(path, change)) == (422, "unprocessable_entity", list(change))


def test_members_of_the_servers_are_ignored_in_every_body(hr, environment):
    sender, receiver = make_employee(environment), make_employee(environment)
    own = {"id": "x", "created_at": "x", "updated_at": "x"}
    about = {"employee_id": sender.public_id}
    for path, body in (
        ("status-log", {**about, "lines": ["x"]}),
        ("workload-checkins", {**about, "level": "light"}),
        ("leave", {**about, "kind": "sick", "start_date": "2026-04-20"}),
        ("holidays", {"date": "2026-05-01", "name": "May Day"}),
        ("calendar-feeds", {"audience": "workspace"}),
        ("custom-fields", {"key": "desk", "name": "Desk", "type": "number"}),
        ("employees", {"email": "x@x.test", "full_name": "X"}),
        (
            "kudos",
            {
                "from_employee_id": sender.public_id,
                "to_employee_id": receiver.public_id,
                "coins": 5,
                "tag": "craft",
                "note": "x",
            },
        ),
    ):
        response = hr.post(f"/v1/{path}", {**body, **own})
        assert (response.status_code, response.json()["id"] == "x") == (201, False), path


def test_events_are_filtered_by_names_that_are_sent(hr):
    for name, hint in (
        ("kudos.sent", "did you mean kudos.awarded?"),
        ("nope", "is not an event"),
        ("leave.logged,kudos.awarded", "is not an event"),
    ):
        response = hr.get("/v1/events", {"type": name})
        assert refusal(response) == (400, "invalid_request", ["type"])
        assert hint in response.json()["error"]["message"]
    for name in ("leave.*", "*", "kudos.awarded", "webhook.test"):
        assert hr.get("/v1/events", {"type": name}).status_code == 200


def test_values_from_before_a_declaration_stay_or_go_and_nothing_else(hr, environment):
    old = {"desk": 12, "tshirt": "M"}
    person = make_employee(environment, custom_fields=old)
    path = f"/v1/employees/{person.public_id}"
    declared = {"key": "shoes", "name": "Shoes", "type": "select", "options": ["41", "42"]}
    hr.post("/v1/custom-fields", {**declared, "required": True})

    assert hr.patch(path, hr.get(path).json()).json()["version"] == 1
    kept = hr.patch(path, {"custom_fields": {**old, "shoes": "42"}})
    assert kept.json()["custom_fields"] == {**old, "shoes": "42"}
    gone = hr.patch(path, {"custom_fields": {"desk": None}})
    assert gone.json()["custom_fields"] == {"tshirt": "M", "shoes": "42"}
    for key, value, reason in (
        ("tshirt", "L", "custom_fields.tshirt is not declared"),
        ("shoes", "43", "custom_fields.shoes is not one of 41, 42"),
    ):
        refused = hr.patch(path, {"custom_fields": {key: value}})
        assert refusal(refused) == (422, "unprocessable_entity", [f"custom_fields.{key}"])
        assert refused.json()["error"]["message"] == reason


@pytest.mark.parametrize("stale", ['"x"', '"x", W/"y"'])
def test_an_if_match_that_names_another_state_is_409(hr, environment, stale):
    about = {"employee_id": make_employee(environment).public_id}
    days = {"kind": "sick", "start_date": "2026-04-20"}
    leave = hr.post("/v1/leave", {**about, **days}).json()["id"]
    entry = hr.post("/v1/status-log", {**about, "lines": ["x"]}).json()["id"]
    for method, path, body in (
        ("DELETE", f"/v1/leave/{leave}", None),
        ("PATCH", f"/v1/status-log/{entry}", {"topic": "win"}),
    ):
        sent = {"json": body} if body else {}
        tag = hr.get(path)["ETag"]
        refused = hr.request(method, path, **sent, headers={"If-Match": stale})
        assert refusal(refused) == (409, "conflict", ["version"])
        assert hr.get(path)["ETag"] == tag
        taken = hr.request(method, path, **sent, headers={"If-Match": f'"x", {tag}'})
        assert taken.status_code == (200 if body else 204)


def test_an_erased_person_takes_nothing_more_and_their_events_keep_livemode(
    everything, environment
):
    person = make_employee(environment, end_date=NOW.date())
    path = f"/v1/employees/{person.public_id}"
    created = everything.get("/v1/events").json()["data"][-1]
    assert everything.post(f"{path}/erase").status_code == 200
    before = rows_of(environment)

    for method, where, body in (
        ("PATCH", path, {"full_name": "Back again"}),
        ("PATCH", path, {"end_date": None}),
        ("PUT", f"{path}/score-inputs", {"focus_sessions": 1}),
        (
            "POST",
            "/v1/leave",
            {"employee_id": person.public_id, "kind": "sick", "start_date": "2026-04-20"},
        ),
    ):
        assert refusal(everything.request(method, where, body)) == (409, "conflict", [])
    assert rows_of(environment) == before
    event = everything.get(f"/v1/events/{created['id']}").json()
    assert (event["data"], event["livemode"]) == (None, False)


def test_billable_hours_are_at_most_the_tracked_ones(hr, environment):
    path = f"/v1/employees/{make_employee(environment).public_id}/score-inputs"

    refused = hr.put(path, {"tracked_hours": 10, "billable_hours": 82})

    assert refusal(refused) == (422, "unprocessable_entity", ["billable_hours"])
    assert hr.put(path, {"tracked_hours": 10, "billable_hours": 10}).status_code == 200
    assert hr.put(path, {"billable_hours": 82}).status_code == 200


def test_a_key_is_minted_with_each_scope_once_and_turned_over_without_a_body(everything):
    minted = everything.post(
        "/v1/api-keys",
        {"name": "x", "environment": "test", "scopes": ["read:*", "write:leave", "read:*"]},
    )
    assert minted.json()["scopes"] == ["read:*", "write:leave"]

    turned = everything.post(f"{minted['Location']}/rotate", content_type="")

    assert turned.status_code == 201
    assert turned["Location"] == f"/v1/api-keys/{turned.json()['id']}"
    assert everything.get(turned["Location"]).json()["id"] == turned.json()["id"]


def test_what_can_be_fetched_says_where_it_was_made(hr):
    made = hr.post("/v1/webhook-endpoints", {"url": "https://example.com/h", "events": ["*"]})

    assert made["Location"] == f"/v1/webhook-endpoints/{made.json()['id']}"
    assert hr.get(made["Location"]).json()["id"] == made.json()["id"]
    nothing = hr.post(f"{made['Location']}/recover", content_type="")
    assert refusal(nothing) == (400, "invalid_request", ["since"])


@pytest.mark.parametrize(
    "text",
    ["a\tb", "a\x85b", "a\u2028b", "a\u2029b", "a\u202eb", "a\x9fb", "\u200b", "\u2060 \u200d"],
)
def test_a_line_of_text_has_no_control_characters_and_can_be_seen(hr, environment, text):
    about = {"employee_id": make_employee(environment).public_id}

    name = hr.post("/v1/employees", {"email": "x@x.test", "full_name": text})
    lines = hr.post("/v1/status-log", {**about, "lines": ["x", text]})

    assert refusal(name) == (400, "invalid_request", ["full_name"])
    assert refusal(lines) == (400, "invalid_request", ["lines.1"])


def test_joiners_and_marks_of_direction_are_part_of_names(hr):
    for number, name in enumerate(
        ["علی\u200cرضا", "\u200fדנה\u200f", "क्\u200dष", "👩\u200d💻 Ada"]
    ):
        made = hr.post("/v1/employees", {"email": f"x{number}@x.test", "full_name": name})
        assert made.json()["full_name"] == name
