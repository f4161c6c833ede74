from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from pulse.site import login_links
from tests.support.tenancy import make_user


@pytest.fixture
def user(environment):
    return make_user(environment.organization)


def path_of(url: str) -> str:
    return "/login/" + url.rpartition("/")[2]


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_looking_at_the_link_does_not_use_it_and_posting_signs_in_once(user):
    path = path_of(login_links.create(user))
    client, second = Client(), Client()

    assert client.get(path).status_code == 200
    assert not signed_in(client)
    assert client.post(path)["Location"] == "/"
    assert signed_in(client)
    assert second.post(path).status_code == 410
    assert not signed_in(second)


def test_a_newer_link_kills_the_older(user):
    older = path_of(login_links.create(user))
    login_links.create(user)

    assert Client().get(older).status_code == 410


def test_a_link_ends_after_fifteen_minutes(user):
    path = path_of(login_links.create(user, now=datetime.now(UTC) - timedelta(minutes=15)))

    assert Client().post(path).status_code == 410


def test_a_link_of_somebody_switched_off_signs_nobody_in(user):
    path = path_of(login_links.create(user))
    user.is_active = False
    user.save(update_fields=["is_active"])
    client = Client()

    assert client.post(path).status_code == 410
    assert not signed_in(client)


def test_the_token_is_stored_only_as_a_digest(user):
    token = login_links.create(user).rpartition("/")[2]

    assert token not in str(list(user.login_links.values()))


def test_a_form_without_its_csrf_token_signs_nobody_in(user):
    path = path_of(login_links.create(user))

    assert Client(enforce_csrf_checks=True).post(path).status_code == 403


def test_sign_up_is_closed(db):
    assert "By invitation only" in Client().get("/accounts/signup/").content.decode()
    form = {
        "email": "new@example.com",
        "password1": "long enough one",
        "password2": "long enough one",
    }
    assert Client().post("/accounts/signup/", form).status_code == 200


def test_pages_carry_a_policy_without_inline_script_or_style(db):
    policy = Client().get("/")["Content-Security-Policy"]

    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy


def test_a_session_of_a_link_is_listed_and_ends_with_the_others(user):
    here, elsewhere = Client(), Client()
    for client in (elsewhere, here):
        client.post(path_of(login_links.create(user)))

    listed = here.get("/accounts/sessions/")
    here.post("/accounts/sessions/")

    assert listed.content.count(b"127.0.0.1") == 2
    assert signed_in(here)
    assert not signed_in(elsewhere)


def test_the_first_operator_without_a_password_may_set_up_a_second_factor(user):
    user.set_unusable_password()
    user.save(update_fields=["password"])
    client = Client()
    client.post(path_of(login_links.create(user)))

    answer = client.get("/accounts/2fa/totp/activate/")

    assert answer.status_code == 200
    assert b'name="code"' in answer.content
