from __future__ import annotations

import re
from functools import partial

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from pulse.ratelimits import stores
from pulse.ratelimits.gcra import Policy
from pulse.tenancy.models import Organization, User
from tests.support import races
from tests.traces.dashboard.people import ADA, PASSWORD, project, sign_in, sign_up
from traces.services import accounts

pytestmark = pytest.mark.django_db


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
        ({"password": "seven77"}, "Password too short"),
    ],
)
def test_what_is_wrong_with_a_sign_up(client, settings, changes, sentence):
    settings.PULSE_SIGNUP = "open"

    response = sign_up(client, **changes)

    assert (response.status_code, response.json()) == (400, {"error": sentence})


def test_eight_characters_are_a_password(client, settings):
    settings.PULSE_SIGNUP = "open"

    assert sign_up(client, password="password").status_code == 201


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


def test_a_password_alone_does_not_sign_in_whoever_has_a_second_factor(client, ada):
    client.post("/api/auth/sign-out")
    TOTP.activate(User.objects.get(email="ada@example.com"), generate_totp_secret())

    response = sign_in(client)

    assert (response.status_code, response.json()["code"]) == (403, "MFA_REQUIRED")
    assert "Set-Cookie" not in response


def test_sign_in_is_throttled_per_address(client):
    # passwords are slow to check on purpose, so the address's other attempts are made directly
    policy = Policy(f"traces-sign-in:{client.client.defaults['REMOTE_ADDR']}", 20, 20)
    while stores.take(policy).admitted:
        pass

    response = sign_in(client)

    assert response.status_code == 429
    assert response.json() == {"message": "Too many requests. Please try again later."}
    assert int(response["X-Retry-After"]) >= 1


@pytest.mark.django_db(transaction=True)
def test_two_sign_ups_of_one_address_make_one_account(settings):
    settings.PULSE_SIGNUP = "open"
    new = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}

    with races.meeting_after("traces.selectors.control.user_by_email", patience_seconds=0.3):
        outcomes = races.together(
            *(partial(accounts.sign_up, project_name=name, **new) for name in ("One", "Two"))
        )

    assert sorted(type(one).__name__ for one in outcomes) == ["EmailTaken", "Environment"]


def test_an_address_longer_than_a_user_name_is_refused(client, settings):
    settings.PULSE_SIGNUP = "open"
    local, host = "a" * 64, ".".join(["b" * 60] * 4)

    response = sign_up(client, email=f"{local}@{host}.example")

    assert (response.status_code, response.json()) == (400, {"error": "Invalid email"})
