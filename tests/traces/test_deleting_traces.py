from __future__ import annotations

import pytest

from tests.traces.samples import make_span, make_trace, post_spans, post_traces

pytestmark = pytest.mark.django_db


def test_deleting_by_filter_needs_a_filter_and_takes_the_counts_along(api):
    client = api("traces")
    kept, gone = make_trace(), make_trace(status="error", session_id="s")
    post_traces(client, [kept, gone])

    assert client.delete("/v1/traces").status_code == 400
    response = client.delete("/v1/traces?status=error")

    assert response.json() == {"deleted": 1}
    listed = client.get("/v1/traces").json()
    assert (listed["total"], [row["traceId"] for row in listed["traces"]]) == (
        1,
        [kept["trace_id"]],
    )
    report = client.get(
        "/v1/analytics", {"date_from": "2026-01-01T00:00:00Z", "date_to": "2026-02-01T00:00:00Z"}
    ).json()
    assert (report["totalRequests"], report["errorRate"], report["totalSessions"]) == (1, 0, 0)


@pytest.mark.parametrize(
    "query", ["q=%20", "q=", "tag=", "score=", "metadata.=x", "min_score=", "min_tokens="]
)
def test_a_filter_that_asks_for_nothing_deletes_nothing(api, query):
    client = api("traces")
    post_traces(client, [make_trace()])

    refused = client.delete(f"/v1/traces?{query}")

    assert refused.status_code == 400
    assert client.get("/v1/traces").json()["total"] == 1


@pytest.mark.parametrize(
    "other", ["limit=1", "sort=latency", "providr=openai", "date_too=2025-01-01"]
)
def test_a_deletion_refuses_what_it_does_not_know(api, other):
    client = api("traces")
    post_traces(client, [make_trace()])

    refused = client.delete(f"/v1/traces?status=success&{other}")

    name = other.partition("=")[0]
    assert refused.status_code == 400
    assert refused.json()["details"] == [
        {"code": "unrecognized_keys", "path": [name], "message": f'Unrecognized key: "{name}"'}
    ]
    assert client.get("/v1/traces").json()["total"] == 1


def test_a_trace_of_markers_only_is_deleted_like_others(api):
    client = api("traces")
    marker = make_span(trace_id="t-1", kind="session", event_type="session_start")
    post_spans(client, [marker])
    assert client.get("/v1/traces/t-1").status_code == 200

    assert client.delete("/v1/traces/t-1").status_code == 204

    assert client.get("/v1/traces/t-1").status_code == 404
    assert client.get(f"/v1/spans/{marker['span_id']}").status_code == 404
    assert client.delete("/v1/traces/t-1").status_code == 404
