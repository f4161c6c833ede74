from __future__ import annotations

import json
import re
import time
from datetime import datetime, timedelta

import pytest
from django.test import override_settings

from hr import limits
from hr.models import Employee
from hr.services.keys import SCOPES
from pulse.keys import bearer
from pulse.keys import services as keys
from pulse.keys.models import ApiKey
from pulse.ratelimits import stores
from tests.hr.people import NOW, announced, ids, make_employee, make_leave, refusal
from tests.support import contract
from tests.support.api import Api
from tests.support.tenancy import make_environment

PERSON = {"email": "a@b.test", "full_name": "A"}


@pytest.mark.parametrize(
    "header", [None, "Basic abc", "Bearer", "Bearer ", "Bearer  {key}", "bearer {key}", "{key}"]
)
def test_a_header_that_is_not_bearer_and_a_key_is_401(key, header):
    token = key("hr")
    headers = {"Authorization": header.format(key=token)} if header else {}

    response = Api("hr").get("/v1/employees", headers=headers)

    assert refusal(response) == (401, "unauthenticated", [])
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["X-Request-Id"] == response.json()["error"]["request_id"]
    assert response["X-RateLimit-Limit"] == "1000"


def test_revoked_and_expired_keys_are_401_with_one_message(key, environment):
    expired = key("hr", expires_at=NOW - timedelta(seconds=1))
    revoked = key("hr")
    keys.revoke_key(ApiKey.unscoped.latest("pk"))
    messages = set()
    for token in (expired, revoked, "pk_test_unknown"):
        response = Api("hr", token).get("/v1/employees")
        assert refusal(response) == (401, "unauthenticated", [])
        messages.add(response.json()["error"]["message"])
    assert len(messages) == 1


RESOURCES = {
    "employees": "/v1/employees",
    "status_log": "/v1/status-log",
    "kudos": "/v1/kudos",
    "workload": "/v1/workload-checkins",
    "leave": "/v1/leave",
}


@pytest.mark.parametrize("held", [*RESOURCES, "*"])
@pytest.mark.parametrize("verb", ["read", "write"])
def test_each_scope_opens_its_own_methods_only(api, verb, held):
    client = api("hr", scopes=[f"{verb}:{held}"])
    for resource, path in RESOURCES.items():
        matches = held in ("*", resource)
        read, write = client.get(path), client.post(path, {})
        assert read.status_code == (200 if matches and verb == "read" else 403)
        assert write.status_code == (400 if matches and verb == "write" else 403)
        if read.status_code == 403:
            assert refusal(read) == (403, "permission_denied", [])


def test_a_key_that_only_writes_leave_reads_none(api, environment):
    employee = make_employee(environment)
    entry = make_leave(environment, employee, start_date=NOW.date())
    client = api("hr", scopes=["write:leave"])

    for path in ("leave", f"leave/{entry.public_id}", f"leave/balance/{employee.public_id}"):
        assert refusal(client.get(f"/v1/{path}")) == (403, "permission_denied", [])
    assert client.delete(f"/v1/leave/{entry.public_id}").status_code == 204


def test_scope_is_checked_before_existence(api, environment):
    employee = make_employee(environment)
    client = api("hr", scopes=["read:leave"])

    known = client.get(f"/v1/employees/{employee.public_id}")
    unknown = client.get("/v1/employees/emp_unknown")

    assert refusal(known) == refusal(unknown) == (403, "permission_denied", [])


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"a"', "application/json", 400),
        (b'{"email": NaN}', "application/json", 400),
        (b"[" * 2000 + b"]" * 2000, "application/json", 400),
        (b'{"email": "a\\ud800@b.test", "full_name": "A"}', "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b'{"full_name": "' + b"x" * 2 * 1024 * 1024 + b'"}', "application/json", 413),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_body_that_is_no_json_object_is_refused_in_the_envelope(hr, body, content_type, status):
    response = hr.post("/v1/employees", body=body, content_type=content_type, every_layer=True)

    assert (response.status_code, response.json()["error"]["code"]) == (status, "invalid_request")
    assert "X-RateLimit-Limit" in response


def test_of_a_member_that_is_sent_twice_the_last_counts(hr):
    body = b'{"email": "a@b.test", "full_name": "First", "full_name": "Last"}'

    assert hr.post("/v1/employees", body=body).json()["full_name"] == "Last"


def test_an_unknown_path_is_404_in_the_envelope(hr):
    response = hr.get("/v1/timesheets")

    assert refusal(response) == (404, "not_found", [])


def test_a_wrong_method_is_405_with_allow(hr):
    response = hr.put("/v1/employees", {})

    assert refusal(response) == (405, "invalid_request", [])
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_head_and_options_answer_without_a_body(hr, environment):
    make_employee(environment)

    head = hr.request("HEAD", "/v1/employees", validate=False)
    options = hr.request("OPTIONS", "/v1/employees", validate=False)

    assert (head.status_code, head.content) == (200, b"")
    assert (options.status_code, options.content) == (204, b"")


@pytest.mark.parametrize("path", ["/v1/employees/", "/v1/status_log", "/v1/status_log/"])
def test_other_spellings_of_a_path_answer_without_a_redirect(hr, path):
    assert hr.get(path, validate=False).status_code == 200


def test_everything_of_a_stranger_does_not_exist(api, hr, environment, other_environment):
    live = make_environment(environment.organization, kind="live")
    bodies = []
    for owner in (other_environment, live):
        employee = make_employee(owner)
        entry = make_leave(owner, employee, start_date=NOW.date())
        for path in (
            f"/v1/employees/{employee.public_id}",
            f"/v1/leave/{entry.public_id}",
            f"/v1/leave/balance/{employee.public_id}",
            "/v1/employees/emp_01HR3000000000000000009999",
        ):
            response = hr.get(path)
            assert refusal(response) == (404, "not_found", [])
            bodies.append(len(response.json()["error"]))
        assert hr.delete(f"/v1/leave/{entry.public_id}").status_code == 404
        entry.refresh_from_db()
        assert entry.status == "approved"
    assert len(set(bodies)) == 1


def test_a_key_used_up_is_429_with_retry_after_and_others_go_on(api):
    stores.store.cache_clear()
    with override_settings(PULSE_HR_RATE_LIMIT=3):
        client, other = api("hr"), api("hr")
        answers = [client.get("/v1/me") for _ in range(4)]

        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert [one["X-RateLimit-Remaining"] for one in answers] == ["2", "1", "0", "0"]
        assert answers[3]["X-RateLimit-Limit"] == "3"
        datetime.strptime(answers[0]["X-RateLimit-Reset"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007
        assert answers[3]["Retry-After"] == "20"
        assert refusal(answers[3]) == (429, "rate_limited", [])
        assert other.get("/v1/me").status_code == 200
    stores.store.cache_clear()


def test_the_1001st_request_of_a_minute_is_429_and_a_later_one_is_not(api, time_machine_at):
    client = api("hr")
    policy = limits.policy(bearer.identify(client.token, ["pk_test_"]), "")
    first = client.get("/v1/me")
    spent = [stores.store().take(policy, time.time()).admitted for _ in range(999)]

    refused = client.get("/v1/me")
    while refused.status_code == 200:  # Redis has a clock of its own, where tokens come back
        refused = client.get("/v1/me")

    assert (first["X-RateLimit-Limit"], first["X-RateLimit-Remaining"]) == ("1000", "999")
    assert all(spent)
    assert refusal(refused) == (429, "rate_limited", [])
    assert (refused["X-RateLimit-Remaining"], refused["Retry-After"]) == ("0", "1")
    with time_machine_at(NOW + timedelta(seconds=1)):
        time.sleep(0.1)
        assert client.get("/v1/me").status_code == 200


def test_a_limit_of_zero_is_unlimited_and_sends_no_headers(hr):
    with override_settings(PULSE_HR_RATE_LIMIT=0):
        response = hr.get("/v1/me")

    assert response.status_code == 200
    assert "X-RateLimit-Limit" not in response


def test_a_repeated_call_with_its_idempotency_key_gets_the_first_answer(hr, environment):
    headers = {"Idempotency-Key": "k-1"}

    first = hr.post("/v1/employees", PERSON, headers=headers)
    second = hr.post("/v1/employees", PERSON, headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert second["Location"] == first["Location"]
    assert "Idempotent-Replayed" not in first
    assert Employee.objects.within(environment).count() == 1
    assert len(announced(environment)) == 1


def test_an_idempotency_key_of_another_body_or_path_is_409(hr, environment):
    headers = {"Idempotency-Key": "k-1"}
    hr.post("/v1/employees", PERSON, headers=headers)

    other_body = hr.post("/v1/employees", PERSON | {"role": "X"}, headers=headers)
    other_path = hr.post("/v1/leave", PERSON, headers=headers)

    assert refusal(other_body)[:2] == refusal(other_path)[:2] == (409, "conflict")
    assert Employee.objects.within(environment).count() == 1


def test_a_refused_call_does_not_use_its_idempotency_key_up(hr, environment):
    headers = {"Idempotency-Key": "k-1"}

    assert hr.post("/v1/employees", {"email": "x"}, headers=headers).status_code == 400
    make_employee(environment, email=PERSON["email"])
    assert hr.post("/v1/employees", PERSON, headers=headers).status_code == 409
    fresh = PERSON | {"email": "c@d.test"}
    assert hr.post("/v1/employees", fresh, headers=headers).status_code == 201


def test_idempotency_keys_of_strangers_are_independent(hr, api, environment, other_environment):
    headers = {"Idempotency-Key": "k-1"}
    live = make_environment(environment.organization, kind="live")

    assert hr.post("/v1/employees", PERSON, headers=headers).status_code == 201
    for other in (other_environment, live):
        answer = api("hr", environment=other).post("/v1/employees", PERSON, headers=headers)
        assert (answer.status_code, "Idempotent-Replayed" in answer) == (201, False)


@pytest.mark.parametrize("value", ["", "x" * 256, "caf\u00e9"])
def test_an_idempotency_key_has_1_to_255_printable_characters(hr, value):
    response = hr.post("/v1/employees", PERSON, headers={"Idempotency-Key": value})

    assert refusal(response) == (400, "invalid_request", ["Idempotency-Key"])


def test_a_restricted_key_reads_its_own_leave_and_learns_why_of_nobody_else(api, environment):
    ada, bob = make_employee(environment), make_employee(environment)
    mine = make_leave(environment, ada, start_date=NOW.date(), kind="sick")
    theirs = make_leave(environment, bob, start_date=NOW.date(), kind="sick")
    client = api("hr", actor=ada.public_id, restricted=True)

    assert ids(client.get("/v1/leave")) == [mine.public_id]
    assert refusal(client.get(f"/v1/leave?employee_id={bob.public_id}"))[0] == 403
    assert refusal(client.get(f"/v1/leave/{theirs.public_id}"))[0] == 403
    today = client.get("/v1/leave/calendar").json()["days"][0]["entries"]
    assert {one["employee_id"]: one["kind"] for one in today} == {
        ada.public_id: "sick",
        bob.public_id: "away",
    }


OPEN_TO_RESTRICTED = {
    "GET": {
        "/v1/employees", "/v1/employees/{employee_id}", "/v1/employees/{employee_id}/score",
        "/v1/employees/{employee_id}/score/history", "/v1/org-chart", "/v1/custom-fields",
        "/v1/custom-fields/{field_id}", "/v1/status-log", "/v1/status-log/{entry_id}", "/v1/kudos",
        "/v1/kudos/leaderboard", "/v1/workload-checkins", "/v1/workload-checkins/summary",
        "/v1/leave", "/v1/leave/{leave_id}", "/v1/leave/balance/{employee_id}",
        "/v1/leave/calendar", "/v1/holidays", "/v1/calendar-feeds", "/v1/me",
        "/v1/calendars/{token}.ics", "/v1/openapi.json",
    },
    "POST": {
        "/v1/status-log", "/v1/kudos", "/v1/workload-checkins", "/v1/leave", "/v1/leave/preview",
        "/v1/calendar-feeds",
    },
    "PATCH": {"/v1/employees/{employee_id}", "/v1/status-log/{entry_id}"},
    "DELETE": {"/v1/leave/{leave_id}", "/v1/calendar-feeds/{feed_id}"},
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_what_is_everybodys_business_is_closed_to_a_restricted_key(api, environment):
    ada = make_employee(environment)
    client = api("hr", scopes=sorted(SCOPES), actor=ada.public_id, restricted=True)
    open_to_it = []
    for operation in contract.operations("hr"):
        if operation.path in OPEN_TO_RESTRICTED.get(operation.method, ()):
            continue
        path = re.sub(r"{\w+}", "unknown", operation.path)
        response = client.request(operation.method, path, {}, validate=False)
        if response.status_code != 403:
            open_to_it.append(str(operation))

    assert open_to_it == []


def test_me_says_what_the_key_is_and_may(api, environment):
    employee = make_employee(environment)
    client = api("hr", scopes=["read:leave"], actor=employee.public_id)

    body = client.get("/v1/me").json()

    assert body["scopes"] == ["read:leave"]
    assert (body["employee_id"], body["restricted"]) == (employee.public_id, False)
    assert (body["environment"], body["livemode"]) == ("test", False)
    assert body["rate_limit"] == {"per_minute": 1000}


def test_a_minted_key_is_shown_once_and_works_until_it_is_revoked(hr, environment):
    employee = make_employee(environment)
    minted = hr.post(
        "/v1/api-keys",
        {
            "name": "Ada's",
            "environment": "test",
            "scopes": ["read:leave"],
            "employee_id": employee.public_id,
            "restricted": True,
        },
    ).json()
    mine = Api("hr", minted["key"])

    assert minted["key"].startswith("pk_test_")
    assert minted["key"].endswith(minted["last4"])
    assert mine.get("/v1/me").json()["restricted"] is True
    shown = hr.get(f"/v1/api-keys/{minted['id']}").json()
    assert "key" not in shown
    assert hr.delete(f"/v1/api-keys/{minted['id']}").status_code == 204
    assert mine.get("/v1/me").status_code == 401


def test_a_key_replaces_no_key_that_may_more_than_itself(api, environment):
    strong = api("hr", scopes=["admin:keys", "admin:erase"])
    weak = api("hr", scopes=["admin:keys"])
    path = f"/v1/api-keys/{strong.get('/v1/me').json()['key_id']}/rotate"

    assert refusal(weak.post(path)) == (403, "permission_denied", [])
    assert strong.get("/v1/me").status_code == 200
    assert strong.post(path).json()["scopes"] == ["admin:keys", "admin:erase"]


def test_a_key_that_has_expired_is_not_replaced(hr, time_machine_at):
    body = {
        "name": "short",
        "environment": "test",
        "scopes": ["read:leave"],
        "expires_at": "2026-04-20T13:00:00Z",
    }
    key_id = hr.post("/v1/api-keys", body).json()["id"]

    with time_machine_at(NOW + timedelta(hours=2)):
        assert refusal(hr.post(f"/v1/api-keys/{key_id}/rotate"))[:2] == (409, "conflict")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"scopes": ["read:salaries"]}, (400, "invalid_request", ["scopes.0"])),
        ({"scopes": []}, (400, "invalid_request", ["scopes"])),
        ({"environment": "live"}, (422, "unprocessable_entity", ["environment"])),
        ({"employee_id": "emp_unknown"}, (422, "unprocessable_entity", ["employee_id"])),
        ({"scopes": ["admin:erase"]}, (403, "permission_denied", ["scopes"])),
    ],
)
def test_a_key_mints_no_more_than_it_may(api, change, expected):
    client = api("hr", scopes=["admin:keys"])
    body = {"name": "x", "environment": "test", "scopes": ["read:leave"]}

    assert refusal(client.post("/v1/api-keys", body | change)) == expected


def test_lists_and_objects_are_refused_in_the_words_of_all_other_members(hr):
    def why(path: str, **body: object) -> str:
        return str(hr.post(path, body).json()["error"]["message"])

    assert why("/v1/imports/employees") == "employees: is required"
    assert why("/v1/imports/employees", employees=None) == "employees: must not be null"
    assert why("/v1/imports/employees", employees=[7]) == "employees.0: must be an object"
    assert why("/v1/imports/employees", employees=[]) == "employees: must not be empty"
    assert why("/v1/exports", kind="leave", filters=[]) == "filters: must be an object"
    many = dict.fromkeys(("name", "environment"), "test") | {"scopes": ["read:*"] * 51}
    assert why("/v1/api-keys", **many) == "scopes: must have at most 50 elements"


def test_errors_carry_their_request_id_and_every_400_its_fields(hr):
    response = hr.post("/v1/kudos", {})

    error = response.json()["error"]
    assert error["fields"] == ["to_employee_id", "coins", "tag", "note"]
    assert error["request_id"] == response["X-Request-Id"]
    assert json.dumps(error["details"][0]) == json.dumps(
        {"field": "to_employee_id", "reason": "is required"}
    )
