from __future__ import annotations

import urllib.error
import urllib.request

import pytest
from django.test import Client

from pulse.environment import single_sign_on
from pulse.tenancy.models import User
from tests.support.oidc import CLIENT_ID, CLIENT_SECRET, Provider
from tests.support.tenancy import make_user

START = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider(settings):
    running = Provider({"sub": "1", "email": "ada@example.com", "email_verified": True})
    settings.SOCIALACCOUNT_PROVIDERS = single_sign_on(
        running.issuer, CLIENT_ID, CLIENT_SECRET, "Acme"
    )
    yield running
    running.stop()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def through(client: Client) -> object:
    """Press the button, let the provider agree, come back; the answer to the last step."""
    away = client.post(START)
    assert away.status_code == 302
    with pytest.raises(urllib.error.HTTPError) as back:
        urllib.request.build_opener(_Stay).open(away["Location"], timeout=5)
    returned = back.value.headers["Location"]
    back.value.close()
    return client.get(returned.removeprefix("http://testserver"))


def signed_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def test_somebody_with_an_account_signs_in_with_their_verified_address(provider, environment):
    make_user(environment.organization, email="ada@example.com")
    client = Client()

    answer = through(client)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signed_in(client)
    assert "ada@example.com" in client.get("/account").content.decode()


def test_whoever_has_no_account_gets_none(provider, environment):
    client = Client()

    answer = through(client)

    assert not signed_in(client)
    assert not User.objects.exists()
    assert answer.status_code in (200, 302, 403)


def test_an_address_that_the_provider_did_not_verify_opens_nothing(provider, environment):
    make_user(environment.organization, email="ada@example.com")
    provider.person["email_verified"] = False
    client = Client()

    through(client)

    assert not signed_in(client)


def test_an_answer_to_another_browser_opens_nothing(provider, environment):
    make_user(environment.organization, email="ada@example.com")
    theirs, mine = Client(), Client()
    away = theirs.post(START)["Location"]
    with pytest.raises(urllib.error.HTTPError) as back:
        urllib.request.build_opener(_Stay).open(away, timeout=5)
    returned = back.value.headers["Location"].removeprefix("http://testserver")
    back.value.close()

    mine.get(returned)

    assert not signed_in(mine)


def test_the_second_time_the_person_is_known_by_the_provider_and_not_by_the_address(
    provider, environment
):
    user = make_user(environment.organization, email="ada@example.com")
    through(Client())
    provider.person["email"] = "renamed@example.com"
    client = Client()

    through(client)

    assert signed_in(client)
    user.refresh_from_db()
    assert user.email == "ada@example.com"


def test_the_sign_in_page_offers_it_only_where_it_is_set_up(db, settings, provider):
    assert "Sign in with Acme" in Client().get("/accounts/login/").content.decode()

    settings.SOCIALACCOUNT_PROVIDERS = {}

    assert "Sign in with" not in Client().get("/accounts/login/").content.decode()
    assert Client().post(START).status_code == 404
