from __future__ import annotations

import base64
import json

import pytest

from analytics.models import Event, Rejection
from tests.analytics.support import BASE, refusal, stored

pytestmark = pytest.mark.django_db(transaction=True)

SEGMENT = f"{BASE}/segment/v1"


@pytest.fixture
def basic(api, key):
    """A client that says who it is as Segment's clients do."""
    token = key("analytics", prefix="pa_write_", scopes=["ingest"])
    encoded = base64.b64encode(f"{token}:".encode()).decode()
    client = api("analytics", token="")

    def post(path, body):
        return client.post(f"{SEGMENT}/{path}", body, headers={"Authorization": f"Basic {encoded}"})

    return post


@pytest.mark.parametrize(
    ("kind", "body", "name", "properties", "user"),
    [
        ("track", {"event": "Item Bought", "userId": "u", "properties": {"n": 1}}, "Item Bought", {"n": 1}, "u"),
        ("page", {"name": "Home", "anonymousId": "a", "properties": {"url": "/"}}, "page.viewed", {"name": "Home", "url": "/"}, "a"),
        ("screen", {"category": "Docs", "userId": 7}, "screen.viewed", {"category": "Docs"}, "7"),
        ("identify", {"userId": "u", "traits": {"plan": "team"}}, "user.identified", {"plan": "team"}, "u"),
        ("group", {"userId": "u", "groupId": "g", "traits": None}, "group.identified", {"groupId": "g"}, "u"),
        ("alias", {"userId": "u", "previousId": "p"}, "user.aliased", {"previousId": "p"}, "u"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("letters", [None, 1])
def test_each_call_becomes_an_event(
    basic, environment, kind, body, name, properties, user, letters
):
    response = basic(kind[:letters], body | {"timestamp": "2026-03-05T12:00:00.000Z"})

    assert (response.status_code, response.json()) == (200, {"success": True})
    event = Event.objects.within(environment).get()
    assert (event.name, event.user_id) == (name, user)
    assert event.timestamp.isoformat() == "2026-03-05T12:00:00+00:00"
    assert json.loads(event.properties) == properties


@pytest.mark.parametrize("path", ["batch", "b", "import"])
def test_a_batch_stores_the_good_calls_once_and_counts_the_others(basic, environment, path):
    calls = [
        {"type": "track", "event": "a", "userId": "u", "messageId": "m" * 80},
        {"type": "track", "event": "a", "userId": "u", "messageId": "m" * 80},
        {"type": "track", "event": ""},
        {"type": "noise"},
        5,
    ]

    first = basic(path, {"batch": calls})
    second = basic("batch", {"batch": calls})

    assert first.json() == second.json() == {"success": True}
    assert stored(environment) == ["a"]
    counted = Rejection.objects.within(environment).values_list("reason", "count")
    assert sorted(counted) == [
        ("Event name is required", 2),
        ("type must be track, page, screen, identify, group or alias", 4),
    ]


def test_the_key_may_stand_in_the_body_and_a_wrong_one_is_refused(api, key, environment):
    client = api("analytics", token="")
    token = key("analytics", prefix="pa_write_", scopes=["ingest"])
    body = {"batch": [{"type": "track", "event": "a", "userId": "u"}]}

    good = client.post(f"{SEGMENT}/batch", body | {"writeKey": token})
    wrong = client.post(f"{SEGMENT}/batch", body | {"writeKey": "nonsense"})
    reader = key("analytics", scopes=["query"])
    reading = client.post(f"{SEGMENT}/batch", body | {"writeKey": reader})

    assert good.status_code == 200
    assert refusal(wrong)["code"] == "UNAUTHORIZED"
    assert refusal(reading)["code"] == "FORBIDDEN"
    assert stored(environment) == ["a"]


@pytest.mark.parametrize("path", ["batch", "import", "page"])
@pytest.mark.parametrize("body", [b"{", b"[]", b""])
def test_what_cannot_be_read_is_a_success_that_is_counted(api, environment, path, body):
    response = api("analytics").post(f"{SEGMENT}/{path}", body=body)

    assert (response.status_code, response.json()) == (200, {"success": True})
    assert stored(environment) == []
    assert Rejection.objects.within(environment).get().count == 1


@pytest.mark.parametrize("body", [{"batch": {}}, {"batch": "x"}, {}])
def test_what_is_no_batch_is_a_success_that_is_counted(api, environment, body):
    response = api("analytics").post(f"{SEGMENT}/batch", body)

    assert (response.status_code, response.json()) == (200, {"success": True})
    assert stored(environment) == []
    assert Rejection.objects.within(environment).get().count == 1
