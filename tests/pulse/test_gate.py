"""What the gate does for every API before a view is asked, and to every answer after."""

from __future__ import annotations

import pytest

from tests.hr.people import make_employee


@pytest.mark.parametrize("path", ["/v1/employees", "/api/v1/pulse/names", "/v1/candidates"])
def test_a_name_that_is_not_ours_is_refused_in_the_products_form(api, path):
    response = api("hr").get(path, headers={"Host": "rebound.example"}, validate=False)

    assert response.status_code == 400
    assert "PULSE_ALLOWED_HOSTS" in response.content.decode()
    assert response["Content-Type"].startswith("application/json")


def test_pages_do_not_answer_for_another_name_and_metrics_answer_for_any(client):
    page = client.get("/docs", headers={"Host": "rebound.example"})

    assert page.status_code == 400
    assert b"PULSE_ALLOWED_HOSTS" in page.content
    assert client.get("/metrics", headers={"Host": "10.0.0.7"}).status_code == 401


def test_no_answer_is_guessed_at_by_a_browser(api):
    assert api("hr").get("/v1/employees")["X-Content-Type-Options"] == "nosniff"
    assert api("hr").get("/v1/nothing")["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("wanted", "status"), [("{}", 304), ("W/{}", 304), ('"x", W/{}', 304), ("*", 304), ('"x"', 200)]
)
def test_an_unchanged_row_is_known_by_a_weak_tag_too(api, environment, wanted, status):
    hr = api("hr")
    path = f"/v1/employees/{make_employee(environment).public_id}"
    tag = hr.get(path)["ETag"]

    assert hr.get(path, headers={"If-None-Match": wanted.format(tag)}).status_code == status


def test_an_unchanged_row_costs_no_quota(api, environment, settings):
    settings.PULSE_HR_RATE_LIMIT = 2
    hr = api("hr")
    path = f"/v1/employees/{make_employee(environment).public_id}"
    known = {"If-None-Match": hr.get(path)["ETag"]}

    assert [hr.get(path, headers=known).status_code for _ in range(3)] == [304, 304, 304]


def test_options_show_the_bucket_and_cost_nothing(api):
    hr = api("hr")

    shown = [
        hr.request("OPTIONS", "/v1/employees", validate=False)["X-RateLimit-Remaining"]
        for _ in range(3)
    ]

    assert len(set(shown)) == 1
    assert hr.get("/v1/employees")["X-RateLimit-Remaining"] == shown[0]


def test_a_parameter_that_cannot_be_stored_is_named(api):
    answer = api("hr").get("/v1/employees", {"q": "a\x00"})

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"] == ["q"]
