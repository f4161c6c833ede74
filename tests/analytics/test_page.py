from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from analytics import sample, services
from analytics.accept import Submission, write
from analytics.validation import accept
from pulse.exports import services as exports
from pulse.tenancy.models import Environment
from tests.support.tenancy import make_grant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(environment):
    client = Client()
    client.force_login(make_user(environment.organization))
    return client


def text(response):
    assert response.status_code == 200, response.content
    return response.content.decode()


def test_the_page_shows_the_sample_in_every_section(browser, environment):
    sample.seed(environment)

    page = text(browser.get("/analytics"))

    for expected in (">142<", ">87<", "sess-now-", "user-abc", "/dashboard", "Retention", "Funnel"):
        assert expected in page or expected == "/dashboard"
    assert "Showing the last 30 days instead" not in page


def test_an_empty_environment_shows_the_line_to_paste(browser):
    assert "curl -X POST http://testserver/api/v1/pulse/events" in text(browser.get("/analytics"))


@pytest.mark.parametrize(("kind", "keyless"), [("test", True), ("live", False)])
def test_only_the_environment_of_keyless_requests_says_so(
    browser, environment, kind, keyless, settings
):
    settings.PULSE_ON_LOOPBACK = settings.PULSE_EMBEDDED = True
    Environment.objects.filter(pk=environment.pk).update(kind=kind)

    page = text(browser.get("/analytics"))

    assert ("Open on this machine" in page) is keyless
    assert ("Bearer pa_write_" in page) is not keyless


def test_each_top_event_leads_to_the_page_of_it_alone(browser, environment):
    sample.seed(environment)
    link = re.search(
        r'href="(.[^"]*name=button.clicked)"', text(browser.get("/analytics?range=7d"))
    )

    page = browser.get("/analytics" + html.unescape(link[1]))

    assert [row["name"] for row in page.context["top"]] == ["button.clicked"]
    assert page.context["question"].range == "7d"


def test_what_is_chosen_stays_chosen_although_nobody_knows_it(browser, environment):
    sample.seed(environment)

    page = text(browser.get("/analytics?name=page.*&property=colour&step=nothing.done"))

    for chosen in (
        'value="page.*" selected',
        "<option selected>colour",
        "<option selected>nothing.done",
    ):
        assert chosen in page


def test_buckets_are_told_in_the_time_zone_that_was_asked_for(browser, environment):
    page = browser.get("/analytics?range=7d&tz=Asia/Kathmandu")

    assert {bucket["local"][-5:] for bucket in page.context["buckets"]} == {"00:00"}


@pytest.mark.parametrize("query", ["range=never", "tz=Mars", "name=" + "x" * 201, "retention=hour"])
def test_a_wrong_question_is_said_and_the_page_still_answers(browser, environment, query):
    sample.seed(environment)

    assert "Showing the last 30 days instead" in text(browser.get(f"/analytics?{query}"))


def test_every_range_and_choice_can_be_asked(browser, environment):
    sample.seed(environment)

    for query in (
        "range=24h&tz=Asia/Kathmandu",
        "range=7d&name=page.viewed&property=page",
        "range=90d&userId=user-abc&step=page.viewed&step=api.called",
        "range=12m&retention=day",
    ):
        assert "Showing the last 30 days instead" not in text(browser.get(f"/analytics?{query}"))


def stored(environment, **event):
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    accepted = accept(event, now_ms=now_ms)
    with connection.cursor() as cursor:
        write(cursor, [Submission(environment, [accepted], now_ms)])


def test_an_event_of_a_clock_ahead_of_ours_counts(browser, environment):
    ahead = datetime.now(UTC) + timedelta(hours=20)
    stored(environment, name="ahead", userId="u", timestamp=ahead.isoformat())

    shown = browser.get("/analytics?range=24h").context

    assert [row["name"] for row in shown["top"]] == ["ahead"]
    assert sum(bucket["count"] for bucket in shown["buckets"]) == 1
    assert shown["window"] == {"uniqueUsers": 1, "uniqueSessions": 0, "events": 1}


def test_markup_in_an_event_is_text(browser, environment):
    evil = "<script>alert(1)</script>"
    stored(environment, name=evil, userId=evil, properties={evil: evil})

    page = text(browser.get("/analytics"))

    assert evil not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_live_part_renews_itself(browser, environment):
    sample.seed(environment)

    assert 'hx-get="/analytics/live"' in text(browser.get("/analytics/live"))


def test_an_export_is_started_and_downloaded(browser, environment):
    sample.seed(environment)

    started = browser.post("/analytics/exports", {"format": "csv", "range": "30d"})
    assert ">Look again<" in text(browser.get("/analytics"))
    while exports.write_next():
        pass
    path = text(browser.get("/analytics")).split('href="/analytics/exports/')[1].split('"')[0]
    file = browser.get(f"/analytics/exports/{path}")

    assert started.status_code == 302
    assert started["Location"] == "/analytics?range=30d#exports"
    assert b"".join(file.streaming_content).count(b"\r\n") == 326


def test_whoever_comes_back_to_the_address_of_exports_sees_the_page(browser):
    assert browser.get("/analytics/exports")["Location"] == "/analytics#exports"


def test_calls_that_could_not_be_stored_are_shown(browser, environment):
    sample.seed(environment)
    services.count_rejections(
        environment, source="segment", reasons={"no name": 3}, day=datetime.now(UTC).date()
    )

    assert "no name" in text(browser.get("/analytics"))


def test_without_a_grant_the_page_does_not_exist(environment, client):
    member = make_user(environment.organization, email="m@example.com", role="member")
    client.force_login(member)

    assert client.get("/analytics").status_code == 404
    make_grant(member, environment, "analytics", "view")
    assert client.get("/analytics").status_code == 200


def test_without_signing_in_nothing_is_shown(client, environment):
    assert client.get("/analytics").status_code == 302
