from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.support import tenancy
from tests.traces.samples import make_span, make_trace, post_spans, post_traces
from traces.models import Alert, CustomPrice, Score, Trace

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def visitor(environment) -> Client:
    client = Client()
    client.force_login(tenancy.make_user(environment.organization))
    return client


def test_pages_need_a_sign_in_and_a_grant(environment):
    stranger = Client()
    assert stranger.get("/traces").status_code == 302
    member = tenancy.make_user(environment.organization, email="m@example.com", role="member")
    stranger.force_login(member)
    assert stranger.get("/traces").status_code == 404
    tenancy.make_grant(member, environment, "traces", "view")
    assert stranger.get("/traces").status_code == 200
    assert stranger.head("/traces").status_code == 200
    assert "Store a test trace" not in stranger.get("/traces/setup").content.decode()
    for path in ("/traces/setup", "/traces/alerts", "/traces/prices", "/traces/dead-letters"):
        assert stranger.post(path).status_code == 404, path


def test_every_page_opens_empty_and_with_data(api, visitor):
    paths = [
        "/traces",
        "/traces/overview",
        "/traces/sessions",
        "/traces/alerts",
        "/traces/prices",
        "/traces/dead-letters",
        "/traces/setup",
    ]
    for path in paths:
        assert visitor.get(path).status_code == 200, path
    client = api("traces")
    trace = make_trace(session_id="a/b c", error={"message": "no"}, status="error")
    post_traces(client, [trace])
    post_spans(client, [make_span(trace_id="run/1", session_id="a/b c", parent_span_id="x")])
    for path in [
        *paths,
        f"/traces/t/{trace['trace_id']}",
        "/traces/t/run/1",
        "/traces/session?id=a/b+c",
    ]:
        assert visitor.get(path).status_code == 200, path


def test_a_persons_text_is_never_markup(api, visitor):
    hostile = {"messages": [{"role": HOSTILE, "content": HOSTILE}]}
    trace = make_trace(
        request_body=hostile,
        output_text=HOSTILE,
        metadata={"userId": HOSTILE, HOSTILE: HOSTILE},
        model_requested=HOSTILE,
        session_id=HOSTILE,
        error={"m": HOSTILE},
    )
    post_traces(api("traces"), [trace])

    for path in ("/traces?range=all", f"/traces/t/{trace['trace_id']}", "/traces/sessions"):
        assert HOSTILE not in visitor.get(path).content.decode()


def test_filters_of_the_address_apply_and_mistakes_are_said(api, visitor):
    found, other = make_trace(model_requested="findable"), make_trace(model_requested="another")
    post_traces(api("traces"), [found, other])

    page = visitor.get("/traces?range=all&model=findable").content.decode()
    wrong = visitor.get("/traces?min_latency_ms=abc")

    assert found["trace_id"] in page
    assert other["trace_id"] not in page
    assert (wrong.status_code, b"expected number" in wrong.content) == (200, True)


def test_a_page_that_is_none_shows_the_last_one(api, visitor):
    post_traces(api("traces"), [make_trace(session_id=f"s-{one}") for one in range(30)])

    for path in ("/traces", "/traces/sessions"):
        for page in ("2", "3", "9" * 9):
            assert "26–30 of 30" in visitor.get(f"{path}?page={page}").content.decode()
        for page in ("0", "x", "9" * 5000):
            assert "1–25 of 30" in visitor.get(f"{path}?page={page}").content.decode()


def test_what_was_recorded_long_ago_is_listed_and_an_empty_list_says_why(api, visitor):
    assert "No traces yet" in visitor.get("/traces").content.decode()
    post_traces(api("traces"), [make_trace(timestamp="2025-01-01T00:00:00Z", latency_ms=7)])

    assert "7 ms" in visitor.get("/traces").content.decode()
    for query in ("range=24h", "max_latency_ms=1", "metadata.a=b", "date_from=2026-01-01"):
        assert "Nothing matches" in visitor.get(f"/traces?{query}").content.decode(), query


def test_a_filter_that_the_form_does_not_have_stays_when_it_is_sent(api, visitor):
    post_traces(api("traces"), [make_trace(latency_ms=7)])

    page = visitor.get("/traces?max_latency_ms=9&spelling=snake").content.decode()

    assert '<input type="hidden" name="max_latency_ms" value="9">' in page
    assert 'name="spelling"' not in page


def test_the_set_up_page_stores_a_test_trace_and_shows_it(environment, visitor):
    response = visitor.post("/traces/setup", follow=True)

    stored = Trace.objects.within(environment).get()
    assert response.redirect_chain[-1][0] == f"/traces/t/{stored.trace_id}"
    assert b"Is anybody there?" in response.content


@pytest.mark.parametrize("path", ["/traces/t/nope", "/traces/session?id=nope"])
def test_what_is_not_there_is_not_there(visitor, path):
    assert visitor.get(path).status_code == 404


def test_an_alert_is_made_in_dollars_paused_and_deleted(environment, visitor):
    form = {"name": "dear day", "measure": "cost_cents", "threshold": "2.50", "window": "1440"}
    page = visitor.post("/traces/alerts", form, follow=True).content.decode()

    alert = Alert.objects.within(environment).get()
    assert (alert.threshold, alert.window_minutes, alert.active) == (250.0, 1440, True)
    assert "Cost &gt; $2.50" in page
    visitor.post("/traces/alerts", {"action": "pause", "id": alert.public_id})
    alert.refresh_from_db()
    assert not alert.active
    visitor.post("/traces/alerts", {"action": "delete", "id": alert.public_id})
    assert not Alert.objects.within(environment).exists()
    gone = visitor.post("/traces/alerts", {"action": "delete", "id": "nope"}, follow=True)
    assert "Alert not found" in gone.content.decode()


@pytest.mark.parametrize(("dollars", "cents"), [("0.07", 7.0), ("1e-9", 1e-7), ("1e308", None)])
def test_dollars_of_an_alert_are_exact_cents_or_refused(environment, visitor, dollars, cents):
    form = {"name": "dear", "measure": "cost_cents", "threshold": dollars, "window": "60"}
    visitor.post("/traces/alerts", form)

    found = [one.threshold for one in Alert.objects.within(environment)]
    assert found == ([] if cents is None else [cents])


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("/traces/alerts", {"name": "", "measure": "requests", "threshold": "1"}, "name: "),
        ("/traces/alerts", {"name": "a", "measure": "x", "threshold": "1"}, "measure: "),
        ("/traces/alerts", {"name": "a", "measure": "requests", "threshold": "nan"}, "threshold: "),
        ("/traces/prices", {"model": "m", "inputPerMillion": "x"}, "inputPerMillion: "),
        ("/traces/prices", {"action": "retention", "days": "0"}, "retentionDays: "),
        ("/traces/prices", {"action": "delete", "id": "x"}, "Price not found"),
    ],
)
def test_a_form_that_cannot_be_saved_says_why(environment, visitor, path, form, said):
    page = visitor.post(path, form, follow=True).content.decode()

    assert said in page
    assert not Alert.objects.within(environment).exists()
    assert not CustomPrice.objects.within(environment).exists()


def test_a_price_of_ones_own_and_a_retention_are_set(api, environment, visitor):
    form = {"model": "ours", "inputPerMillion": "1", "outputPerMillion": "2.5", "validFrom": ""}
    page = visitor.post("/traces/prices", form, follow=True).content.decode()
    post_traces(
        api("traces"), [make_trace(model_requested="ours", input_tokens=10**6, output_tokens=0)]
    )

    assert "$2.5" in page
    assert Trace.objects.within(environment).get().cost_micro_cents == 100_000_000
    visitor.post("/traces/prices", {"action": "retention", "days": "30"})
    environment.refresh_from_db()
    assert environment.settings["traces"]["retentionDays"] == 30
    visitor.post("/traces/prices", {"action": "delete", "id": str(_price(environment).pk)})
    visitor.post("/traces/prices", {"action": "retention", "days": ""})
    environment.refresh_from_db()
    assert environment.settings["traces"]["retentionDays"] is None
    assert not CustomPrice.objects.within(environment).exists()


def _price(environment) -> CustomPrice:
    return CustomPrice.objects.within(environment).get()


def test_a_trace_is_scored_commented_and_deleted_on_its_page(api, environment, visitor):
    trace = make_trace(timestamp=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    post_traces(api("traces"), [trace])
    path = f"/traces/t/{trace['trace_id']}"

    page = visitor.post(
        path, {"name": "helpful", "value": "0.5", "comment": HOSTILE}, follow=True
    ).content.decode()

    score = Score.objects.within(environment).get()
    assert (score.name, score.value, score.comment) == ("helpful", 0.5, HOSTILE)
    assert (score.source, score.author) == ("person", "ada@example.com")
    assert "&lt;script&gt;alert(1)" in page
    assert HOSTILE not in page
    found = visitor.get("/traces?range=all&score=helpful&min_score=0.5").content.decode()
    assert trace["trace_id"] in found
    assert "helpful" in visitor.get("/traces/overview").content.decode()
    visitor.post(path, {"action": "unscore", "id": score.public_id})
    assert not Score.objects.within(environment).exists()
    assert visitor.post(path, {"action": "delete"}).headers["Location"] == "/traces"
    assert not Trace.objects.within(environment).exists()
