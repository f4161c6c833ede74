from __future__ import annotations

import pytest

from tests.traces.samples import digest, make_trace, post_traces
from traces.models import Inbox, Trace

pytestmark = pytest.mark.django_db(transaction=True)

ASYNC = "/v1/traces/async"
SEED_EXAMPLE = {
    "trace_id": "550e8400-e29b-41d4-a716-446655440000",
    "timestamp": "2025-01-01T00:00:00Z",
    "provider": "openai",
    "model_requested": "gpt-4o",
    "model_used": "gpt-4o-2024-11-20",
    "provider_request_id": "...",
    "request_body": {"...": "..."},
    "response_body": {"...": "..."},
    "input_tokens": 50,
    "output_tokens": 100,
    "output_text": "Hello! How can I...",
    "finish_reason": "stop",
    "status": "success",
    "error": None,
    "cost_cents": 0.18,
    "latency_ms": 1234,
    "session_id": "conv-abc-123",
    "metadata": {"userId": "user-123"},
}


def test_the_documented_object_is_accepted_and_read_back_under_both_spellings(api):
    client = api("traces")

    response = client.post(ASYNC, [SEED_EXAMPLE])
    digest()

    assert (response.status_code, response.json()) == (202, {"status": "queued", "count": 1})
    row = client.get(f"/v1/traces/{SEED_EXAMPLE['trace_id']}").json()
    stored = SEED_EXAMPLE | {"timestamp": "2025-01-01T00:00:00.000Z"}
    assert {name: row[name] for name in stored} == stored
    assert row["sessionId"] == "conv-abc-123"
    assert row["costCents"] == 0.18


def test_a_posted_row_in_camel_case_has_exactly_the_nineteen_members(api):
    client = api("traces")
    client.post(ASYNC, [SEED_EXAMPLE])
    digest()

    row = client.get(f"/v1/traces/{SEED_EXAMPLE['trace_id']}", {"spelling": "camel"}).json()

    assert sorted(row) == sorted(
        [
            "traceId",
            "projectId",
            "sessionId",
            "timestamp",
            "latencyMs",
            "provider",
            "modelRequested",
            "modelUsed",
            "providerRequestId",
            "requestBody",
            "responseBody",
            "inputTokens",
            "outputTokens",
            "outputText",
            "finishReason",
            "status",
            "error",
            "costCents",
            "metadata",
        ]
    )


@pytest.mark.parametrize(("items", "count"), [([], 0), ([make_trace()], 1)])
def test_batches_are_queued_with_their_size(api, items, count):
    response = api("traces").post(ASYNC, items)

    assert (response.status_code, response.json()) == (202, {"status": "queued", "count": count})


def test_a_hundred_items_are_taken_and_a_hundred_and_one_refused(api):
    client = api("traces")

    assert client.post(ASYNC, [make_trace() for _ in range(100)]).json()["count"] == 100
    refused = client.post(ASYNC, [make_trace() for _ in range(101)])

    assert refused.status_code == 400
    assert refused.json() == {
        "error": "Validation failed",
        "details": [
            {
                "code": "too_big",
                "path": [],
                "message": "Too big: expected array to have <=100 items",
            }
        ],
    }


@pytest.mark.parametrize("body", [b"{", b"", b"[1,]", b"\xff[]", b"[" * 100_000, b'[{"a":NaN}]'])
def test_what_is_not_json_is_said_to_be_not_json(api, body):
    response = api("traces").post(ASYNC, body=body)

    assert (response.status_code, response.json()) == (400, {"error": "Invalid JSON body"})


@pytest.mark.parametrize("body", [{}, {"traces": []}, "text", 1, None])
def test_anything_but_an_array_is_refused(api, body):
    response = api("traces").post(ASYNC, body)

    assert response.status_code == 400
    assert response.json()["error"] == "Validation failed"
    assert response.json()["details"][0]["path"] == []


def test_one_bad_item_refuses_the_batch_and_names_its_path(api):
    good, bad = make_trace(), make_trace(trace_id="nope")

    response = api("traces").post(ASYNC, [good, bad])
    digest()

    assert response.status_code == 400
    assert response.json()["details"] == [
        {"code": "invalid_format", "path": [1, "trace_id"], "message": "Invalid UUID"}
    ]
    assert Inbox.unscoped.count() == Trace.unscoped.count() == 0


@pytest.mark.parametrize(
    ("changes", "code", "member"),
    [
        ({"trace_id": "550e8400e29b41d4a716446655440000"}, "invalid_format", "trace_id"),
        ({"trace_id": "550e8400-e29b-91d4-a716-446655440000"}, "invalid_format", "trace_id"),
        ({"timestamp": "2026-01-25T06:30:00"}, "invalid_format", "timestamp"),
        ({"timestamp": "2026-01-25T06:30:00+0000"}, "invalid_format", "timestamp"),
        ({"timestamp": "2026-01-25 06:30:00Z"}, "invalid_format", "timestamp"),
        ({"timestamp": "2026-01-25t06:30:00z"}, "invalid_format", "timestamp"),
        ({"timestamp": "2026-01-25"}, "invalid_format", "timestamp"),
        ({"timestamp": "2026-02-30T06:30:00Z"}, "invalid_format", "timestamp"),
        ({"timestamp": 1769322600}, "invalid_type", "timestamp"),
        ({"provider": "OpenAI"}, "invalid_value", "provider"),
        ({"provider": "google"}, "invalid_value", "provider"),
        ({"model_requested": ""}, "too_small", "model_requested"),
        ({"request_body": []}, "invalid_type", "request_body"),
        ({"request_body": "text"}, "invalid_type", "request_body"),
        ({"status": "ok"}, "invalid_value", "status"),
        ({"latency_ms": -1}, "too_small", "latency_ms"),
        ({"latency_ms": "12"}, "invalid_type", "latency_ms"),
        ({"input_tokens": 1.5}, "invalid_type", "input_tokens"),
        ({"output_tokens": -1}, "too_small", "output_tokens"),
        ({"input_tokens": 2**53}, "too_big", "input_tokens"),
        ({"cost_cents": -0.1}, "too_small", "cost_cents"),
        ({"metadata": []}, "invalid_type", "metadata"),
        ({"error": "text"}, "invalid_type", "error"),
        ({"session_id": ""}, "too_small", "session_id"),
        ({"session_id": "x" * 256}, "too_big", "session_id"),
    ],
)
def test_each_rule_of_a_trace(api, changes, code, member):
    response = api("traces").post(ASYNC, [make_trace(**changes)])

    assert response.status_code == 400
    assert [(one["code"], one["path"]) for one in response.json()["details"]] == [
        (code, [0, member])
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"trace_id": "00000000-0000-0000-0000-000000000000"},
        {"trace_id": "FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF"},
        {"timestamp": "2026-01-25T06:30Z"},
        {"timestamp": "2026-01-25T06:30:00.123456+05:30"},
        {"input_tokens": 1.0, "output_tokens": 0},
        {"request_body": {}},
        {"output_text": "", "finish_reason": ""},
        {"session_id": "any string"},
        {"surprise": {"ignored": True}},
        dict.fromkeys(
            (
                "model_used", "provider_request_id", "response_body", "input_tokens",
                "output_tokens", "output_text", "finish_reason", "error", "cost_cents",
                "session_id", "metadata",
            )
        ),
    ],
)  # fmt: skip
def test_what_real_clients_send_is_accepted(api, changes):
    client = api("traces")
    item = make_trace(**changes)

    assert client.post(ASYNC, [item]).status_code == 202
    digest()
    assert client.get(f"/v1/traces/{item['trace_id']}").status_code == 200


def test_offsets_are_converted_and_microseconds_cut(api):
    client = api("traces")
    item = make_trace(timestamp="2026-01-25T12:00:00.123456+05:30")
    client.post(ASYNC, [item])
    digest()

    row = client.get(f"/v1/traces/{item['trace_id']}").json()

    assert row["timestamp"] == "2026-01-25T06:30:00.123Z"


def test_the_first_of_an_id_wins_and_repeats_are_accepted_in_silence(api):
    client = api("traces")
    first = make_trace(output_text="first")
    again = first | {"output_text": "second"}

    client.post(ASYNC, [first, again])
    response = client.post(ASYNC, [again])
    digest()

    assert response.json() == {"status": "queued", "count": 1}
    listed = client.get("/v1/traces").json()
    assert listed["total"] == 1
    assert listed["traces"][0]["outputText"] == "first"


def test_the_same_id_in_two_projects_is_two_traces(api, other_environment):
    mine, theirs = api("traces"), api("traces", environment=other_environment)
    item = make_trace(output_text="mine")
    mine.post(ASYNC, [item])
    theirs.post(ASYNC, [item | {"output_text": "theirs"}])
    digest()

    path = f"/v1/traces/{item['trace_id']}"
    assert mine.get(path).json()["outputText"] == "mine"
    assert theirs.get(path).json()["outputText"] == "theirs"


def test_nul_and_half_surrogates_in_texts_become_the_replacement_character(api):
    client = api("traces")
    item = make_trace(output_text="a\0b", request_body={"x\0": "\ud800", "y": "\U0001f600"})

    assert client.post(ASYNC, [item]).status_code == 202
    digest()

    row = client.get(f"/v1/traces/{item['trace_id']}").json()
    assert row["outputText"] == "a\ufffdb"
    assert row["requestBody"] == {"x\ufffd": "\ufffd", "y": "\U0001f600"}


def test_the_synchronous_batch_answers_with_its_rows_and_may_be_repeated(api):
    client = api("traces")
    items = [make_trace(), make_trace()]

    post_traces(client, items)
    again = post_traces(client, items)

    assert again.json()["count"] == 2
    assert [row["traceId"] for row in again.json()["traces"]] == [one["trace_id"] for one in items]
    assert client.get("/v1/traces").json()["total"] == 2


def test_a_missing_cost_is_estimated_and_marked_and_a_measured_one_is_kept(api):
    client = api("traces")
    counted = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}
    estimated, measured = make_trace(**counted), make_trace(**counted, cost_cents=0)
    rows = post_traces(client, [estimated, measured]).json()["traces"]

    assert (rows[0]["costCents"], rows[0]["costEstimated"]) == (1250, True)
    assert rows[1]["costCents"] == 0
    assert "costEstimated" not in rows[1]


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (None, "Missing or invalid Authorization header"),
        ("bearer {}", "Missing or invalid Authorization header"),
        ("Bearer  {}", "Missing or invalid Authorization header"),
        ("Bearer {} x", "Missing or invalid Authorization header"),
        ("Bearer pulse_sk_0f9c0000-0000-4000-8000-000000000000", "Invalid API key"),
        ("Bearer nope", "Invalid API key"),
    ],
)
def test_a_missing_and_a_wrong_key_are_told_apart_before_the_body_is_read(
    api, key, header, sentence
):
    client = api("traces", token="")
    headers = {} if header is None else {"Authorization": header.format(key("traces"))}

    for method, path in (("POST", ASYNC), ("POST", "/v1/traces/batch"), ("GET", "/v1/traces")):
        response = client.request(method, path, body=b"{", headers=headers)
        assert (response.status_code, response.json()) == (401, {"error": sentence})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/traces/"),
        ("GET", "/v1/auth/a/b/c"),
        ("PUT", "/v1/traces"),
        ("OPTIONS", "/v1/traces"),
        ("PATCH", "/v1/spans"),
    ],
)
def test_unknown_paths_and_methods_are_404_in_plain_text(api, method, path):
    response = api("traces").request(method, path)

    assert (response.status_code, response.content) == (404, b"404 Not Found")
    assert response["Content-Type"] == "text/plain"


def test_a_preflight_carries_no_key_and_is_404_too(api):
    for path in ("/v1/traces", "/v1/traces/async", "/dashboard/api/projects"):
        response = api("traces", token="").request("OPTIONS", path)
        assert (response.status_code, response.content) == (404, b"404 Not Found"), path


def test_login_says_whether_the_key_is_good(api):
    assert api("traces").post("/v1/auth/login").json() == {"authenticated": True}
    assert api("traces", token="").post("/v1/auth/login").json() == {"authenticated": False}
    assert api("traces", token="pulse_sk_no").post("/v1/auth/login").json() == {
        "authenticated": False
    }
