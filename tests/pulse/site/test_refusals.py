from __future__ import annotations

import pytest
from django.test import Client

from tests.support.tenancy import make_user

PAGES = (
    "/",
    "/developers",
    "/developers/events",
    "/developers/requests",
    "/developers/webhooks/new",
    "/people",
    "/screening",
    "/screening/templates",
    "/analytics",
    "/analytics/exports",
    "/traces",
    "/traces/alerts",
)


@pytest.fixture
def page(environment):
    client = Client()
    client.force_login(make_user(environment.organization))
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/developers/events?type=%00&q=%00",
        "/developers/events/hr/evt_%00",
        "/screening?q=a%00b",
        "/people/a%00",
        "/people/directory?q=a%00&department=%00",
        "/traces?%00=1",
        "/admin/login/?next=%00",
    ],
)
def test_nul_in_an_address_is_a_bad_request(page, path):
    assert page.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/screening/settings", "/settings/people", "/traces/alerts"])
def test_nul_in_a_form_is_a_bad_request(page, path):
    assert page.post(path, {"company": "a\x00b"}).status_code == 400


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_head_as_it_answers_get(page, path):
    assert page.head(path).status_code == page.get(path).status_code


@pytest.mark.parametrize("path", ["/people/?q=a", "/developers/events/", "/traces/"])
def test_a_slash_behind_the_address_of_a_page_leads_to_the_page(page, path):
    answer = page.get(path)

    assert (answer.status_code, answer["Location"]) == (301, path.replace("/?", "?").rstrip("/"))
    assert page.get("/nothing-here/").status_code == 404
    assert page.get("/%2Fevil.example/people/").status_code == 404
