from __future__ import annotations

import re

import pytest
from django.test import Client

from pulse.keys import bearer
from pulse.keys.models import ApiKey
from pulse.tenancy.models import Member
from tests.support.tenancy import make_grant, make_key, make_user


@pytest.fixture
def owner(environment):
    return make_user(environment.organization)


@pytest.fixture
def page(owner):
    client = Client()
    client.force_login(owner)
    return client


def mint(client: Client, **values):
    form = {"kind": "secret", "name": "Payroll", "scopes": ["read:leave"], "expires": ""} | values
    return client.post("/developers/keys/new/hr", form)


def token_in(response) -> str:
    return re.search(r'id="token">([^<]+)<', response.content.decode()).group(1)


def test_a_minted_key_is_shown_once_and_opens_what_its_scopes_say(page, environment):
    response = mint(page)

    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    credential = bearer.identify(token_in(response), ("pk_test_",))
    assert credential is not None
    assert credential.environment == environment
    assert credential.scopes == {"read:leave"}
    key = ApiKey.objects.within(environment).get()
    assert token_in(response) not in page.get(f"/developers/keys/{key.public_id}").content.decode()


def test_a_key_without_a_name_or_scope_is_refused_and_not_made(page, environment):
    response = mint(page, name=" ", scopes=[])

    assert response.status_code == 400
    assert "Choose at least one scope." in response.content.decode()
    assert ApiKey.objects.within(environment).count() == 0


def test_a_scope_that_the_product_does_not_have_is_not_granted(page, environment):
    mint(page, scopes=["read:leave", "admin:everything"])

    assert ApiKey.objects.within(environment).get().scopes == ["read:leave"]


def test_revoking_ends_a_key_at_once(page, environment):
    token = make_key("hr", environment)
    key = ApiKey.objects.within(environment).get()
    assert bearer.identify(token, ("pk_test_",)) is not None

    response = page.post(f"/developers/keys/{key.public_id}/revoke")

    assert response.status_code == 302
    assert bearer.identify(token, ("pk_test_",)) is None


def test_rotating_with_overlap_keeps_the_old_key_for_a_day(page, environment):
    token = make_key("hr", environment)
    key = ApiKey.objects.within(environment).get()

    response = page.post(f"/developers/keys/{key.public_id}/rotate", {"overlap": "1"})

    assert response.status_code == 201
    assert token_in(response) != token
    assert bearer.identify(token, ("pk_test_",)) is not None
    assert bearer.identify(token_in(response), ("pk_test_",)) is not None


def test_replacing_the_pair_makes_both_keys_anew_and_ends_every_old_one(page, environment):
    olds = [
        make_key("collab", environment, prefix=prefix, scopes=scopes)
        for prefix, scopes in (
            ("sk_", ["read:*"]),
            ("pk_", ["connect:rooms"]),
            ("sk_", ["write:*"]),
        )
    ]
    other = make_key("hr", environment)

    response = page.post("/developers/keys/replace/collab")

    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    secret, publishable = re.findall(r'id="token-\w+">([^<]+)<', response.content.decode())
    assert [bearer.identify(one, ("sk_", "pk_")) for one in olds] == [None, None, None]
    assert bearer.identify(secret, ("sk_",)).scopes == {"write:*"}
    assert bearer.identify(publishable, ("pk_",)).scopes == {"connect:rooms"}
    assert bearer.identify(other, ("pk_test_",)) is not None
    assert page.post("/developers/keys/replace/hr").status_code == 404


def test_a_strangers_key_does_not_exist(page, environment, other_environment):
    make_key("hr", other_environment)
    key = ApiKey.objects.within(other_environment).get()

    assert page.get(f"/developers/keys/{key.public_id}").status_code == 404
    assert page.post(f"/developers/keys/{key.public_id}/revoke").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


@pytest.mark.parametrize(
    ("level", "seen", "minted"),
    [("", 404, 404), ("view", 200, 404), ("edit", 200, 404), ("manage", 200, 201)],
)
def test_a_member_needs_the_manage_grant_to_mint(environment, level, seen, minted):
    make_key("hr", environment)
    key = ApiKey.objects.within(environment).get()
    member = make_user(environment.organization, email="m@example.com", role=Member.Role.MEMBER)
    if level:
        make_grant(member, environment, "hr", level)
    client = Client()
    client.force_login(member)

    assert client.get(f"/developers/keys/{key.public_id}").status_code == seen
    assert mint(client).status_code == minted


def test_without_a_session_every_console_page_asks_to_sign_in(environment):
    for path in ("", "/keys", "/keys/new/hr", "/requests"):
        response = Client().get(f"/developers{path}")
        assert response.status_code == 302
        assert response["Location"] == f"/accounts/login/?next=/developers{path}"


def test_pages_open_on_the_test_environment_and_the_switch_changes_it(page, environment):
    live = type(environment).objects.create(
        organization=environment.organization, name="live", kind="live"
    )
    assert "Test environment" in page.get("/developers/keys").content.decode()

    response = page.post("/environment", {"environment": live.public_id, "next": "/developers"})

    assert response["Location"] == "/developers"
    assert "Test environment" not in page.get("/developers/keys").content.decode()


def test_a_strangers_environment_cannot_be_chosen(page, environment, other_environment):
    response = page.post("/environment", {"environment": other_environment.public_id})

    assert response.status_code == 404


def test_the_switch_never_leads_to_another_site(page, environment):
    form = {"environment": environment.public_id, "next": "https://evil.example/"}

    assert page.post("/environment", form)["Location"] == "/"
