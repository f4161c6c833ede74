from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics.selectors import journeys
from tests.analytics.support import BASE, refusal, track

pytestmark = pytest.mark.django_db(transaction=True)


def report(api, path):
    response = api.get(f"{BASE}/reports/{path}")
    assert response.status_code == 200, response.content
    return response.json()["data"]


def test_a_day_of_the_clock_change_has_its_own_length(api):
    client = api("analytics")
    for instant in ("2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"):
        track(client, timestamp=instant, userId="u1")

    found = report(
        client, "timeseries?tz=Europe/Vienna&from=2026-03-28T23:00:00Z&to=2026-03-30T22:00:00Z"
    )

    assert found == [
        {"start": "2026-03-28T23:00:00.000Z", "count": 2, "uniqueUsers": 1},
        {"start": "2026-03-29T22:00:00.000Z", "count": 1, "uniqueUsers": 1},
    ]


@pytest.mark.parametrize("unique", ["users", "none"])
@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ("interval=hour&from=2026-01-01T00:00:00Z&to=2026-01-01T04:00:00Z", [2, 0, 1, 0]),
        ("interval=hour&from=2026-01-01T00:20:00Z&to=2026-01-01T02:30:00Z", [1, 0, 0]),
        ("interval=hour&from=2026-01-01T00:31:00Z&to=2026-01-01T02:31:00Z", [0, 0, 1]),
        ("interval=minute&from=2025-12-31T23:59:00Z&to=2026-01-01T00:01:00Z", [0, 0]),
        ("interval=minute&from=2026-01-01T00:29:00Z&to=2026-01-01T00:31:30Z", [0, 1, 0]),
        ("interval=hour&tz=Asia/Kathmandu&from=2026-01-01T00:15:00Z&to=2026-01-01T03:15:00Z", [1, 0, 1]),
        ("interval=month&from=2025-12-15&to=2026-02-02", [0, 3, 1]),
        ("interval=day&tz=Pacific/Apia&from=2011-12-29T10:00:00Z&to=2011-12-31T10:00:00Z", [0, 0]),
        ("interval=week&from=2025-12-29&to=2026-01-12", [3, 0]),
        ("interval=day&from=2026-01-01&to=2026-01-03&name=b", [1, 0]),
        ("interval=day&from=2026-01-01&to=2026-01-03&userId=u2", [1, 0]),
    ],
)  # fmt: skip
def test_every_bucket_of_the_window_is_there_and_only_the_window_counts(api, query, counts, unique):
    client = api("analytics")
    track(client, "a", timestamp="2026-01-01T00:10:00Z", userId="u1")
    track(client, "b", timestamp="2026-01-01T00:30:00Z", userId="u2")
    track(client, "a", timestamp="2026-01-01T02:30:00Z", userId="u1")
    track(client, "a", timestamp="2026-02-01T00:00:00Z", userId="u1")

    found = report(client, f"timeseries?{query}&unique={unique}")

    assert [bucket["count"] for bucket in found] == counts
    assert all(("uniqueUsers" in bucket) == (unique == "users") for bucket in found)


def test_a_zone_that_is_none_of_ianas_is_refused(api):
    for zone in ("localtime", "posixrules", "Factory", "posix/UTC", "right/UTC"):
        found = refusal(api("analytics").get(f"{BASE}/reports/timeseries?tz={zone}"))
        assert (found["status"], found["details"]["field"]) == (400, "tz")


def test_a_series_without_an_end_counts_what_clocks_ahead_of_ours_sent(api):
    client = api("analytics")
    ahead = datetime.now(UTC) + timedelta(hours=20)
    track(client, "now")
    track(client, "ahead", timestamp=ahead.isoformat())
    beyond = (ahead + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    found = report(client, "timeseries?unique=none")
    later = report(client, f"timeseries?from={beyond}")

    assert sum(bucket["count"] for bucket in found) == 2
    assert [bucket["count"] for bucket in later] == [0]


@pytest.mark.parametrize("query", ["interval=minute", "interval=minute&name=now"])
def test_a_series_of_minutes_shows_the_last_twelve_hours(api, query):
    client = api("analytics")
    now = datetime.now(UTC)
    track(client, "now")
    track(client, "now", timestamp=(now - timedelta(hours=11)).isoformat())
    for hours in (-13, 20):
        track(client, "now", timestamp=(now + timedelta(hours=hours)).isoformat())

    found = report(client, f"timeseries?{query}")

    assert len(found) in (720, 721)
    assert sum(bucket["count"] for bucket in found) == 2


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("timeseries?tz=Mars/Olympus", "tz"),
        ("timeseries?tz=../../etc/passwd", "tz"),
        ("timeseries?interval=fortnight", "interval"),
        ("timeseries?interval=minute&from=2026-01-01&to=2026-01-02", "interval"),
        ("timeseries?from=2026-02-01&to=2026-01-01", "from"),
        ("breakdown", "property"),
        ("retention?periods=0", "periods"),
        ("retention?type=square", "type"),
        ("sessions?limit=0", "limit"),
        ("unique-users?from=x", "from"),
    ],
)
def test_a_wrong_parameter_of_a_report_is_named(api, path, field):
    found = refusal(api("analytics").get(f"{BASE}/reports/{path}"))

    assert (found["status"], found["details"]["field"]) == (400, field)


def test_a_window_knows_its_users_sessions_and_events(api):
    client = api("analytics")
    for user, session in (("u1", "s1"), ("u1", "s2"), ("u2", "s2"), ("", "")):
        track(client, userId=user, sessionId=session, timestamp="2026-01-01")
    track(client, userId="u3", timestamp="2026-01-02")

    assert report(client, "unique-users?to=2026-01-02") == {
        "uniqueUsers": 2,
        "uniqueSessions": 2,
        "events": 4,
    }


def test_a_breakdown_tells_types_apart_and_filters_on_another_property(api):
    client = api("analytics")
    values = ("x", "x", 5, 5.5, True, None, {"a": 1}, [1])
    for value in values:
        track(client, properties={"p": value, "plan": "team"}, userId="u")
    track(client, properties={"plan": "team"})
    track(client, properties={"p": "other"})

    found = report(client, "breakdown?property=p&prop.plan=team")

    assert found[0] == {"value": None, "count": 2, "uniqueUsers": 1} or found[0]["value"] == "x"
    assert {str(row["value"]): row["count"] for row in found} == {
        "x": 2, "None": 2, "5": 1, "5.5": 1, "True": 1, "{'a': 1}": 1, "[1]": 1,
    }  # fmt: skip
    assert len(report(client, "breakdown?property=p&limit=2")) == 2


@pytest.mark.parametrize(
    "numbers",
    [
        ("1100000000000000001", "1100000000000000002"),
        ("12345678901234567890", "12345678901234567891"),
        ("123456789012345678901234567890", "123456789012345678901234567891"),
        ("0.3", "0.30000000000000004"),
    ],
)
def test_numbers_are_told_apart_by_every_digit(api, numbers):
    client = api("analytics")
    for number in numbers:
        body = f'{{"name": "n", "properties": {{"a b": {number}, "list": [{number}]}}}}'
        assert client.post(f"{BASE}/events", body=body.encode()).status_code == 201

    for key, values in (("a%20b", [*numbers]), ("list", [f"[{one}]" for one in numbers])):
        answer = client.get(f"{BASE}/reports/breakdown?property={key}").content.decode()
        for value in values:
            assert f'{{"value":{value},"count":1,"uniqueUsers":0}}' in answer
    for number in numbers:
        answer = client.get(f"{BASE}/events?prop.a%20b={number}").content.decode()
        assert answer.count('"id"') == 1
        assert f":{number}," in answer


def funnel(api, **body):
    response = api.post(f"{BASE}/reports/funnel", body)
    assert response.status_code == 200, response.content
    return [
        (row["name"], row["count"], row["conversion"], row["medianSeconds"])
        for row in response.json()["data"]
    ]


@pytest.fixture
def shop(api):
    """u1 goes all the way (to the cart twice), u2 too late, u3 in the wrong order, u4 begins twice, nobody is anonymous."""
    client = api("analytics")
    for user, name, minute in (
        ("u1", "view", 0), ("u1", "cart", 10), ("u1", "cart", 15), ("u1", "buy", 20),
        ("u2", "view", 0), ("u2", "cart", 61), ("u3", "cart", 0), ("u3", "view", 5),
        ("u4", "view", 0), ("u4", "view", 50), ("u4", "cart", 80), ("u4", "buy", 100),
        ("", "view", 0),
    ):  # fmt: skip
        track(
            client, name, userId=user,
            timestamp=f"2026-01-01T{minute // 60:02}:{minute % 60:02}:00Z",
            properties={"n": 1 if user == "u1" else 2},
        )  # fmt: skip
    return client


def test_a_funnel_counts_the_deepest_way_within_its_window(shop):
    steps = [{"name": "view"}, {"name": "cart"}, {"name": "buy"}]
    window = {"from": "2026-01-01", "to": "2026-01-02"}

    assert funnel(shop, steps=steps, window="1h", **window) == [
        ("view", 4, 1.0, None),
        ("cart", 2, 0.5, 1200.0),
        ("buy", 2, 0.5, 900.0),
    ]
    assert funnel(shop, steps=steps, window="2h", **window)[1][1] == 3
    assert [row[1] for row in funnel(shop, steps=steps, window="20m", **window)] == [4, 1, 1]
    assert funnel(shop, steps=steps, window="1h", ordered=False, **window)[1][1] == 3
    assert funnel(shop, steps=[{"name": "view", "properties": {"n": 1}}], **window)[0][1] == 1
    assert (
        funnel(shop, steps=[{"name": "view"}, {"name": "view"}], window="1h", **window)[1][1] == 1
    )


def test_events_of_one_batch_are_steps_in_the_order_they_were_sent(api):
    client = api("analytics")
    names = ("view", "cart", "buy")
    client.post(f"{BASE}/events/batch", {"events": [{"name": n, "userId": "u"} for n in names]})
    sent = [{"name": name} for name in names]

    assert [row[1] for row in funnel(client, steps=sent)] == [1, 1, 1]
    assert [row[1] for row in funnel(client, steps=sent[::-1])] == [1, 0, 0]
    assert [row[1] for row in funnel(client, steps=sent[::-1], ordered=False)] == [1, 1, 1]
    assert [row[1] for row in funnel(client, steps=[sent[0], sent[0]])] == [1, 0]


@pytest.mark.parametrize(
    ("filters", "counts"),
    [
        ({"userId": "u1"}, [1, 1]),
        ({"sessionId": "s"}, [0, 0]),
        ({"prop.n": 2}, [3, 2]),
        ({"name": "nothing"}, [4, 3]),
        ({"unknown": {}}, [4, 3]),
    ],
)
def test_a_funnel_takes_the_filters_of_a_list_as_members_and_as_parameters(shop, filters, counts):
    body = {"steps": [{"name": "vi*"}, {"name": "ca*"}], "from": "2026-01-01", "to": "2026-01-02"}
    query = "&".join(f"{name}={value}" for name, value in filters.items())

    assert [row[1] for row in funnel(shop, **body, **filters)] == counts
    asked = shop.post(f"{BASE}/reports/funnel?{query}", body).json()["data"]
    assert [(row["name"], row["count"]) for row in asked] == [
        ("vi*", counts[0]),
        ("ca*", counts[1]),
    ]


@pytest.mark.parametrize("ordered", [True, False])
def test_a_user_of_many_events_takes_one_pass(ordered):
    """Robots send a hundred thousand in a week; looking at each pair of them takes minutes."""
    walk = journeys._ordered_way if ordered else journeys._any_way
    events = [(instant, instant % 2) for instant in range(200_000)]

    assert walk([*events, (200_000, 2)], 3, 10**9) == (
        [0, 1, 200_000] if not ordered else [199998, 199999, 200_000]
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "steps"),
        ({"steps": []}, "steps"),
        ({"steps": [{"name": "a"}] * 11}, "steps"),
        ({"steps": ["a"]}, "steps.0"),
        ({"steps": [{"name": ""}]}, "steps.0.name"),
        ({"steps": [{"name": "a", "properties": {"x": []}}]}, "steps.0.properties"),
        ({"steps": [{"name": "a", "properties": []}]}, "steps.0.properties"),
        ({"steps": [{"name": "a", "properties": ""}]}, "steps.0.properties"),
        ({"steps": [{"name": "a", "properties": 0}]}, "steps.0.properties"),
        ({"steps": [{"name": "a"}], "window": "soon"}, "window"),
        ({"steps": [{"name": "a"}], "window": 7}, "window"),
        ({"steps": [{"name": "a"}], "by": "device"}, "by"),
        ({"steps": [{"name": "a"}], "ordered": "yes"}, "ordered"),
        ({"steps": [{"name": "a"}], "from": "x"}, "from"),
    ],
)
def test_a_wrong_funnel_names_its_member(api, body, field):
    found = refusal(api("analytics").post(f"{BASE}/reports/funnel", body))

    assert (found["status"], found["details"]["field"]) == (400, field)


def test_a_funnel_needs_a_query_key_although_it_is_a_post(api):
    writer = api("analytics", prefix="pa_write_", scopes=["ingest"])

    response = writer.post(f"{BASE}/reports/funnel", {"steps": [{"name": "a"}]})

    assert refusal(response)["code"] == "FORBIDDEN"


def test_retention_follows_each_cohort_classic_and_rolling(api):
    client = api("analytics")
    for user, name, day in (
        ("u1", "signup", 1), ("u1", "use", 2), ("u1", "use", 3),
        ("u2", "signup", 1), ("u2", "use", 3), ("u3", "signup", 2), ("u4", "use", 1),
    ):  # fmt: skip
        track(client, name, userId=user, timestamp=f"2026-01-0{day}T12:00:00Z")
    query = "cohort=signup&return=use&interval=day&periods=3&from=2026-01-01&to=2026-01-04"

    classic = report(client, f"retention?{query}")
    rolling = report(client, f"retention?{query}&type=rolling")

    assert [(row["users"], [p["users"] for p in row["periods"]]) for row in classic] == [
        (2, [2, 1, 2]),
        (1, [1, 0]),
        (0, [0]),
    ]
    assert [p["users"] for p in rolling[0]["periods"]] == [2, 2, 2]
    assert classic[0]["periods"][1] == {"period": 1, "users": 1, "rate": 0.5}
    assert report(client, f"retention?{query.replace('signup', 'sign*')}") == classic


def test_sessions_are_told_apart_by_id_and_by_half_an_hour_of_silence(api):
    client = api("analytics")
    for name, session, minute in (
        ("a", "s1", 0), ("b", "s1", 50), ("c", "", 0), ("d", "", 30), ("e", "", 0), ("f", "", 61),
    ):  # fmt: skip
        track(
            client, name, sessionId=session, userId="u2" if name == "e" else "u1",
            timestamp=f"2026-01-01T{minute // 60:02}:{minute % 60:02}:00Z",
        )  # fmt: skip
    track(client, "nobody")

    found = report(client, "sessions")

    assert sorted(
        (row["sessionId"], row["userId"], row["firstName"], row["lastName"], row["events"],
         row["durationSeconds"])
        for row in found if row["sessionId"]
    ) == [("s1", "u1", "a", "b", 2, 3000)]  # fmt: skip
    assert sorted(
        (row["firstName"], row["lastName"], row["events"]) for row in found if not row["sessionId"]
    ) == [("c", "d", 2), ("e", "e", 1), ("f", "f", 1)]
    assert found[0]["firstName"] == "f"
