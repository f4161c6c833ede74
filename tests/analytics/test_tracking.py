from __future__ import annotations

import gzip
import json

import pytest

from analytics.models import Event
from tests.analytics.support import BASE, refusal, stored, track

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_event_is_answered_as_documented_and_stored(api, environment):
    response = api("analytics").post(
        f"{BASE}/events",
        {
            "name": "page.viewed",
            "properties": {"page": "/dashboard", "referrer": "/home"},
            "userId": "user-abc",
            "sessionId": "sess-xyz",
            "timestamp": "2026-03-05T12:00:00.5Z",
        },
    )

    assert response.status_code == 201
    data = response.json()["data"]
    assert len(data["id"]) == 8
    assert response.content.decode() == (
        '{"success":true,"data":{"id":"' + data["id"] + '","name":"page.viewed",'
        '"properties":{"page":"/dashboard","referrer":"/home"},"userId":"user-abc",'
        '"sessionId":"sess-xyz","timestamp":"2026-03-05T12:00:00.500Z"}}'
    )
    assert stored(environment) == ["page.viewed"]


def test_absent_members_are_left_out_and_properties_are_always_there(api, environment):
    data = track(api("analytics"), "a", userId="", sessionId=None)

    assert sorted(data) == ["id", "name", "properties", "timestamp"]
    assert data["properties"] == {}


@pytest.mark.parametrize(
    ("members", "message", "field", "reason"),
    [
        ({}, "Event name is required", "name", "required"),
        ({"name": None}, "Event name is required", "name", "required"),
        ({"name": 7}, "Event name is required", "name", "required"),
        ({"name": ""}, "Event name is required", "name", "required"),
        ({"name": " \t"}, "Event name is required", "name", "required"),
        ({"name": "x" * 201}, "Event name must be at most 200 characters", "name", "too_long"),
        ({"name": "a\nb"}, "Event name must be at most 200 characters", "name", "control_characters"),
        ({"name": "a\x00"}, "Event name must be at most 200 characters", "name", "control_characters"),
        ({"name": "a\ud800"}, "Event name must be at most 200 characters", "name", "control_characters"),
        ({"name": "a", "properties": []}, "properties must be an object", "properties", "type"),
        ({"name": "a", "properties": "x"}, "properties must be an object", "properties", "type"),
        ({"name": "a", "userId": 5}, "userId must be a string", "userId", "type"),
        ({"name": "a", "userId": "u" * 256}, "userId must be at most 255 characters", "userId", "too_long"),
        ({"name": "a", "userId": "u\x00"}, "userId must not contain NUL", "userId", "control_characters"),
        ({"name": "a", "sessionId": True}, "sessionId must be a string", "sessionId", "type"),
        ({"name": "a", "timestamp": "soon"}, "timestamp must be an ISO 8601 date-time", "timestamp", "invalid"),
        ({"name": "a", "timestamp": "2026-02-29"}, "timestamp must be an ISO 8601 date-time", "timestamp", "invalid"),
        ({"name": "a", "timestamp": "2026-03-05T24:00:00Z"}, "timestamp must be an ISO 8601 date-time", "timestamp", "invalid"),
        ({"name": "a", "timestamp": 1.5}, "timestamp must be an ISO 8601 date-time", "timestamp", "invalid"),
        ({"name": "a", "timestamp": True}, "timestamp must be an ISO 8601 date-time", "timestamp", "invalid"),
        ({"name": "a", "timestamp": "1970-12-31T23:59:59Z"}, "timestamp must not be before 1971", "timestamp", "too_old"),
        ({"name": "a", "timestamp": "9999-01-01"}, "timestamp must be at most 24 hours ahead", "timestamp", "too_far_ahead"),
        ({"name": "a", "insertId": ""}, "insertId must be a string of 1 to 64 characters", "insertId", "invalid"),
        ({"name": "a", "messageId": "m" * 65}, "messageId must be a string of 1 to 64 characters", "messageId", "invalid"),
        (
            {"name": "a", "properties": {"a": {"b": {"c": {"d": {"e": {}}}}}}},
            "properties.a.b.c.d.e must be nested at most 5 levels deep",
            "properties.a.b.c.d.e",
            "too_deep",
        ),
        (
            {"name": "a", "properties": {str(number): 1 for number in range(256)}},
            "properties must have at most 255 keys",
            "properties",
            "too_many_keys",
        ),
        (
            {"name": "a", "properties": {"k" * 256: 1}},
            "properties must have keys of at most 255 characters",
            "properties." + "k" * 32 + "…",
            "key_too_long",
        ),
    ],
)  # fmt: skip
def test_a_wrong_member_is_named_and_nothing_is_stored(
    api, environment, members, message, field, reason
):
    response = api("analytics").post(f"{BASE}/events", members)

    assert refusal(response) == {
        "status": 400,
        "code": "BAD_REQUEST",
        "message": message,
        "details": {"field": field, "reason": reason},
    }
    assert stored(environment) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"\xef\xbb\xbf{}",
        b'{"name":"\xff"}',
        b"[" * 20000,
        b"NaN",
    ],
)
def test_a_body_that_is_no_object_is_refused(api, environment, body):
    response = api("analytics").post(f"{BASE}/events", body=body)

    assert refusal(response) == {
        "status": 400,
        "code": "BAD_REQUEST",
        "message": "Request body must be a JSON object",
    }


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 10_000])
def test_a_number_beyond_every_type_is_refused_with_its_path(api, environment, number):
    body = f'{{"name":"a","properties":{{"x":[{number}]}}}}'.encode()

    response = api("analytics").post(f"{BASE}/events", body=body)

    assert (
        refusal(response)["message"]
        == "properties.x.0 must be a finite number of at most 4000 digits"
    )
    assert stored(environment) == []


def test_a_large_integer_and_duplicate_keys_and_odd_names_are_kept_as_json_means_them(
    api, environment
):
    body = b'{"name":"__proto__","properties":{"n":' + b"9" * 40 + b',"a":1,"a":2,"constructor":0}}'

    response = api("analytics").post(f"{BASE}/events", body=body)

    assert response.status_code == 201
    text = Event.objects.within(environment).get().properties
    assert text == '{"n":' + "9" * 40 + ',"a":2,"constructor":0}'


def test_what_no_database_stores_is_replaced_in_properties(api, environment):
    body = rb'{"name":"a","properties":{"k\u0000":"a\u0000b\ud800c","l":["\udc00"]}}'

    response = api("analytics").post(f"{BASE}/events", body=body)

    assert response.json()["data"]["properties"] == {"k�": "a�b�c", "l": ["�"]}


def test_an_event_above_32_kib_is_too_large(api, environment):
    response = api("analytics").post(
        f"{BASE}/events", {"name": "a", "properties": {"x": "y" * 33_000}}
    )

    assert refusal(response)["status"] == 413
    assert refusal(response)["code"] == "PAYLOAD_TOO_LARGE"
    assert stored(environment) == []


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2026-03-05T12:00:00+14:00", "2026-03-04T22:00:00.000Z"),
        ("2026-03-05T12:00:00", "2026-03-05T12:00:00.000Z"),
        ("2026-03-05 12:00", "2026-03-05T12:00:00.000Z"),
        ("2026-03-05", "2026-03-05T00:00:00.000Z"),
        ("2024-02-29T01:02:03.25Z", "2024-02-29T01:02:03.250Z"),
        ("2026-03-05T12:00:00.123456789Z", "2026-03-05T12:00:00.123Z"),
        (1_772_712_000_000, "2026-03-05T12:00:00.000Z"),
    ],
)
def test_instants_are_written_in_utc_with_three_decimals(api, environment, given, written):
    assert track(api("analytics"), timestamp=given)["timestamp"] == written


def test_meta_stands_for_properties_and_beside_them_goes_under_its_own_name(api, environment):
    alone = track(api("analytics"), meta={"a": 1})
    both = track(api("analytics"), meta={"a": 1}, properties={"b": 2})

    assert alone["properties"] == {"a": 1}
    assert both["properties"] == {"b": 2, "$meta": {"a": 1}}


def test_unknown_scalars_are_context_and_everything_else_unknown_is_ignored(api, environment):
    data = track(
        api("analytics"),
        serviceId="shop",
        source="web",
        retry=2,
        nested={"x": 1},
        nothing=None,
        id="mine",
    )

    assert data["properties"] == {"$context": {"serviceId": "shop", "source": "web", "retry": 2}}
    assert data["id"] != "mine"


def test_a_repeated_insert_id_answers_with_the_first_event(api, environment):
    first = track(api("analytics"), "first", insertId="i-1", properties={"n": 1})

    response = api("analytics").post(f"{BASE}/events", {"name": "second", "messageId": "i-1"})

    assert response.status_code == 200
    assert response.json()["data"] == first
    assert stored(environment) == ["first"]


def test_a_repetition_whose_first_event_vanishes_meanwhile_is_told_to_try_again(api, environment):
    client = api("analytics")
    track(client, "a", insertId="i-1")
    Event.objects.within(environment).delete()  # and not its insert id, as a race would have it
    headers = {"Idempotency-Key": "k-1"}

    answers = [
        client.post(f"{BASE}/events", {"name": "a", "insertId": "i-1"}, headers=headers)
        for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [503, 503]
    assert [one["Retry-After"] for one in answers] == ["1", "1"]
    assert stored(environment) == []


def test_an_insert_id_of_another_environment_is_free(api, key, other_environment):
    track(api("analytics"), insertId="i-1")
    stranger = key("analytics", other_environment)

    track(api("analytics", token=stranger), insertId="i-1")

    assert stored(other_environment) == ["page.viewed"]


def test_an_idempotency_key_replays_the_answer_and_refuses_another_body(api, environment):
    client = api("analytics")
    headers = {"Idempotency-Key": "k-1"}

    first = client.post(f"{BASE}/events", {"name": "a"}, headers=headers)
    again = client.post(f"{BASE}/events", {"name": "a"}, headers=headers)
    other = client.post(f"{BASE}/events", {"name": "b"}, headers=headers)

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert refusal(other)["code"] == "CONFLICT"
    assert stored(environment) == ["a"]


def test_an_idempotency_key_is_the_same_with_a_slash_at_the_end(api, environment):
    client = api("analytics")
    headers = {"Idempotency-Key": "k-1"}

    first = client.post(f"{BASE}/events", {"name": "a"}, headers=headers)
    again = client.post(f"{BASE}/events/", {"name": "a"}, headers=headers)

    assert again.content == first.content
    assert stored(environment) == ["a"]


def test_a_beacon_may_send_json_as_plain_text_and_a_form_may_not(api, environment):
    client = api("analytics")

    beacon = client.post(f"{BASE}/events", {"name": "a"}, content_type="text/plain;charset=UTF-8")
    form = client.post(
        f"{BASE}/events", body=b"name=a", content_type="application/x-www-form-urlencoded"
    )

    assert beacon.status_code == 201
    assert refusal(form)["code"] == "UNSUPPORTED_MEDIA_TYPE"


def test_gzip_is_read_and_a_bomb_is_refused(api, environment):
    client = api("analytics")
    headers = {"Content-Encoding": "gzip"}

    small = client.post(
        f"{BASE}/events", body=gzip.compress(json.dumps({"name": "a"}).encode()), headers=headers
    )
    bomb = client.post(f"{BASE}/events", body=gzip.compress(b" " * 50_000_000), headers=headers)
    broken = client.post(f"{BASE}/events", body=b"\x1f\x8b broken", headers=headers)

    assert small.status_code == 201
    assert refusal(bomb)["code"] == "PAYLOAD_TOO_LARGE"
    assert refusal(broken)["code"] == "BAD_REQUEST"
    assert stored(environment) == ["a"]


def test_a_slash_at_the_end_makes_no_difference(api, environment):
    assert api("analytics").post(f"{BASE}/events/", {"name": "a"}).status_code == 201
