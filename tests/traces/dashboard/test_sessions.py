from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulse.tenancy.models import Environment, User
from tests.traces.dashboard.people import ask_for_a_link, sign_in
from traces.models import DashboardSession, LoginTicket
from traces.services import accounts

pytestmark = pytest.mark.django_db


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
