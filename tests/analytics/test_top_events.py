from __future__ import annotations

import pytest

from tests.analytics.support import BASE, refusal, track

pytestmark = pytest.mark.django_db(transaction=True)


def top(api, query=""):
    response = api.get(f"{BASE}/reports/top-events{query}")
    assert response.status_code == 200, response.content
    return [(row["name"], row["count"]) for row in response.json()["data"]]


def test_the_report_counts_an_event_at_once_and_ties_go_by_name(api):
    client = api("analytics")
    for name in ("b", "a", "c", "c"):
        track(client, name)

    assert top(client) == [("c", 2), ("a", 1), ("b", 1)]
    assert top(client, "?limit=1") == [("c", 2)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?from=2026-01-31T23:59:00Z", [("a", 3), ("b", 2)]),
        ("?from=2026-01-31T23:59:00Z&to=2026-03-01", [("a", 3), ("b", 1)]),
        ("?from=2026-01-31T23:59:01Z&to=2026-02-10T10:07:00Z", [("a", 1), ("b", 1)]),
        ("?from=2026-02-10T10:07:00Z&to=2026-02-10T10:07:01Z", [("a", 1)]),
        ("?to=2026-02-01T00:00:00Z", [("a", 1)]),
        ("?to=2026-01-01", []),
        ("?name=b", [("b", 2)]),
        ("?name=a*&name=b", [("a", 3), ("b", 2)]),
        ("?userId=u1", [("a", 1)]),
        ("?prop.p=1", [("b", 1)]),
    ],
)
def test_the_window_may_begin_and_end_anywhere(api, query, expected):
    client = api("analytics")
    track(client, "a", timestamp="2026-01-31T23:59:00Z", userId="u1")
    track(client, "a", timestamp="2026-02-10T10:06:59.999Z")
    track(client, "a", timestamp="2026-02-10T10:07:00Z")
    track(client, "b", timestamp="2026-02-01T00:00:00Z", properties={"p": 1})
    track(client, "b", timestamp="2026-03-01T00:00:00Z")

    assert top(client, query) == expected


def test_unique_users_and_sessions_are_added_on_request(api):
    client = api("analytics")
    for user, session in (("u1", "s1"), ("u1", "s2"), ("u2", "s3"), ("", "")):
        track(client, "a", userId=user, sessionId=session)

    users = client.get(f"{BASE}/reports/top-events?unique=users").json()["data"]
    sessions = client.get(f"{BASE}/reports/top-events?unique=sessions").json()["data"]

    assert users == [{"name": "a", "count": 4, "uniqueUsers": 2}]
    assert sessions == [{"name": "a", "count": 4, "uniqueSessions": 3}]


def test_a_limit_above_the_maximum_counts_as_it_and_nonsense_is_refused(api):
    client = api("analytics")

    assert top(client, "?limit=1001") == []
    for query in ("limit=0", "unique=devices", "from=x"):
        assert refusal(client.get(f"{BASE}/reports/top-events?{query}"))["status"] == 400


def test_another_environments_events_do_not_count(api, key, other_environment):
    track(api("analytics", token=key("analytics", other_environment)), "theirs")

    assert top(api("analytics")) == []
