from __future__ import annotations

import pytest

from tests.analytics.support import BASE, refusal, track

pytestmark = pytest.mark.django_db(transaction=True)


def names(response):
    assert response.status_code == 200, response.content
    return [event["name"] for event in response.json()["data"]]


def test_the_newest_event_comes_first_and_equal_instants_by_arrival(api):
    client = api("analytics")
    track(client, "old", timestamp="2026-01-01T00:00:00Z")
    track(client, "tie-1", timestamp="2026-02-01T00:00:00Z")
    track(client, "tie-2", timestamp="2026-02-01T00:00:00Z")

    assert names(client.get(f"{BASE}/events")) == ["tie-2", "tie-1", "old"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name=page.viewed", ["page.viewed"]),
        ("name=page.viewed&name=api.called", ["api.called", "page.viewed"]),
        ("name=page.*", ["page.left", "page.viewed"]),
        ("name=PAGE.*", []),
        ("name=*", ["api.called", "page.left", "page.viewed"]),
        ("userId=u1", ["page.left", "page.viewed"]),
        ("sessionId=s1", ["page.viewed"]),
        ("from=2026-01-02T00:00:00Z", ["api.called", "page.left"]),
        ("to=2026-01-02T00:00:00Z", ["page.viewed"]),
        ("from=2026-01-02&to=2026-01-03", ["page.left"]),
        ("prop.page=/home", ["page.viewed"]),
        ("prop.n=5", ["page.left", "page.viewed"]),
        ("prop.on=true", ["page.viewed"]),
        ("prop.on=false", []),
        ("prop.missing=1", []),
        ('prop.a"b=1', ["api.called"]),
        ("prop.n=5&prop.page=/home", ["page.viewed"]),
        ("limit=1", ["api.called"]),
        ("limit=2&limit=1", ["api.called"]),
        ("limit=5000", ["api.called", "page.left", "page.viewed"]),
        ("limit=" + "9" * 5000, ["api.called", "page.left", "page.viewed"]),
        ("offset=1&limit=1", ["page.left"]),
        ("unknown=1", ["api.called", "page.left", "page.viewed"]),
    ],
)
def test_filters_narrow_the_list(api, query, expected):
    client = api("analytics")
    track(
        client, "page.viewed", userId="u1", sessionId="s1", timestamp="2026-01-01T00:00:00Z",
        properties={"page": "/home", "n": 5, "on": True},
    )  # fmt: skip
    track(client, "page.left", userId="u1", timestamp="2026-01-02T00:00:00Z", properties={"n": "5"})
    track(client, "api.called", timestamp="2026-01-03T00:00:00Z", properties={'a"b': 1})

    assert names(client.get(f"{BASE}/events?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=-" + "9" * 20, "limit"),
        ("limit=abc", "limit"),
        ("limit=1.5", "limit"),
        ("limit=", "limit"),
        ("offset=10001", "offset"),
        ("to=", "to"),
        ("cursor=nonsense", "cursor"),
        ("cursor=nonsense&offset=0", "cursor"),
        ("cursor=nonsense&offset=1", "cursor"),
        ("from=yesterday", "from"),
        ("from=20260305", "from"),
        ("from=1772712000", "from"),
        ("from=2026-01-01&to=2026-01-01", "from"),
        ("from=2026-01-02&to=2026-01-01", "from"),
        ("name=" + "x" * 201, "name"),
        ("userId=" + "x" * 256, "userId"),
        ("userId=%00", "userId"),
        ("&".join(f"prop.k{number}=1" for number in range(6)), "prop.k5"),
    ],
)
def test_a_wrong_parameter_is_named(api, query, field):
    found = refusal(api("analytics").get(f"{BASE}/events?{query}"))

    assert (found["status"], found["code"], found["details"]["field"]) == (
        400,
        "BAD_REQUEST",
        field,
    )


def test_a_walk_sees_every_event_once_while_others_are_written(api):
    client = api("analytics")
    for number in range(7):
        track(client, f"e{number}", timestamp="2026-01-01T00:00:00Z")
    seen, cursor = [], ""

    while True:
        response = client.get(f"{BASE}/events?limit=3&meta=1&cursor={cursor}")
        seen += names(response)
        track(client, "late")
        cursor = response.json()["meta"]["nextCursor"]
        assert response.get("X-Next-Cursor") == cursor
        if cursor is None:
            break

    assert [name for name in seen if name != "late"] == [
        f"e{number}" for number in range(6, -1, -1)
    ]


def test_a_page_from_an_offset_is_followed_by_cursors(api):
    client = api("analytics")
    for number in range(5):
        track(client, f"e{number}", timestamp="2026-01-01T00:00:00Z")

    first = client.get(f"{BASE}/events?offset=1&limit=2&meta=1")
    link = first["Link"].partition(">")[0].lstrip("<")
    second = client.get(link)

    assert (names(first), names(second)) == (["e3", "e2"], ["e1", "e0"])
    assert first.json()["meta"]["nextCursor"] == first["X-Next-Cursor"]
    assert "offset" not in link
    assert "Link" not in second


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("name=a%00", "name must not contain NUL"),
        ("prop.k=v%00", "prop.k must not contain NUL"),
    ],
)
def test_what_is_wrong_with_a_parameter_is_said(api, query, message):
    assert refusal(api("analytics").get(f"{BASE}/events?{query}"))["message"] == message


def test_a_cursor_of_other_filters_is_refused(api):
    client = api("analytics")
    track(client)
    track(client)
    cursor = client.get(f"{BASE}/events?limit=1")["X-Next-Cursor"]

    assert refusal(client.get(f"{BASE}/events?limit=1&userId=u&cursor={cursor}"))["status"] == 400


def test_an_event_is_found_by_its_id_and_a_strangers_is_not(api, key, other_environment):
    client = api("analytics")
    event = track(client, properties={"z": 1, "a": 2})
    stranger = api("analytics", token=key("analytics", other_environment))

    assert client.get(f"{BASE}/events/{event['id']}").json()["data"] == event
    for path in (f"{BASE}/events/{event['id']}", f"{BASE}/events/zzzzzzzz", f"{BASE}/events/x"):
        assert refusal(stranger.get(path))["code"] == "NOT_FOUND"
    assert names(stranger.get(f"{BASE}/events")) == []


def test_the_path_of_batches_is_no_event_and_takes_post_only(api):
    response = api("analytics").get(f"{BASE}/events/batch")

    assert refusal(response)["code"] == "METHOD_NOT_ALLOWED"
    assert response["Allow"] == "POST, OPTIONS"


def test_names_and_properties_are_listed_by_frequency(api):
    client = api("analytics")
    for name, properties in (("a", {"x": 1}), ("b", {"y": 1, "x": 1}), ("b", {"$context": {}})):
        track(client, name, properties=properties)

    assert client.get(f"{BASE}/names").json()["data"] == ["b", "a"]
    assert client.get(f"{BASE}/names?prop.y=1").json()["data"] == ["b"]
    assert client.get(f"{BASE}/names?name=a&from=2026-01-01").json()["data"] == ["a"]
    assert client.get(f"{BASE}/names?to=2026-01-01").json()["data"] == []
    assert client.get(f"{BASE}/properties").json()["data"] == ["x", "y"]
    assert client.get(f"{BASE}/properties?name=a").json()["data"] == ["x"]


def test_an_empty_store_lists_nothing(api):
    client = api("analytics")

    for path in ("events", "names", "properties", "reports/top-events"):
        assert client.get(f"{BASE}/{path}").json() == {"success": True, "data": []}
