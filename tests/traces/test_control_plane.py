from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse

from pulse.audit import services as audit
from pulse.audit.models import Entry
from pulse.keys import services as keys
from pulse.keys.models import ApiKey
from pulse.ratelimits import stores
from pulse.ratelimits.gcra import Policy
from pulse.tenancy.models import Environment, Organization, User
from tests.support import races, tenancy
from tests.support.api import Api
from tests.traces.samples import make_span, make_trace, post_spans, post_traces
from traces.digest import search
from traces.models import DashboardSession, LoginTicket
from traces.services import accounts, projects

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse 9"
ADA = {
    "name": " Ada ",
    "email": "ADA@example.com",
    "password": PASSWORD,
    "projectName": " Engines ",
}


@pytest.fixture
def client(api) -> Api:
    """Each test signs in from an address of its own: sign-ins are throttled by address."""
    client = api("traces", token="")
    client.client.defaults["REMOTE_ADDR"] = (
        f"10.{secrets.randbelow(250)}.{secrets.randbelow(250)}.7"
    )
    return client


def sign_up(client: Api, **changes: Any) -> HttpResponse:
    return client.post("/dashboard/api/signup", ADA | changes)


def sign_in(client: Api, email: str = "ada@example.com", password: str = PASSWORD) -> HttpResponse:
    response = client.post("/api/auth/sign-in/email", {"email": email, "password": password})
    found = re.match(r"better-auth\.session_token=([^;]+);", response.headers.get("Set-Cookie", ""))
    if found:
        client.client.cookies["better-auth.session_token"] = found[1]
    return response


def project(client: Api) -> dict[str, str]:
    listed = client.get("/dashboard/api/projects").json()["projects"]
    return {"X-Project-Id": listed[0]["id"]}


@pytest.fixture
def ada(client, settings) -> Api:
    settings.PULSE_SIGNUP = "open"
    sign_up(client)
    assert sign_in(client).status_code == 200
    return client


def test_signing_up_makes_an_account_a_project_and_a_key_but_no_session(client, settings):
    settings.PULSE_SIGNUP = "open"

    response = sign_up(client)

    assert (response.status_code, response.json()) == (201, {"success": True})
    assert "Set-Cookie" not in response.headers
    sign_in(client)
    listed = client.get("/dashboard/api/projects").json()["projects"]
    assert [(one["name"], one["role"]) for one in listed] == [("Engines", "admin")]
    keys = client.get("/dashboard/api/api-keys", headers=project(client)).json()["keys"]
    assert [one["name"] for one in keys] == ["Default Key"]
    assert re.fullmatch(r"pulse_sk_\w{3}…\w{4}", keys[0]["key"])


def test_signing_up_is_refused_where_it_is_closed(client, settings):
    settings.PULSE_SIGNUP = "closed"

    assert sign_up(client).status_code == 403
    assert Organization.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Missing required fields: name, email, password, projectName"),
        ({"email": "nope"}, "Invalid email"),
        ({"password": "short"}, "Password too short"),
    ],
)
def test_what_is_wrong_with_a_sign_up(client, settings, changes, sentence):
    settings.PULSE_SIGNUP = "open"

    response = sign_up(client, **changes)

    assert (response.status_code, response.json()) == (400, {"error": sentence})


def test_a_taken_address_is_refused(client, ada):
    response = sign_up(client)

    assert response.status_code == 400
    assert response.json() == {"error": "User already exists. Use another email."}


def test_the_direct_sign_up_is_always_closed(client, settings):
    settings.PULSE_SIGNUP = "open"

    assert client.post("/api/auth/sign-up/email", ADA).status_code == 403


def test_a_wrong_password_and_an_unknown_person_are_answered_alike(client, ada):
    wrong = sign_in(client, password="not it")
    unknown = sign_in(client, email="nobody@example.com")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["code"] == "INVALID_EMAIL_OR_PASSWORD"


def test_sign_in_is_throttled_per_address(client):
    # passwords are slow to check on purpose, so the address's other attempts are made directly
    policy = Policy(f"traces-sign-in:{client.client.defaults['REMOTE_ADDR']}", 20, 20)
    while stores.take(policy).admitted:
        pass

    response = sign_in(client)

    assert response.status_code == 429
    assert response.json() == {"message": "Too many requests. Please try again later."}
    assert int(response["X-Retry-After"]) >= 1


def test_the_session_is_told_to_its_holder_and_ends_with_sign_out(client, ada):
    assert client.get("/api/auth/get-session").json()["user"]["email"] == "ada@example.com"

    without = client.post("/api/auth/sign-out")
    foreign = client.post("/api/auth/sign-out", headers={"Origin": "https://evil.example"})
    assert (without.status_code, without.json()["code"]) == (403, "MISSING_OR_NULL_ORIGIN")
    assert foreign.status_code == 403

    done = client.post("/api/auth/sign-out", headers={"Origin": "http://testserver"})

    assert done.json() == {"success": True}
    assert client.get("/api/auth/get-session").json() is None


def test_a_forged_cookie_opens_nothing(client, ada):
    value = client.client.cookies["better-auth.session_token"].value
    client.client.cookies["better-auth.session_token"] = value[:-6] + "AAAA%3D"

    assert client.get("/dashboard/api/projects").status_code == 401


def test_requests_of_another_site_change_nothing(client, ada):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        response = client.post("/dashboard/api/projects", {"name": "x"}, headers=headers)
        assert response.status_code == 403
    assert Environment.objects.count() == 1


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


def test_projects_are_made_renamed_and_deleted(client, ada):
    made = client.post("/dashboard/api/projects", {"name": " Looms "}).json()
    path = f"/dashboard/api/projects/{made['projectId']}"

    assert made["name"] == "Looms"
    assert client.patch(path, {"name": "Spindles"}).status_code == 200
    assert client.post("/dashboard/api/projects", {"name": "Spindles"}).status_code == 409
    assert client.delete(path).json() == {"success": True}
    listed = client.get("/dashboard/api/projects").json()["projects"]
    assert [one["name"] for one in listed] == ["Engines"]


def test_a_key_that_is_sent_along_changes_nothing_of_what_a_session_may_do(client, ada, api):
    sent = {"Authorization": f"Bearer {api('traces').token}"}

    made = client.post("/dashboard/api/projects", {"name": "Looms"}, headers=sent).json()

    listed = client.get("/dashboard/api/projects", headers=sent).json()["projects"]
    assert [one["name"] for one in listed] == ["Engines", "Looms"]
    here = sent | {"X-Project-Id": made["projectId"]}
    minted = client.post("/dashboard/api/api-keys", {"name": "ci"}, headers=here)
    assert minted.status_code in (200, 201)
    assert len(client.get("/dashboard/api/api-keys", headers=here).json()["keys"]) == 2
    path = f"/dashboard/api/projects/{made['projectId']}"
    assert client.delete(path, headers=sent).json() == {"success": True}


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


def test_a_project_that_the_console_has_recorded_in_can_be_deleted(client, ada):
    made = client.post("/dashboard/api/projects", {"name": "Looms"}).json()
    looms = Environment.objects.get(public_id=made["projectId"])
    audit.record(looms, actor="user:1", action="keys.minted", object_ref="key_1")
    path = f"/dashboard/api/projects/{looms.public_id}"

    assert client.delete(path).json() == {"success": True}

    assert client.delete(path).status_code == 403
    assert client.post("/dashboard/api/projects", {"name": "Looms"}).status_code == 201
    assert Entry.objects.within(looms).count() == 1


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
def test_two_sign_ups_of_one_address_make_one_account(settings):
    settings.PULSE_SIGNUP = "open"
    new = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}

    with races.meeting_after("traces.selectors.control.user_by_email", patience_seconds=0.3):
        outcomes = races.together(
            *(partial(accounts.sign_up, project_name=name, **new) for name in ("One", "Two"))
        )

    assert sorted(type(one).__name__ for one in outcomes) == ["EmailTaken", "Environment"]


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
    tenancy.make_user(environment.organization)
    sign_in(client, password=tenancy.PASSWORD)

    response = client.delete(f"/dashboard/api/projects/{environment.public_id}")

    assert response.status_code == 409
    assert Environment.objects.filter(pk=environment.pk).exists()


def test_the_dashboard_reads_camel_case_only(client, api, ada):
    here = project(client)
    token = client.post("/dashboard/api/api-keys", {}, headers=here).json()["apiKey"]
    item = make_trace()
    post_traces(api("traces", token=token), [item])

    rows = client.get("/dashboard/api/traces?spelling=snake", headers=here).json()["traces"]

    assert rows[0]["traceId"] == item["trace_id"]
    assert "trace_id" not in rows[0]


def test_a_local_login_is_used_once(client, key, settings):
    settings.PULSE_EMBEDDED = True  # at scale there is none
    client.client.defaults["REMOTE_ADDR"] = "127.0.0.1"
    body = {"api_key": key("traces"), "redirect_url": "http://127.0.0.1:9999/done"}
    host = {"Host": "127.0.0.1:3000"}

    made = client.post("/dashboard/api/local-login-token", body, headers=host)
    where = made.json()["login_url"].partition("3000")[2]
    first = client.get(where, headers=host)
    second = client.get(where, headers=host)

    assert made.status_code == 201
    assert (first.status_code, first["Location"]) == (302, "http://127.0.0.1:9999/done")
    assert second.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [{"Host": "127.0.0.1", "X-Forwarded-For": "8.8.8.8"}, {"Host": "localhost", "Forwarded": "x"}],
)
def test_a_local_login_is_for_this_machine_only(client, key, headers):
    client.client.defaults["REMOTE_ADDR"] = "127.0.0.1"
    body = {"api_key": key("traces"), "redirect_url": "http://127.0.0.1/"}

    assert client.post("/dashboard/api/local-login-token", body, headers=headers).status_code == 403


@pytest.fixture
def here(client, settings) -> Api:
    """A client on the machine of an embedded deployment."""
    settings.PULSE_EMBEDDED = True
    client.client.defaults["REMOTE_ADDR"] = "127.0.0.1"
    client.client.defaults["HTTP_HOST"] = "127.0.0.1:3000"
    return client


def ask_for_a_link(client: Api, api_key: str, redirect_url: str = "http://127.0.0.1/") -> Any:
    body = {"api_key": api_key, "redirect_url": redirect_url}
    return client.post("/dashboard/api/local-login-token", body)


@pytest.mark.parametrize(
    "redirect_url",
    [
        "http://127.0.0.1/a\r\nX-Injected: 1",
        "http://127.0.0.1/a\nb",
        "http://evil.example\\@127.0.0.1/",
        "http://127.0.0.1/a b",
        "http://evil.example/",
        "http://[::1/",
        "ftp://127.0.0.1/",
    ],
)
def test_a_local_login_leads_to_a_plain_address_of_this_machine(here, key, redirect_url):
    response = ask_for_a_link(here, key("traces"), redirect_url)

    assert response.status_code == 400
    assert response.json() == {"error": "redirect_url must be a loopback URL"}


def test_a_link_that_was_only_looked_at_still_signs_in_and_for_an_hour(here, key, environment):
    where = ask_for_a_link(here, key("traces"), "http://[::1]:5173/x?y=1#z").json()["login_url"]
    path = where.partition("3000")[2]

    assert here.request("HEAD", path, validate=False).status_code == 204
    opened = here.get(path)

    assert (opened.status_code, opened["Location"]) == (302, "http://[::1]:5173/x?y=1#z")
    assert "Max-Age=3600;" in opened["Set-Cookie"]
    here.client.cookies["better-auth.session_token"] = re.search(
        r"=([^;]+);", opened["Set-Cookie"]
    )[1]
    told = here.get("/api/auth/get-session").json()
    assert told["session"]["userId"] == told["user"]["id"] == environment.public_id
    assert told["session"]["token"]
    assert told["user"]["email"] == "local-login@localhost"


def test_a_local_login_ends_with_its_key(here, key):
    token = key("traces")
    path = ask_for_a_link(here, token).json()["login_url"].partition("3000")[2]
    opened = here.get(path).headers["Set-Cookie"]
    here.client.cookies["better-auth.session_token"] = re.search(r"=([^;]+);", opened)[1]
    assert len(here.get("/dashboard/api/projects").json()["projects"]) == 1

    keys.revoke_key(ApiKey.unscoped.get())

    assert here.get("/dashboard/api/projects").status_code == 401


def test_a_session_ends_with_the_password_it_was_opened_with(client, ada):
    assert client.get("/dashboard/api/projects").status_code == 200
    user = User.objects.get(email="ada@example.com")
    user.set_password("another horse 9")
    user.save()

    assert client.get("/dashboard/api/projects").status_code == 401
    assert client.get("/api/auth/get-session").json() is None


def test_sign_ins_that_are_over_are_deleted(client, here, ada, key):
    ask_for_a_link(here, key("traces"))
    now = datetime.now(UTC)

    accounts.delete_expired(now=now + timedelta(minutes=3))
    assert (DashboardSession.objects.count(), LoginTicket.objects.count()) == (1, 0)

    accounts.delete_expired(now=now + timedelta(days=8))
    assert DashboardSession.objects.count() == 0


def test_a_session_of_a_person_lasts_a_week(client, ada):
    assert "Max-Age=604800;" in sign_in(client)["Set-Cookie"]


@pytest.mark.parametrize("scopes", [["write:*"], ["read:*"], ["read:traces", "write:traces"]])
def test_a_key_of_fewer_scopes_opens_no_session(here, environment, scopes):
    token = tenancy.make_key("traces", environment, scopes=scopes)

    response = ask_for_a_link(here, token)

    assert (response.status_code, response.json()) == (
        403,
        {"error": "Forbidden: a session may do more than this key"},
    )


def test_an_address_longer_than_a_user_name_is_refused(client, settings):
    settings.PULSE_SIGNUP = "open"
    local, host = "a" * 64, ".".join(["b" * 60] * 4)

    response = sign_up(client, email=f"{local}@{host}.example")

    assert (response.status_code, response.json()) == (400, {"error": "Invalid email"})


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
