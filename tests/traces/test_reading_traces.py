from __future__ import annotations

import uuid
from urllib.parse import quote

import pytest

from tests.support import tenancy
from tests.traces.samples import make_span, make_trace, post_spans, post_traces

pytestmark = pytest.mark.django_db


def ids(response) -> list[str]:
    return [row["traceId"] for row in response.json()["traces"]]


def test_a_list_is_newest_first_with_its_defaults_and_total(api):
    client = api("traces")
    older, newer = make_trace(timestamp="2026-01-01T00:00:00Z"), make_trace()
    post_traces(client, [newer, older])

    response = client.get("/v1/traces")

    assert ids(response) == [newer["trace_id"], older["trace_id"]]
    assert {name: response.json()[name] for name in ("total", "limit", "offset")} == {
        "total": 2,
        "limit": 100,
        "offset": 0,
    }


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=abc", "limit=1.5", "limit=", "offset=-1", "status=ok",
     "sort=name", "source=x", "spelling=kebab", "min_latency_ms=a"],
)  # fmt: skip
def test_wrong_parameters_are_named(api, query):
    response = api("traces").get(f"/v1/traces?{query}")

    assert response.status_code == 400
    assert response.json()["error"] == "Invalid query parameters"
    assert response.json()["details"][0]["path"] == [query.partition("=")[0]]


def test_an_offset_beyond_the_end_keeps_the_total(api):
    client = api("traces")
    post_traces(client, [make_trace()])

    response = client.get("/v1/traces", {"offset": 5})

    assert (response.json()["traces"], response.json()["total"]) == ([], 1)


def test_a_repeated_parameter_counts_the_first_time_and_unknown_ones_are_ignored(api):
    response = api("traces").get("/v1/traces?limit=3&limit=abc&what=ever")

    assert response.json()["limit"] == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"provider": "openai"}, ["a", "b"]),
        ({"provider": "nobody"}, []),
        ({"model": "claude-3-haiku"}, ["c"]),
        ({"model": ""}, ["a", "b", "c"]),
        ({"status": "error"}, ["b"]),
        ({"status": "error", "provider": "anthropic"}, []),
        ({"session_id": "chat 1"}, ["a"]),
        ({"user": "ada"}, ["a"]),
        ({"min_latency_ms": "200", "max_latency_ms": "2000"}, ["b"]),
        ({"min_cost_cents": "0.5"}, ["c"]),
        ({"min_tokens": "10"}, ["a"]),
        ({"date_from": "2026-01-02"}, ["b", "c"]),
        ({"date_to": "2026-01-01"}, ["a"]),
        ({"date_from": "1767225600", "date_to": "1767311999999"}, ["a"]),
        ({"date_from": "999999999999"}, []),
        ({"date_from": "2026-02-01", "date_to": "2026-01-01"}, []),
    ],
)
def test_filters(api, query, found):
    client = api("traces")
    named = {
        "a": make_trace(
            timestamp="2026-01-01T23:59:59.999Z",
            session_id="chat 1",
            metadata={"userId": "ada"},
            latency_ms=100,
            input_tokens=7,
            output_tokens=3,
        ),
        "b": make_trace(timestamp="2026-01-02T00:00:00Z", status="error", latency_ms=1000),
        "c": make_trace(
            timestamp="2026-01-03T00:00:00Z",
            provider="anthropic",
            model_requested="claude-3-haiku",
            latency_ms=5000,
            cost_cents=0.5,
        ),
    }
    post_traces(client, list(named.values()))

    response = client.get("/v1/traces", query | {"sort": "timestamp"})

    assert ids(response) == [named[name]["trace_id"] for name in found]
    assert response.json()["total"] == len(found)


@pytest.mark.parametrize("text", ["garbage", "", " ", "2026-02-30", "2026-13-01", "1e9", "-5"])
def test_a_date_that_is_none_is_refused(api, text):
    response = api("traces").get("/v1/traces", {"date_from": text})

    assert (response.status_code, response.json()) == (
        400,
        {"error": "Invalid date_from parameter"},
    )


@pytest.mark.parametrize(
    ("sort", "order"),
    [("latency", "bca"), ("-latency", "acb"), ("-cost", "bac"), ("-tokens", "cab")],
)
def test_lists_are_sorted_by_the_server(api, sort, order):
    client = api("traces")
    named = {
        "a": make_trace(latency_ms=3, cost_cents=2, input_tokens=5),
        "b": make_trace(latency_ms=1, cost_cents=3, input_tokens=0),
        "c": make_trace(latency_ms=2, cost_cents=1, input_tokens=9),
    }
    post_traces(client, list(named.values()))

    response = client.get("/v1/traces", {"sort": sort})

    assert ids(response) == [named[name]["trace_id"] for name in order]


def test_a_stranger_finds_neither_trace_nor_span_nor_session(api, other_environment):
    client, stranger = api("traces"), api("traces", environment=other_environment)
    trace, span = make_trace(session_id="s"), make_span(session_id="s")
    post_traces(client, [trace])
    post_spans(client, [span])

    for path, sentence in (
        (f"/v1/traces/{trace['trace_id']}", "Trace not found"),
        (f"/v1/spans/{span['span_id']}", "Span not found"),
        ("/v1/sessions/s", "Session not found"),
        ("/v1/sessions/s/spans", "Session not found"),
        ("/v1/traces/nope", "Trace not found"),
    ):
        response = stranger.get(path)
        assert (response.status_code, response.json()) == (404, {"error": sentence})
    assert stranger.get("/v1/traces").json()["total"] == 0
    assert stranger.get("/v1/sessions").json()["total"] == 0


def test_a_session_lists_its_traces_from_the_first_to_the_last(api):
    client = api("traces")
    second = make_trace(session_id="s", timestamp="2026-01-02T00:00:00Z")
    first = make_trace(session_id="s", timestamp="2026-01-01T00:00:00Z")
    post_traces(client, [second, first, make_trace()])

    response = client.get("/v1/sessions/s")

    assert response.json()["sessionId"] == "s"
    assert ids(response) == [first["trace_id"], second["trace_id"]]


def test_a_session_of_spans_alone_has_spans_and_no_traces(api):
    client = api("traces")
    span = make_span(session_id="s")
    post_spans(client, [span])

    assert client.get("/v1/sessions/s").status_code == 404
    spans = client.get("/v1/sessions/s/spans").json()["spans"]
    assert [row["spanId"] for row in spans] == [span["span_id"]]


def test_span_filters_are_exact_and_enums_are_checked(api):
    client = api("traces")
    read = make_span(tool_name="Read", service="api")
    edit = make_span(tool_name="Edit", source="codex", kind="agent_run", status="error")
    post_spans(client, [read, edit])

    def found(**query: str) -> list[str]:
        return [row["spanId"] for row in client.get("/v1/spans", query).json()["spans"]]

    assert found(tool_name="Read") == [read["span_id"]]
    assert found(tool_name="read") == []
    assert found(service="api") == [read["span_id"]]
    assert found(source="codex", kind="agent_run", status="error") == [edit["span_id"]]
    assert len(found(tool_name="")) == 2
    assert client.get("/v1/spans", {"kind": ""}).status_code == 400


def test_spans_of_one_trace_are_listed_as_one_trace(api):
    client = api("traces")
    trace_id = uuid.uuid4().hex
    call = make_span(
        trace_id=trace_id,
        source="sdk",
        kind="llm_call",
        event_type="provider_call",
        model="gpt-4o",
        provider="openai",
        input_tokens=10,
        output_tokens=5,
        cost_cents=1.5,
        duration_ms=100,
        service="web",
        metadata={"pulse.request": {"messages": []}, "feature": "chat"},
    )
    tool = make_span(
        trace_id=trace_id,
        timestamp="2026-01-25T06:30:01Z",
        tool_name="Edit",
        tool_use_id="t1",
        tool_input={"file_path": "/a"},
        status="error",
        error={"message": "no"},
        duration_ms=50,
        service="worker",
    )
    marker = make_span(trace_id=trace_id, kind="session", event_type="session_start")
    post_spans(client, [tool, call, marker])

    answer = client.get(f"/v1/traces/{trace_id}", {"spelling": "camel"})

    row = answer.json()
    spans = row.pop("spans")
    row.pop("projectId")
    assert b'"durationMs":927,' in answer.content  # and not 927.0
    assert row == {
        "traceId": trace_id,
        "sessionId": "run-1",
        "timestamp": "2026-01-25T06:30:00.123Z",
        "latencyMs": 150,
        "provider": "openai",
        "modelRequested": "gpt-4o",
        "modelUsed": "gpt-4o",
        "providerRequestId": None,
        "requestBody": {"messages": []},
        "responseBody": None,
        "inputTokens": 10,
        "outputTokens": 5,
        "outputText": None,
        "finishReason": None,
        "status": "error",
        "error": {"message": "no"},
        "costCents": 1.5,
        "metadata": {
            "feature": "chat",
            "toolCalls": [{"id": "t1", "name": "Edit", "status": "error"}],
        },
        "source": "sdk",
        "services": ["web", "worker"],
        "spanCount": 2,
        "summary": "gpt-4o",
        "toolCallCount": 1,
        "filesEdited": 1,
        "errorService": "worker",
        "durationMs": 927,
    }
    assert [(one["spanId"], one["label"]) for one in spans] == [
        (call["span_id"], "provider_call"),
        (marker["span_id"], "session_start"),
        (tool["span_id"], "Edit"),
    ]
    listed = client.get("/v1/traces", {"service": "worker", "status": "error"}).json()
    assert listed["total"] == 1


def test_a_trace_posted_later_takes_the_place_of_the_one_summed_up_from_spans(api):
    client = api("traces")
    trace = make_trace(output_text="as posted")
    post_spans(client, [make_span(trace_id=trace["trace_id"])])
    post_traces(client, [trace])
    post_spans(client, [make_span(trace_id=trace["trace_id"])])

    listed = client.get("/v1/traces").json()

    assert listed["total"] == 1
    assert listed["traces"][0]["outputText"] == "as posted"


def test_sessions_are_listed_with_what_their_spans_add_up_to(api):
    client = api("traces")
    common = {"session_id": "run", "trace_id": "t"}
    post_spans(
        client,
        [
            make_span(**common, tool_use_id="u1", event_type="pre_tool_use"),
            make_span(**common, tool_use_id="u1", status="error"),
            make_span(**common, kind="agent_run", agent_name="helper", cwd="/w"),
            make_span(
                session_id="run",
                kind="session",
                event_type="session_end",
                duration_ms=5000,
                timestamp="2026-01-25T06:31:00Z",
            ),
            make_span(session_id="markers", kind="session", event_type="session_start"),
        ],
    )

    response = client.get("/v1/sessions").json()

    assert response["total"] == 1
    assert response["sessions"] == [
        {
            "sessionId": "run",
            "firstTimestamp": "2026-01-25T06:30:00.123Z",
            "lastTimestamp": "2026-01-25T06:31:00.000Z",
            "status": "error",
            "durationMs": 5000,
            "agentRuns": 1,
            "toolCalls": 1,
            "totalSpans": 4,
            "errorCount": 1,
            "traceCount": 1,
            "inputTokens": 0,
            "outputTokens": 0,
            "costCents": 0,
            "sources": ["claude_code"],
            "source": "claude_code",
            "cwd": "/w",
            "agentName": "helper",
        }
    ]


def test_a_session_counts_a_posted_trace_once_and_is_found_by_the_source_of_its_spans(api):
    client = api("traces")
    posted = make_trace(session_id="run")
    post_traces(client, [posted])
    post_spans(
        client,
        [
            make_span(session_id="run", trace_id=posted["trace_id"]),
            make_span(session_id="run", trace_id="t"),
            make_span(session_id="other", source="codex", trace_id="u"),
        ],
    )

    found = client.get("/v1/sessions", {"source": "claude_code"}).json()

    assert [(row["sessionId"], row["traceCount"]) for row in found["sessions"]] == [("run", 2)]
    assert found["total"] == 1
    assert client.get("/v1/sessions").json()["total"] == 2


def test_a_span_shows_the_tokens_of_its_call(api):
    client = api("traces")
    call = make_span(kind="llm_call", input_tokens=3, output_tokens=7)
    post_spans(client, [call])

    row = client.get(f"/v1/spans/{call['span_id']}").json()

    assert (row["inputTokens"], row["outputTokens"]) == (3, 7)


def test_bounds_of_a_score_without_its_name_ask_for_any_score(api):
    client = api("traces")
    low, high, unscored = make_trace(), make_trace(), make_trace()
    post_traces(client, [low, high, unscored])
    for trace, value in ((low, 0.1), (high, 0.9)):
        path = f"/v1/traces/{trace['trace_id']}/scores"
        client.post(path, {"name": "helpful", "value": value})

    found = client.get("/v1/traces", {"min_score": "0.5"})
    deleted = client.delete("/v1/traces?max_score=0.1")

    assert (ids(found), found.json()["total"]) == ([high["trace_id"]], 1)
    assert deleted.json() == {"deleted": 1}
    assert set(ids(client.get("/v1/traces"))) == {high["trace_id"], unscored["trace_id"]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("odd", ["a/b", "/a", "foo/spans", "a/scores", "spans", "a b?c#d%2F"])
def test_ids_with_slashes_are_read_by_their_encoded_spelling(api, odd):
    client = api("traces")
    span = make_span(span_id=odd, trace_id=odd, session_id=odd)
    post_spans(client, [span])
    path = quote(odd, safe="")

    def read(path: str) -> dict:
        response = client.get(path, every_layer=True, validate=False)
        assert response.status_code == 200, path
        return response.json()

    assert read(f"/v1/spans/{path}")["spanId"] == odd
    assert read(f"/v1/traces/{path}")["traceId"] == odd
    assert read(f"/v1/traces/{path}/scores") == {"scores": []}
    assert read(f"/v1/sessions/{path}")["traces"][0]["traceId"] == odd
    assert read(f"/v1/sessions/{path}/spans")["spans"][0]["spanId"] == odd


def test_a_slash_that_is_not_encoded_belongs_to_the_id_as_well(api):
    client = api("traces")
    post_spans(client, [make_span(span_id="s/1", trace_id="t/1", session_id="a/b")])

    assert client.get("/v1/sessions/a/b", validate=False).json()["sessionId"] == "a/b"
    assert client.get("/v1/sessions/a/b/spans", validate=False).json()["sessionId"] == "a/b"
    assert client.get("/v1/traces/t/1", validate=False).json()["traceId"] == "t/1"
    assert client.get("/v1/spans/s/1", validate=False).json()["spanId"] == "s/1"


def test_a_key_that_only_writes_is_not_shown_what_was_stored_before(api, environment):
    reader = api("traces")
    writer = api("traces", token=tenancy.make_key("traces", environment, scopes=["write:*"]))
    known, fresh = make_trace(output_text="theirs"), make_trace()
    post_traces(reader, [known])

    answered = post_traces(writer, [known, fresh])

    assert answered.json()["count"] == 2
    assert ids(answered) == [fresh["trace_id"]]
    assert ids(post_traces(reader, [known])) == [known["trace_id"]]


def test_a_trace_of_session_markers_alone_is_read_by_its_id_and_not_listed(api):
    client = api("traces")
    marker = make_span(trace_id="run", kind="session", event_type="session_start", status="error")
    post_spans(client, [marker])

    row = client.get("/v1/traces/run").json()

    assert (row["traceId"], row["status"], row["spanCount"]) == ("run", "error", 1)
    assert [span["spanId"] for span in row["spans"]] == [marker["span_id"]]
    assert client.get("/v1/traces").json()["total"] == 0
