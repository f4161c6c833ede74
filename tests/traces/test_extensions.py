from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as outbox

from pulse.mail import services as mail
from pulse.webhooks.models import Event
from tests.support.tenancy import make_user
from tests.traces.samples import digest, make_span, make_trace, post_spans, post_traces
from traces.models import Alert, DeadLetter, Inbox, Trace
from traces.selectors import traces as trace_selectors
from traces.services import alerting

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 25, 7, tzinfo=UTC)


def test_scores_are_added_filtered_and_summed_up(api):
    client = api("traces")
    good, bad = make_trace(), make_trace()
    post_traces(client, [good, bad])
    path = f"/v1/traces/{good['trace_id']}/scores"

    made = client.post(path, {"name": "helpful", "value": 0.9, "comment": "yes"})
    client.post(f"/v1/traces/{bad['trace_id']}/scores", {"name": "helpful", "value": 0.1})

    assert made.status_code == 201
    assert [one["value"] for one in client.get(path).json()["scores"]] == [0.9]
    found = client.get("/v1/traces", {"score": "helpful", "min_score": "0.5"}).json()
    assert [row["traceId"] for row in found["traces"]] == [good["trace_id"]]
    assert client.get("/v1/analytics/scores").json() == {
        "scores": [{"name": "helpful", "count": 2, "average": 0.5}]
    }
    assert client.delete(f"{path}/{made.json()['id']}").status_code == 204
    assert client.get(path).json() == {"scores": []}
    assert client.post("/v1/traces/nope/scores", {"name": "x"}).status_code == 404


def test_a_deleted_trace_takes_its_scores_along(api):
    client = api("traces")
    trace = make_trace()
    post_traces(client, [trace])
    client.post(f"/v1/traces/{trace['trace_id']}/scores", {"name": "helpful", "value": 1})

    assert client.delete(f"/v1/traces/{trace['trace_id']}").status_code == 204

    assert client.get("/v1/analytics/scores").json() == {"scores": []}


def test_an_alert_fires_above_its_threshold_and_not_at_it(api, environment):
    client = api("traces")
    values = {"measure": "requests", "threshold": 1, "windowMinutes": 60}
    client.post("/v1/analytics/alerts", {"name": "busy", **values})
    alert = Alert.objects.within(environment).get()

    for fired in (False, True):
        post_traces(client, [make_trace()])
        alerting.evaluate(alert.pk, now=NOW)
        assert Event.unscoped.exists() is fired


def test_an_alert_fires_once_and_recovers_once(api, environment):
    client = api("traces")
    make_user(environment.organization, email="owner@example.com")
    made = client.post(
        "/v1/analytics/alerts",
        {"name": "busy", "measure": "requests", "threshold": 1, "windowMinutes": 60},
    ).json()
    post_traces(client, [make_trace(), make_trace()])
    pk = Alert.objects.within(environment).get(public_id=made["id"]).pk

    for moment in (NOW, NOW, NOW + timedelta(hours=3), NOW + timedelta(hours=3)):
        alerting.evaluate(pk, now=moment)

    types = list(Event.unscoped.order_by("pk").values_list("type", flat=True))
    assert types == ["alert.fired", "alert.recovered"]
    assert client.get(f"/v1/analytics/alerts/{made['id']}").json()["firingSince"] is None
    assert mail.send_due() == 2
    assert [(one.to, one.subject) for one in outbox.outbox] == [
        (["owner@example.com"], "busy: number of requests above 1"),
        (["owner@example.com"], "busy: number of requests no longer above 1"),
    ]
    assert outbox.outbox[0].body.startswith(
        "Number of requests in test, over the last 60 minutes: 2. The alert's threshold is 1."
    )


def test_money_of_an_alert_is_mailed_in_dollars(api, environment):
    make_user(environment.organization, email="owner@example.com")
    alert = alerting.create_alert(
        environment, now=NOW, name="dear", measure="cost_cents", threshold=0, window_minutes=60
    )
    post_traces(api("traces"), [make_trace(cost_cents=523.2)])

    alerting.evaluate(alert.pk, now=NOW)

    assert mail.send_due() == 1
    assert outbox.outbox[0].subject == "dear: cost above $0.00"
    assert outbox.outbox[0].body.startswith("Cost in test, over the last 60 minutes: $5.23.")


def test_an_own_price_wins_over_the_table(api):
    client = api("traces")
    price = {"model": "gpt-4o", "inputPerMillion": 1, "outputPerMillion": 2}
    assert client.post("/v1/analytics/prices", price).status_code == 201

    item = make_trace(input_tokens=1_000_000, output_tokens=1_000_000)
    row = post_traces(client, [item]).json()["traces"][0]

    assert (row["costCents"], row["costEstimated"]) == (300, True)


def test_an_own_price_for_a_provider_wins_over_a_later_one_for_all(api):
    client = api("traces")
    price = {"model": "gpt-4o", "outputPerMillion": 0}
    for named in (
        {"provider": "openai", "inputPerMillion": 1, "validFrom": "2025-01-01T00:00:00Z"},
        {"inputPerMillion": 7, "validFrom": "2026-01-01T00:00:00Z"},
    ):
        assert client.post("/v1/analytics/prices", price | named).status_code == 201

    items = [
        make_trace(input_tokens=1_000_000, provider=provider)
        for provider in ("openai", "openrouter")
    ]
    rows = post_traces(client, items).json()["traces"]

    assert [row["costCents"] for row in rows] == [100, 700]


def test_writing_to_a_cache_costs_a_quarter_more(api):
    item = make_trace(
        provider="anthropic",
        model_requested="claude-sonnet-4-5",
        input_tokens=0,
        response_body={"usage": {"cache_creation_input_tokens": 1_000_000}},
    )

    row = post_traces(api("traces"), [item]).json()["traces"][0]

    assert (row["costCents"], row["costEstimated"]) == (375, True)


def test_retention_counts_from_receipt(api, environment):
    client = api("traces")
    post_traces(client, [make_trace(timestamp="2001-01-01T00:00:00Z"), make_trace()])
    old = Trace.objects.within(environment).order_by("-pk")[0]
    old.received_ms -= 40 * 86_400_000
    old.save(update_fields=["received_ms"])

    assert client.patch("/v1/analytics/settings", {"retentionDays": 30}).status_code == 200
    alerting.pump()

    left = client.get("/v1/traces").json()
    assert (left["total"], left["traces"][0]["timestamp"]) == (1, "2001-01-01T00:00:00.000Z")


def test_an_item_that_cannot_be_stored_is_set_apart_and_can_be_replayed(api, environment):
    client = api("traces")
    good, bad = make_trace(), make_trace()
    broken = json.dumps([good, bad | {"latency_ms": "NaN"}]).encode()
    Inbox.objects.create(
        environment=environment, kind="traces", received_ms=1, count=2, body=broken
    )

    digest()

    assert Inbox.unscoped.count() == 0
    assert client.get("/v1/traces").json()["total"] == 1
    letters = client.get("/v1/analytics/dead-letters").json()
    assert letters["total"] == 1
    assert letters["deadLetters"][0]["item"]["trace_id"] == bad["trace_id"]

    letter = DeadLetter.unscoped.get()
    letter.item = json.dumps(bad).encode()
    letter.save(update_fields=["item"])
    assert client.post("/v1/analytics/dead-letters/replay", {}).json()["count"] == 1
    digest()
    assert client.get("/v1/traces").json()["total"] == 2
    assert client.get("/v1/analytics/dead-letters").json()["total"] == 0


@pytest.mark.django_db(transaction=True)
def test_traces_of_one_instant_are_streamed_once_each(api, monkeypatch):
    monkeypatch.setattr(trace_selectors, "STREAM_ROWS", 2)
    client = api("traces")
    items = [make_trace() for _ in range(5)]
    post_traces(client, items)

    lines = client.get("/v1/traces/export").content.splitlines()

    assert sorted(json.loads(line)["traceId"] for line in lines) == sorted(
        item["trace_id"] for item in items
    )


@pytest.mark.django_db(transaction=True)
def test_everything_that_matches_is_streamed(api):
    client = api("traces")
    items = [make_trace(output_text="=SUM(A1)") for _ in range(3)]
    post_traces(client, [*items, make_trace(status="error")])

    lines = client.get("/v1/traces/export", {"status": "success"}).content.splitlines()
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/v1/traces/export?format=csv&status=success").content.decode())
        )
    )

    expected = sorted(item["trace_id"] for item in items)
    assert sorted(json.loads(line)["traceId"] for line in lines) == expected
    assert sorted(row["traceId"] for row in rows) == expected
    assert rows[0]["outputText"] == "'=SUM(A1)"
    assert client.get("/v1/traces/export?format=xml").status_code == 400
    head = client.request("HEAD", "/v1/traces/export?format=csv", validate=False)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_a_repeated_call_with_the_same_idempotency_key_is_carried_out_once(api):
    client = api("traces")
    trace = make_trace()
    post_traces(client, [trace])
    score = {"name": "helpful", "value": 1}
    alert = {"name": "busy", "measure": "requests", "threshold": 1, "windowMinutes": 60}
    scores = f"/v1/traces/{trace['trace_id']}/scores"

    for number, (path, body) in enumerate(((scores, score), ("/v1/analytics/alerts", alert))):
        headers = {"Idempotency-Key": f"once-{number}"}
        first = client.post(path, body, headers=headers)
        second = client.post(path, body, headers=headers)
        assert (first.status_code, second.status_code) == (201, 201), path
        assert second.content == first.content
        assert second["Idempotent-Replayed"] == "true"
        other = client.post(path, body | {"name": "other"}, headers=headers)
        assert other.status_code == 409

    assert len(client.get(scores).json()["scores"]) == 1
    assert len(client.get("/v1/analytics/alerts").json()["alerts"]) == 1


def test_a_body_that_is_no_json_is_named_alike_everywhere(api):
    response = api("traces").post("/v1/analytics/alerts", body=b"{")

    assert (response.status_code, response.json()) == (400, {"error": "Invalid JSON body"})


def test_an_answer_without_a_body_has_no_type(api):
    client = api("traces")
    trace = make_trace()
    post_traces(client, [trace])

    response = client.delete(f"/v1/traces/{trace['trace_id']}")

    assert response.status_code == 204
    assert "Content-Type" not in response


@pytest.mark.parametrize("name", ["cache_read.input_tokens", "cache_read_input_tokens"])
def test_cached_tokens_of_a_span_cost_what_cached_ones_do(api, name):
    span = make_span(
        kind="llm_call",
        event_type="provider_call",
        model="gpt-4o",
        input_tokens=1_000_000,
        metadata={f"gen_ai.usage.{name}": 1_000_000},
    )

    row = post_spans(api("traces"), [span]).json()["spans"][0]

    assert (row["costCents"], row["costEstimated"]) == (125, True)


def test_the_type_of_a_body_is_not_asked_for(api):
    client = api("traces")

    changed = client.patch(
        "/v1/analytics/settings", {"retentionDays": 9}, content_type="text/plain"
    )
    empty = client.post("/v1/analytics/dead-letters/replay", content_type="")

    assert (changed.status_code, changed.json()["retentionDays"]) == (200, 9)
    assert (empty.status_code, empty.json()) == (400, {"error": "Invalid JSON body"})
