from __future__ import annotations

import re

import pytest

from pulse.keys import services as keys
from pulse.keys.models import ApiKey
from tests.support import tenancy
from tests.traces.dashboard.people import ask_for_a_link

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("scopes", [["write:*"], ["read:*"], ["read:traces", "write:traces"]])
def test_a_key_of_fewer_scopes_opens_no_session(here, environment, scopes):
    token = tenancy.make_key("traces", environment, scopes=scopes)

    response = ask_for_a_link(here, token)

    assert (response.status_code, response.json()) == (
        403,
        {"error": "Forbidden: a session may do more than this key"},
    )
