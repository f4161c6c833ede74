"""Numbers and bodies at the edge of what a client may send: nothing is lost, and every page opens."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.support import tenancy
from tests.traces.samples import digest, make_span, make_trace, post_spans, post_traces
from tests.traces.test_otlp import export, make_otlp
from traces.models import DeadLetter

pytestmark = pytest.mark.django_db

BIGGEST_COUNT = 2**53 - 1


@pytest.fixture
def visitor(environment) -> Client:
    client = Client()
    client.force_login(tenancy.make_user(environment.organization))
    return client


def nested(depth: int) -> dict[str, object]:
    value: object = "deep"
    for _ in range(depth):
        value = {"content": [value]}
    return {"messages": [value]}


@pytest.mark.parametrize(
    "item",
    [
        make_trace(latency_ms=9e16, session_id="odd"),
        make_trace(latency_ms=1e308, session_id="odd"),
        make_trace(request_body=nested(350), session_id="odd"),
    ],
    ids=["three million years", "the largest float", "hundreds of levels"],
)
def test_every_page_opens_with_a_trace_of_odd_size(api, visitor, item):
    post_traces(api("traces"), [item])

    for path in ("/traces?range=all", f"/traces/t/{item['trace_id']}", "/traces/session?id=odd"):
        assert visitor.get(path).status_code == 200, path


def test_every_page_opens_with_spans_of_odd_length(api, visitor):
    client = api("traces")
    spans = [
        make_span(trace_id="run", session_id="odd", duration_ms=length) for length in (1e308,) * 2
    ]
    ending = make_span(
        session_id="odd", kind="session", event_type="session_end", duration_ms=1e308
    )
    post_spans(client, [*spans, ending])

    row = client.get("/v1/traces/run").json()

    assert row["latencyMs"] > 1e307
    assert client.get("/v1/sessions").json()["sessions"][0]["durationMs"] == 1e308
    for path in (
        "/traces?range=all",
        "/traces/t/run",
        "/traces/sessions",
        "/traces/sessions?sort=duration",
        "/traces/session?id=odd",
    ):
        assert visitor.get(path).status_code == 200, path


GARBAGE = [
    "0",
    0,
    "9" * 5000,
    "9" * 400,
    "9" * 25,
    -5,
    "-5",
    1e300,
    -1e300,
    "soon",
    True,
    [],
    10**400,
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("member", ["startTimeUnixNano", "endTimeUnixNano", "timeUnixNano"])
def test_a_time_that_is_none_costs_no_span_of_its_export(api, member):
    client = api("traces")
    on_event = member == "timeUnixNano"
    spans = [
        make_otlp(
            f"odd-{number}",
            **({"events": [{"name": "tick", member: odd}]} if on_event else {member: odd}),
        )
        for number, odd in enumerate(GARBAGE)
    ]

    response = client.post("/v1/traces", export(make_otlp("good"), *spans))
    digest()

    assert (response.status_code, response.json()) == (200, {})
    rows = client.get("/v1/spans", {"spelling": "camel"}).json()["spans"]
    lengths = {row["spanId"]: row["durationMs"] for row in rows}
    odd_length = 1000 if on_event else None
    assert lengths == {"good": 1000} | {f"odd-{n}": odd_length for n in range(len(GARBAGE))}


@pytest.mark.django_db(transaction=True)
def test_an_integer_attribute_of_any_width_costs_no_span_of_its_export(api):
    client = api("traces")
    wide = [
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "9" * 5000}},
        {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "9" * 400}},
        {"key": "pulse.cost_cents", "value": {"intValue": "9" * 320}},
        {"key": "wide", "value": {"intValue": "9" * 320}},
    ]

    response = client.post("/v1/traces", export(make_otlp() | {"attributes": wide}))
    digest()

    assert (response.status_code, response.json()) == (200, {})
    row = client.get("/v1/spans", {"spelling": "camel"}).json()["spans"][0]
    assert (row["inputTokens"], row["outputTokens"], row["costCents"]) == (None, None, None)
    assert row["metadata"]["wide"] == "9" * 320


def test_tokens_within_their_range_are_stored_though_no_estimate_fits(api):
    client = api("traces")
    good = make_trace(input_tokens=1_000_000)
    huge = make_trace(input_tokens=BIGGEST_COUNT, output_tokens=BIGGEST_COUNT)

    rows = post_traces(client, [good, huge]).json()["traces"]

    assert [row["costCents"] for row in rows] == [250, None]
    assert rows[1]["inputTokens"] == BIGGEST_COUNT
    assert "costEstimated" not in rows[1]


@pytest.mark.django_db(transaction=True)
def test_tokens_beyond_their_range_are_kept_as_the_largest(api):
    client = api("traces")
    counts = {f"gen_ai.usage.{name}_tokens": 2**64 - 1 for name in ("input", "output")}
    span = make_otlp(attributes=counts | {"gen_ai.request.model": "gpt-4o"})

    assert client.post("/v1/traces", export(span)).status_code == 200
    digest()

    assert DeadLetter.unscoped.count() == 0
    row = client.get("/v1/spans").json()["spans"][0]
    assert (row["inputTokens"], row["costCents"]) == (BIGGEST_COUNT, None)


def test_a_trace_whose_spans_cost_more_than_can_be_counted_is_stored(api, visitor):
    client = api("traces")
    spans = [
        make_span(
            trace_id="run",
            session_id="dear",
            kind="llm_call",
            event_type="provider_call",
            cost_cents=9e12,
            input_tokens=BIGGEST_COUNT,
            output_tokens=BIGGEST_COUNT,
        )
        for _ in range(3)
    ]

    post_spans(client, spans)

    row = client.get("/v1/traces?sort=-tokens").json()["traces"][0]
    assert (row["costCents"], row["inputTokens"]) == (9e12, BIGGEST_COUNT)
    assert client.get("/v1/sessions/dear").status_code == 200
    assert client.get("/v1/sessions").json()["sessions"][0]["costCents"] >= 9e12
    for path in ("/traces?range=all", "/traces/t/run", "/traces/sessions"):
        assert visitor.get(path).status_code == 200, path


@pytest.mark.django_db(transaction=True)
def test_a_number_that_readers_cannot_hold_is_handed_out_as_its_digits(api):
    client = api("traces")
    digits = "9" * 5000
    body = json.dumps([make_trace(request_body={"wide": "WIDE", "far": "FAR"})])
    body = body.replace('"WIDE"', digits).replace('"FAR"', "1e400")

    posted = client.post("/v1/traces/async", body=body.encode())
    digest()

    assert posted.status_code == 202
    row = client.get("/v1/traces").json()["traces"][0]
    assert row["requestBody"]["wide"] == digits
