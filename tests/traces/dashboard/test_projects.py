from __future__ import annotations

from functools import partial

import pytest
from django.db import connection

from pulse.audit.models import Entry
from pulse.tenancy.models import Environment
from tests.support import races, tenancy
from tests.traces.dashboard.people import project, sign_in
from tests.traces.samples import make_span, make_trace, post_spans, post_traces
from traces.digest import search
from traces.services import projects

pytestmark = pytest.mark.django_db


def test_project_views_need_a_cookie_a_header_and_membership(client, api, ada, environment):
    stranger = api("traces", token="")
    path = "/dashboard/api/traces"

    assert stranger.get(path).json() == {"error": "Unauthorized"}
    assert client.get(path).json() == {"error": "Missing X-Project-Id header"}
    foreign = client.get(path, headers={"X-Project-Id": environment.public_id})
    assert (foreign.status_code, foreign.json()) == (
        403,
        {"error": "Forbidden: no access to this project"},
    )


def test_a_user_reads_but_does_not_administer(client, ada):
    here = project(client)
    bob = {"email": "bob@example.com", "name": "Bob", "password": "battery staple 7"}
    assert client.post("/dashboard/api/users", bob, headers=here).status_code == 201
    assert client.post("/dashboard/api/users", bob, headers=here).status_code == 409
    sign_in(client, "bob@example.com", "battery staple 7")

    assert client.get("/dashboard/api/traces", headers=here).status_code == 200
    for method, path in (
        ("GET", "/dashboard/api/api-keys"),
        ("GET", "/dashboard/api/users"),
        ("DELETE", "/dashboard/api/traces?status=error"),
    ):
        refused = client.request(method, path, headers=here)
        assert (refused.status_code, refused.json()) == (
            403,
            {"error": "Forbidden: admin role required for this operation"},
        )


def test_the_last_admin_of_a_project_stays(client, ada):
    here = project(client)
    ada_id = client.get("/dashboard/api/users", headers=here).json()["users"][0]["userId"]

    assert client.delete(f"/dashboard/api/users/{ada_id}", headers=here).status_code == 409
    demoted = client.patch(f"/dashboard/api/users/{ada_id}", {"role": "user"}, headers=here)
    assert demoted.status_code == 409


def test_a_minted_key_works_until_it_is_deleted(client, api, ada):
    here = project(client)
    token = client.post("/dashboard/api/api-keys", {"name": "ci"}, headers=here).json()["apiKey"]
    data = api("traces", token=token)
    assert data.get("/v1/traces").status_code == 200

    key_id = client.get("/dashboard/api/api-keys", headers=here).json()["keys"][0]["id"]
    path = f"/dashboard/api/api-keys/{key_id}"
    assert client.patch(path, {"name": "renamed"}, headers=here).json() == {"success": True}
    assert client.delete(path, headers=here).json() == {"success": True}

    assert data.get("/v1/traces").status_code == 401
    assert client.delete(path, headers=here).json() == {"error": "API key not found"}


def test_projects_are_made_renamed_and_deleted_with_their_keys(client, api, ada):
    made = client.post("/dashboard/api/projects", {"name": " Looms "}).json()
    path = f"/dashboard/api/projects/{made['projectId']}"
    data = api("traces", token=made["apiKey"])

    assert made["name"] == "Looms"
    assert data.get("/v1/traces").status_code == 200
    assert client.patch(path, {"name": "Spindles"}).status_code == 200
    assert client.post("/dashboard/api/projects", {"name": "Spindles"}).status_code == 409
    assert client.delete(path).json() == {"success": True}
    assert data.get("/v1/traces").status_code == 401
    listed = client.get("/dashboard/api/projects").json()["projects"]
    assert [one["name"] for one in listed] == ["Engines"]


def test_a_deleted_project_leaves_no_words_behind(client, ada):
    made = client.post("/dashboard/api/projects", {"name": "Looms"}).json()
    here = {"X-Project-Id": made["projectId"]}
    assert (
        client.post("/dashboard/api/traces/batch", [make_trace()], headers=here).status_code == 202
    )
    while search.run():
        pass
    assert count_words() == 1

    client.delete(f"/dashboard/api/projects/{made['projectId']}")

    assert count_words() == 0


def test_a_deleted_project_leaves_its_audit_log_and_its_name_is_free(client, ada):
    made = client.post("/dashboard/api/projects", {"name": "Looms"}).json()
    looms = Environment.objects.get(public_id=made["projectId"])
    path = f"/dashboard/api/projects/{looms.public_id}"

    assert client.delete(path).json() == {"success": True}

    assert client.delete(path).status_code == 403
    assert client.post("/dashboard/api/projects", {"name": "Looms"}).status_code == 201
    assert Entry.objects.within(looms).count() == 2


def test_the_only_project_of_an_account_stays(client, ada):
    path = f"/dashboard/api/projects/{project(client)['X-Project-Id']}"

    response = client.delete(path)

    assert response.status_code == 409
    assert response.json() == {"error": "An organization keeps at least one environment."}


def test_names_are_of_one_line(client, ada):
    made = client.post("/dashboard/api/projects", {"name": " Looms\tand\nspindles "}).json()
    here = {"X-Project-Id": made["projectId"]}
    client.post("/dashboard/api/api-keys", {"name": "ci\r\nkey"}, headers=here)

    assert made["name"] == "Looms and spindles"
    keys = client.get("/dashboard/api/api-keys", headers=here).json()["keys"]
    assert [key["name"] for key in keys] == ["ci key", "Default Key"]


@pytest.mark.django_db(transaction=True)
def test_a_person_is_let_into_a_project_once(environment):
    grace = tenancy.make_user(environment.organization, email="g@example.com", role="member")
    add = partial(
        projects.add_member, environment, email=grace.email, name="", password="", role="user"
    )

    with races.meeting_after("traces.selectors.control.user_by_email", patience_seconds=0.3):
        outcomes = races.together(add, add)

    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyMember", "tuple"]


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_leave_together_leave_one_behind(environment):
    people = [
        tenancy.make_user(environment.organization, email=f"{name}@example.com", role="member")
        for name in "ab"
    ]
    for person in people:
        tenancy.make_grant(person, environment, "traces", "manage")

    with races.meeting_after("traces.selectors.control.lock_grant", patience_seconds=0.3):
        outcomes = races.together(
            *(partial(projects.remove_member, environment, user_id=str(one.pk)) for one in people)
        )

    assert sorted(type(one).__name__ for one in outcomes) == ["LastAdmin", "NoneType"]


def count_words() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM traces_search")
        return int(cursor.fetchone()[0])


def test_an_environment_of_the_deployment_is_not_a_project_to_delete(client, environment):
    tenancy.make_environment(environment.organization, name="another")
    tenancy.make_user(environment.organization)
    sign_in(client, password=tenancy.PASSWORD)

    response = client.delete(f"/dashboard/api/projects/{environment.public_id}")

    assert response.status_code == 409
    assert response.json() == {
        "error": "This environment belongs to the deployment and cannot be deleted here"
    }
    environment.refresh_from_db()
    assert environment.deleted_at is None


def test_the_dashboard_reads_camel_case_only(client, api, ada):
    here = project(client)
    token = client.post("/dashboard/api/api-keys", {}, headers=here).json()["apiKey"]
    item = make_trace()
    post_traces(api("traces", token=token), [item])

    rows = client.get("/dashboard/api/traces?spelling=snake", headers=here).json()["traces"]

    assert rows[0]["traceId"] == item["trace_id"]
    assert "trace_id" not in rows[0]


@pytest.mark.django_db(transaction=True)
def test_only_ingest_takes_bodies_of_megabytes(client, settings):
    settings.PULSE_SIGNUP = "open"
    large = b" " * (2 * 1024 * 1024)

    refused = client.request(
        "POST", "/dashboard/api/signup", body=large, every_layer=True, validate=False
    )
    taken = client.request(
        "POST", "/dashboard/api/traces/batch", body=large, every_layer=True, validate=False
    )

    assert (refused.status_code, taken.status_code) == (413, 401)


def test_a_keys_name_has_a_longest_length_when_made_and_when_changed(client, ada):
    here = project(client)
    key_id = client.get("/dashboard/api/api-keys", headers=here).json()["keys"][0]["id"]

    for response in (
        client.post("/dashboard/api/api-keys", {"name": "k" * 201}, headers=here),
        client.patch(f"/dashboard/api/api-keys/{key_id}", {"name": "k" * 201}, headers=here),
    ):
        assert response.status_code == 400
        assert response.json() == {"error": "Missing or invalid 'name' field"}


def test_the_overview_splits_by_every_dimension_it_names(client, api, ada):
    here = project(client)
    token = client.post("/dashboard/api/api-keys", {}, headers=here).json()["apiKey"]
    data = api("traces", token=token)
    called = {"kind": "llm_call", "event_type": "provider_call", "trace_id": "run"}
    post_traces(data, [make_trace(cost_cents=1)])
    post_spans(data, [make_span(source="codex", cost_cents=2, duration_ms=7, **called)])
    post_spans(data, [make_span(source="sdk", cost_cents=4, **called)])

    def split(dimension: str) -> dict[str | None, float]:
        query = {
            "date_from": "2026-01-25T00:00:00Z",
            "date_to": "2026-01-25T23:59:59Z",
            "measure": "cost",
            "split_by": dimension,
        }
        found = client.get("/dashboard/api/analytics/overview-extended", query, headers=here)
        assert found.json()["p50"] is not None
        return {point["key"]: point["value"] for point in found.json()["series"]}

    assert split("source") == {"codex": 2, "sdk": 5}
    assert split("none") == {None: 7}
    assert split("provider") == {"openai": 1, "sdk": 6}
    assert sum(split("model").values()) == sum(split("service").values()) == 7
