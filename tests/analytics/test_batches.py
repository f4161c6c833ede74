from __future__ import annotations

import pytest

from tests.analytics.support import BASE, refusal, rollup, stored

pytestmark = pytest.mark.django_db(transaction=True)


def send(api, events, query="", **options):
    return api.post(f"{BASE}/events/batch{query}", {"events": events}, **options)


def test_a_batch_is_counted_and_stored_in_order(api, environment):
    response = send(api("analytics"), [{"name": "a"}, {"name": "b"}, {"name": "a"}])

    assert response.status_code == 201
    assert response.content == b'{"success":true,"data":{"ingested":3}}'
    assert stored(environment) == ["a", "b", "a"]


def test_one_bad_event_of_many_leaves_nothing_behind(api, environment):
    events = [{"name": f"e{number}"} for number in range(999)]
    events.insert(500, {"name": " "})

    response = send(api("analytics"), events)

    assert refusal(response) == {
        "status": 400,
        "code": "BAD_REQUEST",
        "message": "events[500]: Event name is required",
        "details": {
            "errors": [{"index": 500, "field": "name", "reason": "required"}],
            "ingested": 0,
        },
    }
    assert stored(environment) == []
    assert rollup(environment) == {}


def test_at_most_fifty_faults_are_listed(api, environment):
    response = send(api("analytics"), [{}] * 60)

    assert len(refusal(response)["details"]["errors"]) == 50


@pytest.mark.parametrize("flag", ["true", "1"])
def test_partial_mode_stores_the_good_events_and_names_the_others(api, environment, flag):
    response = send(
        api("analytics"), [{"name": "a"}, {"name": ""}, 5, {"name": "b"}], f"?partial={flag}"
    )

    assert response.status_code == 201
    assert response.json()["data"] == {
        "ingested": 2,
        "rejected": [
            {"index": 1, "code": "BAD_REQUEST", "message": "Event name is required"},
            {"index": 2, "code": "BAD_REQUEST", "message": "Event must be a JSON object"},
        ],
    }
    assert stored(environment) == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 400, "events must be an array"),
        ({"events": None}, 400, "events must be an array"),
        ({"events": {}}, 400, "events must be an array"),
        ({"events": []}, 400, "events must not be empty"),
        ([{"name": "a"}], 400, "Request body must be a JSON object"),
        ({"events": [{"name": "a"}] * 1001}, 413, "A batch holds at most 1000 events"),
    ],
)
def test_what_is_no_batch_is_refused(api, environment, body, status, message):
    response = api("analytics").post(f"{BASE}/events/batch", body)

    assert (refusal(response)["status"], refusal(response)["message"]) == (status, message)
    assert stored(environment) == []


def test_a_thousand_events_are_a_batch(api, environment):
    response = send(api("analytics"), [{"name": "a"}] * 1000)

    assert response.json() == {"success": True, "data": {"ingested": 1000}}


def test_a_body_above_five_mebibytes_is_too_large(api, environment):
    response = api("analytics").post(f"{BASE}/events/batch", body=b" " * (5 * 1024 * 1024 + 1))

    assert refusal(response)["code"] == "PAYLOAD_TOO_LARGE"


def test_duplicates_in_a_batch_and_of_earlier_ones_are_counted_apart(api, environment):
    client = api("analytics")
    send(client, [{"name": "a", "insertId": "1"}])

    response = send(
        client,
        [
            {"name": "b", "insertId": "1"},
            {"name": "c", "insertId": "2"},
            {"name": "d", "insertId": "2"},
            {"name": "e"},
        ],
    )

    assert response.json()["data"] == {"ingested": 2, "duplicates": 2}
    assert stored(environment) == ["a", "c", "e"]


def test_an_idempotency_key_makes_a_batch_repeatable(api, environment):
    client = api("analytics")
    headers = {"Idempotency-Key": "b-1"}

    send(client, [{"name": "a"}], headers=headers)
    again = send(client, [{"name": "a"}], headers=headers)

    assert again["Idempotent-Replayed"] == "true"
    assert again.json()["data"] == {"ingested": 1}
    assert stored(environment) == ["a"]
