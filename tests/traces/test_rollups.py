"""The roll-ups against a plain scan: equal, whatever arrives and whatever is deleted."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from tests.traces.samples import make_span, make_trace, post_spans, post_traces
from traces import instants, sketches
from traces.models import Rollup, Session, Span, SpanRollup, Trace
from traces.selectors import ranges

pytestmark = pytest.mark.django_db

BASE_MS = instants.rfc_3339_ms("2026-01-25T00:00:00Z")
DAY_MS = instants.DAY_MS
HOUR_MS = DAY_MS // 24


def scan(environment: Any, start: int, end: int) -> dict[str, Any]:
    traces = [
        row
        for row in Trace.objects.within(environment).filter(derived=False)
        if start <= row.timestamp_ms <= end
    ]
    calls = [
        row
        for row in Span.objects.within(environment).filter(kind="llm_call")
        if start <= row.timestamp_ms <= end
    ]
    rows = [*traces, *calls]
    return {
        "requests": len(rows),
        "errors": sum(row.status == "error" for row in rows),
        "latency": sketches.percentiles(
            Counter(sketches.bin_of(one) for one in map(latency_of, rows) if one is not None)
        ),
        "cost": sum(row.cost_micro_cents or 0 for row in rows),
        "input": sum(row.input_tokens or 0 for row in rows),
        "sessions": len({row.session_id for row in rows if row.session_id is not None}),
        "listed": Trace.objects.within(environment)
        .filter(timestamp_ms__gte=start, timestamp_ms__lte=end)
        .count(),
        "spans": Span.objects.within(environment)
        .filter(timestamp_ms__gte=start, timestamp_ms__lte=end)
        .count(),
    }


def latency_of(row: Trace | Span) -> float | None:
    return row.latency_ms if isinstance(row, Trace) else row.duration_ms


def reported(client: Any, start: int, end: int) -> dict[str, Any]:
    query = {"date_from": instants.iso(start), "date_to": instants.iso(end)}
    report = client.get("/v1/analytics", query | {"group_by": "hour"}).json()
    by_day = client.get("/v1/analytics", query).json()
    assert by_day["totalCost"] == report["totalCost"]
    listed = client.get("/v1/traces", query | {"limit": 1}).json()["total"]
    return {
        "requests": report["totalRequests"],
        "errors": round(report["errorRate"] * report["totalRequests"] / 100),
        "latency": report["latency"],
        "cost": round(report["totalCost"] * 1_000_000),
        "input": report["totalTokens"]["input"],
        "sessions": report["totalSessions"],
        "listed": listed,
        "spans": client.get("/v1/analytics/spans", query).json()["totalSpans"],
    }


@pytest.mark.parametrize("seed", range(4))
def test_reports_equal_a_scan_after_any_mixture_of_rows_and_deletions(api, environment, seed):
    chance = random.Random(seed)
    client = api("traces")

    def moment() -> str:
        return instants.iso(BASE_MS + nearby(chance))

    for _ in range(3):
        post_traces(
            client,
            [
                make_trace(
                    timestamp=moment(),
                    provider=chance.choice(["openai", "anthropic"]),
                    model_requested=chance.choice(["a", "b"]),
                    status=chance.choice(["success", "success", "error"]),
                    latency_ms=chance.lognormvariate(6, 1),
                    cost_cents=round(chance.random(), 4),
                    input_tokens=chance.choice([None, 7]),
                    session_id=chance.choice([None, "s1", "s2", "s3"]),
                )
                for _ in range(40)
            ],
        )
        post_spans(
            client,
            [
                make_span(
                    timestamp=moment(),
                    kind=chance.choice(["llm_call", "tool_use", "agent_run"]),
                    trace_id=chance.choice([None, "t1", "t2", "t3"]),
                    session_id=chance.choice(["s1", "s4"]),
                    tool_name=chance.choice([None, "Edit"]),
                    status=chance.choice(["success", "error"]),
                    duration_ms=chance.choice([None, 12.5]),
                    cost_cents=0.25,
                )
                for _ in range(30)
            ],
        )
    client.delete("/v1/traces?status=error&provider=openai")
    client.delete("/v1/traces/t2")

    for _ in range(8):
        start, end = sorted(BASE_MS + nearby(chance) for _ in range(2))
        assert reported(client, start, end) == scan(environment, start, end)


def nearby(chance: random.Random) -> int:
    """Milliseconds: half of them within an hour of midnight, so that quarters of an hour hold rows."""
    width = chance.choice([HOUR_MS, 4 * DAY_MS])
    return chance.randrange(-width, width)


def test_deleting_everything_leaves_no_bucket_and_no_session(api, environment):
    client = api("traces")
    post_traces(client, [make_trace(session_id="s")])
    post_spans(client, [make_span(trace_id="t", session_id="s")])

    client.delete("/v1/traces?date_from=2020-01-01")

    for model in (Trace, Span, Rollup, SpanRollup, Session):
        assert model.objects.within(environment).count() == 0


def test_percentiles_are_within_one_percent(api, environment):
    client = api("traces")
    latencies = [float(number) for number in range(1, 101)]
    post_traces(client, [make_trace(latency_ms=one) for one in latencies])

    report = client.get(
        "/v1/analytics", {"date_from": "2026-01-01T00:00:00Z", "date_to": "2026-02-01T00:00:00Z"}
    ).json()

    for name, true in (("p50", 50), ("p90", 90), ("p95", 95), ("p99", 99)):
        assert abs(report["latency"][name] - true) <= true * 0.01


def test_percentiles_of_few_requests_are_the_nearest_that_happened():
    bins: sketches.Bins = {}
    for latency in (100, 200, 300, 750, 3888):
        sketches.add(bins, {sketches.bin_of(latency): 1})

    found = sketches.percentiles(bins)

    for name, true in (("p50", 300), ("p90", 3888), ("p95", 3888), ("p99", 3888)):
        assert abs(found[name] - true) <= true * 0.01


def test_each_moment_of_a_range_counts_once_in_its_segments():
    chance = random.Random(1)
    for _ in range(300):
        start = BASE_MS + chance.randrange(-DAY_MS, DAY_MS)
        end = start + chance.randrange(0, chance.choice([1, HOUR_MS, 4 * DAY_MS]))
        around = [start - 1, start, start + 1, end - 1, end, end + 1, (start + end) // 2]
        around += [BASE_MS, start - HOUR_MS // 5, end + HOUR_MS // 5]
        now_ms = chance.choice([start, end, end + HOUR_MS // 20, BASE_MS + 9 * DAY_MS])
        for days in (True, False):
            cut = ranges.split(start, end, days=days, now_ms=now_ms)
            for moment in around:
                held = [
                    sum(first <= moment < last for first, last in intervals)
                    for intervals in ((*cut.days, *cut.quarters, *cut.edges), cut.rests)
                ]
                assert held[0] - held[1] == int(start <= moment <= end)


def test_a_range_that_ends_now_reads_no_row_of_the_quarter_it_ends_in():
    end = BASE_MS + HOUR_MS // 6
    cut = ranges.split(BASE_MS, end, now_ms=end)

    assert cut.edges == ()
    assert cut.rests == ((end + 1, BASE_MS + HOUR_MS // 4),)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("date_to=2026-01-01T00:00:00Z", "date_from"),
        ("date_from=2024-01-01&date_to=2026-01-01T00:00:00Z", "date_from"),
        ("date_from=1700000000&date_to=2026-01-01T00:00:00Z", "date_from"),
        (
            "date_from=2026-01-01T00:00:00Z&date_to=2026-01-01T00:00:00Z&group_by=week",
            "group_by",
        ),
    ],
)
def test_reports_refuse_other_dates_and_groups(api, query, path):
    for report in ("/v1/analytics", "/v1/analytics/spans"):
        response = api("traces").get(f"{report}?{query}")
        assert response.status_code == 400
        assert response.json()["details"][0]["path"] == [path]


def test_one_error_in_twenty_is_five_percent(api):
    client = api("traces")
    items = [make_trace(input_tokens=2, output_tokens=1) for _ in range(19)]
    post_traces(client, [*items, make_trace(status="error")])

    report = client.get(
        "/v1/analytics",
        {
            "date_from": "2026-01-25T06:30:00.123Z",
            "date_to": "2026-01-25T06:30:00.123Z",
            "group_by": "provider",
        },
    ).json()

    assert report["errorRate"] == 5
    assert report["totalTokens"] == {"input": 38, "output": 19, "total": 57}
    assert [(one["key"], one["requests"]) for one in report["groups"]] == [("openai", 20)]


@pytest.mark.parametrize(
    "query",
    [
        {"date_from": "2026-01-25T06:30:00.123Z", "date_to": "2026-01-25T06:30:00.123Z"},
        {"date_from": "2026-01-25T00:00:00Z", "date_to": "2026-01-25T23:59:59.999Z"},
    ],
    ids=["rows", "roll-up"],
)
def test_what_was_estimated_is_told_apart_from_what_clients_said(api, query):
    client = api("traces")
    estimated = make_trace(input_tokens=1_000_000, output_tokens=0)
    post_traces(client, [estimated, make_trace(cost_cents=7)])

    report = client.get("/v1/analytics", query).json()

    assert (report["totalCost"], report["estimatedCost"]) == (257, 250)


def test_both_ends_of_a_range_belong_to_it(api):
    client = api("traces")
    post_traces(client, [make_trace(session_id="s", timestamp="2026-01-25T06:30:00.123Z")])
    ends = ("2026-01-25T06:30:00.122Z", "2026-01-25T06:30:00.123Z", "2026-01-25T06:30:00.124Z")

    found = []
    for start, end in ((0, 0), (0, 1), (1, 1), (1, 2), (2, 2)):
        query = {"date_from": ends[start], "date_to": ends[end]}
        report = client.get("/v1/analytics", query).json()
        found.append((report["totalRequests"], report["totalSessions"]))

    assert found == [(0, 0), (1, 1), (1, 1), (1, 1), (0, 0)]


def test_a_range_that_ends_before_it_starts_is_all_zeros(api):
    report = (
        api("traces")
        .get("/v1/analytics?date_from=2026-02-01T00:00:00Z&date_to=2026-01-01T00:00:00Z")
        .json()
    )

    assert (report["totalRequests"], report["totalCost"], report["costOverTime"]) == (0, 0, [])


def test_sums_beyond_64_bits_are_answered_from_rows_too(api):
    client = api("traces")
    moments = [f"2026-01-25T06:30:00.{number}00Z" for number in range(4)]
    post_traces(client, [make_trace(timestamp=one, cost_cents=9 * 10**12) for one in moments])

    report = client.get("/v1/analytics", {"date_from": moments[1], "date_to": moments[3]}).json()

    assert report["totalCost"] == 3 * 9 * 10**12
