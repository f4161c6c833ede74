from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pulse.audit.models import Entry
from pulse.webhooks.models import Delivery, Endpoint
from tests.support.webhooks import make_endpoint, publish_sample, pump_until_idle

URL = "https://example.com/hook"


def create(client, **body):
    return client.post("/v1/webhook-endpoints", {"url": URL, "events": ["*"], **body})


def test_a_new_endpoint_shows_its_secret_once(api):
    client = api("hr")

    response = create(client, description="Payroll")

    body = response.json()
    assert response.status_code == 201
    assert body["id"].startswith("whk_")
    assert body["status"] == "active"
    assert body["secret"].startswith("whsec_")
    shown = client.get(f"/v1/webhook-endpoints/{body['id']}").json()
    assert shown == {name: value for name, value in body.items() if name != "secret"}
    assert client.get("/v1/webhook-endpoints").json() == {
        "data": [shown],
        "next_cursor": None,
        "total_count": 1,
    }
    assert body["secret"] not in Endpoint.unscoped.get().secret


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "ftp://example.com/"}, "url"),
        ({"url": "https://user:pass@example.com/"}, "url"),
        ({"url": "https://example.com:25/"}, "url"),
        ({"url": "https://example.com/" + "a" * 2048}, "url"),
        ({"url": "https://exa mple.com/"}, "url"),
        ({"url": 7}, "url"),
        ({"events": []}, "events"),
        ({"events": ["no.such"]}, "events.0"),
        ({"events": ["*", 3]}, "events.1"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_malformed_endpoint_is_refused_and_nothing_is_stored(api, body, field):
    response = create(api("hr"), **body)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_request"
    assert response.json()["error"]["fields"] == [field]
    assert Endpoint.unscoped.count() == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "http://0.0.0.0:8080/",
    ],
)
def test_an_address_inside_is_unprocessable(api, url):
    response = create(api("hr"), url=url)

    assert response.status_code == 422
    assert response.json()["error"]["fields"] == ["url"]
    assert Endpoint.unscoped.count() == 0


def test_a_live_environment_takes_https_only(api, environment):
    environment.kind = "live"
    environment.save(update_fields=["kind"])

    response = create(api("hr", prefix="pk_live_"), url="http://example.com/hook")

    assert response.status_code == 400
    assert response.json()["error"]["fields"] == ["url"]


def test_the_twenty_first_endpoint_is_refused(api, environment):
    for _ in range(20):
        make_endpoint(environment, URL)

    response = create(api("hr"))

    assert response.status_code == 409
    assert Endpoint.unscoped.count() == 20


def test_a_strangers_endpoint_event_and_delivery_do_not_exist(api, other_environment, receiver):
    endpoint, _ = make_endpoint(other_environment, receiver.url)
    event = publish_sample(other_environment)
    delivery = Delivery.unscoped.get()
    client = api("hr")

    for path in (
        f"/v1/webhook-endpoints/{endpoint.public_id}",
        f"/v1/events/{event.public_id}",
        f"/v1/webhook-deliveries/{delivery.public_id}",
    ):
        assert client.get(path).status_code == 404
    assert client.post(f"/v1/webhook-deliveries/{delivery.public_id}/replay").status_code == 404
    assert client.get("/v1/events").json()["total_count"] == 0
    assert Delivery.unscoped.count() == 1


def test_managing_needs_the_scope(api):
    reader = api("hr", scopes=["read:*"])

    assert create(reader).status_code == 403
    assert reader.get("/v1/webhook-endpoints").status_code == 200
    assert api("hr", scopes=["write:leave"]).get("/v1/webhook-endpoints").status_code == 403


def test_screenings_endpoints_are_not_hrs(api, environment):
    endpoint, _ = make_endpoint(environment, URL, product="screening")
    client = api("hr")

    assert client.get("/v1/webhook-endpoints").json()["total_count"] == 0
    assert client.get(f"/v1/webhook-endpoints/{endpoint.public_id}").status_code == 404


def test_the_delivery_log_shows_what_was_sent_and_what_came_back(api, environment, receiver):
    endpoint, _ = make_endpoint(environment, receiver.url)
    receiver.answer(503, b"busy")
    event = publish_sample(environment)
    pump_until_idle()
    client = api("hr")

    (listed,) = client.get("/v1/webhook-deliveries", {"status": "pending"}).json()["data"]
    detail = client.get(f"/v1/webhook-deliveries/{listed['id']}").json()

    assert listed["event_id"] == event.public_id
    assert listed["endpoint_id"] == endpoint.public_id
    assert (listed["attempts"], listed["last_response_status"]) == (1, 503)
    assert listed["next_attempt_at"] is not None
    (attempt,) = detail["tries"]
    assert detail["request_body"] == event.body
    assert (attempt["response_status"], attempt["response_body"]) == (503, "busy")
    assert attempt["request_headers"]["X-Pulse-Delivery"] == listed["id"]
    assert client.get("/v1/webhook-deliveries", {"status": "delivered"}).json()["data"] == []


def test_a_replay_is_a_new_delivery_of_the_same_event(api, environment, receiver):
    make_endpoint(environment, receiver.url)
    event = publish_sample(environment)
    pump_until_idle()
    client = api("hr")
    first = Delivery.unscoped.get()

    response = client.post(f"/v1/webhook-deliveries/{first.public_id}/replay")
    pump_until_idle()

    made = response.json()
    assert response.status_code == 202
    assert made["id"] != first.public_id
    assert (made["event_id"], made["replay_of"]) == (event.public_id, first.public_id)
    one, two = receiver.wait(2)
    assert one.body == two.body
    assert one.headers["webhook-id"] == two.headers["webhook-id"] == event.public_id
    assert two.headers["x-pulse-delivery"] == made["id"]


def test_an_event_is_replayed_to_every_subscriber_or_to_one(api, environment, receiver):
    event = publish_sample(environment)
    here, _ = make_endpoint(environment, receiver.url)
    make_endpoint(environment, receiver.url + "/other")
    client = api("hr")

    everywhere = client.post(f"/v1/events/{event.public_id}/replay")
    one = client.post(f"/v1/events/{event.public_id}/replay", {"endpoint_id": here.public_id})

    assert [row["replay_of"] for row in everywhere.json()["data"]] == [None, None]
    assert [row["endpoint_id"] for row in one.json()["data"]] == [here.public_id]
    pump_until_idle()
    assert sorted(request.path for request in receiver.requests) == [
        "/hook",
        "/hook",
        "/hook/other",
    ]


def test_events_are_filtered_by_type_and_time(api, environment):
    old = publish_sample(environment)
    type(old).unscoped.update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    new = publish_sample(environment)
    client = api("hr")

    found = client.get("/v1/events", {"created_from": "2026-02-01T00:00:00Z"}).json()
    none = client.get("/v1/events", {"type": "leave.logged"}).json()

    assert [row["id"] for row in found["data"]] == [new.public_id]
    assert found["data"][0]["data"] == {"id": "smp_1", "note": "café"}
    assert none["total_count"] == 0


def test_a_test_event_reaches_an_endpoint_whatever_it_subscribes_to(api, environment, receiver):
    endpoint, _ = make_endpoint(environment, receiver.url)
    Endpoint.unscoped.update(events=["leave.logged"])

    response = api("hr").post(f"/v1/webhook-endpoints/{endpoint.public_id}/test")
    pump_until_idle()

    assert response.status_code == 202
    (request,) = receiver.wait(1)
    assert request.json()["type"] == "webhook.test"
    assert request.json()["data"]["endpoint_id"] == endpoint.public_id


def test_rotation_signs_with_both_secrets_and_says_until_when(api, environment, receiver):
    endpoint, old = make_endpoint(environment, receiver.url)
    client = api("hr")

    response = client.post(f"/v1/webhook-endpoints/{endpoint.public_id}/rotate-secret")
    publish_sample(environment)
    pump_until_idle()

    assert response.json()["secret"] != old
    assert response.json()["previous_secret_expires_at"] is not None
    (request,) = receiver.wait(1)
    assert request.headers["x-pulse-signature"].count("v1=") == 2
    assert len(request.headers["webhook-signature"].split(" ")) == 2


def test_pausing_holds_deliveries_and_activating_sends_them(api, environment, receiver):
    endpoint, _ = make_endpoint(environment, receiver.url)
    client = api("hr")
    path = f"/v1/webhook-endpoints/{endpoint.public_id}"

    paused = client.patch(path, {"status": "paused"})
    publish_sample(environment)
    pump_until_idle()
    held = client.get("/v1/webhook-deliveries", {"status": "held"}).json()["total_count"]
    client.patch(path, {"status": "active"})
    pump_until_idle()

    assert paused.json()["status"] == "paused"
    assert held == 1
    assert len(receiver.requests) == 1


def test_a_deleted_endpoint_is_gone_and_gets_nothing_more(api, environment, receiver):
    endpoint, _ = make_endpoint(environment, receiver.url)
    publish_sample(environment)
    client = api("hr")
    path = f"/v1/webhook-endpoints/{endpoint.public_id}"
    client.post(f"{path}/rotate-secret")

    assert client.delete(path).status_code == 204
    pump_until_idle()

    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404
    assert receiver.requests == []
    endpoint.refresh_from_db()
    assert (endpoint.secret, endpoint.previous_secret, endpoint.next_secret) == ("", "", "")


def test_the_same_idempotency_key_makes_one_endpoint(api):
    client = api("hr")
    headers = {"Idempotency-Key": "one"}
    body = {"url": URL, "events": ["*"]}

    first = client.post("/v1/webhook-endpoints", body, headers=headers)
    again = client.post("/v1/webhook-endpoints", body, headers=headers)

    assert again.json() == first.json()
    assert Endpoint.unscoped.count() == 1


def test_a_cursor_of_another_filter_is_refused(api, environment):
    for _ in range(3):
        make_endpoint(environment, URL)
        publish_sample(environment)
    client = api("hr")

    page = client.get("/v1/events", {"limit": 2}).json()
    rest = client.get("/v1/events", {"limit": 2, "cursor": page["next_cursor"]}).json()
    other = client.get("/v1/events", {"type": "a.b", "cursor": page["next_cursor"]})

    assert [len(page["data"]), len(rest["data"]), rest["next_cursor"]] == [2, 1, None]
    assert other.status_code == 400


def test_who_changed_an_endpoint_is_in_the_audit_log(api):
    client = api("hr")
    made = create(client).json()["id"]
    client.patch(f"/v1/webhook-endpoints/{made}", {"description": "Payroll"})
    client.post(f"/v1/webhook-endpoints/{made}/rotate-secret")
    client.delete(f"/v1/webhook-endpoints/{made}")

    rows = Entry.unscoped.filter(object_ref=made).order_by("pk").values_list("action", "fields")
    assert list(rows) == [
        ("webhook_endpoint.created", ["events", "url"]),
        ("webhook_endpoint.updated", ["description"]),
        ("webhook_endpoint.rotated", []),
        ("webhook_endpoint.deleted", []),
    ]


@pytest.mark.parametrize(
    ("name", "proper"),
    [
        ("kudos.sent", "kudos.awarded"),
        ("log_session.published", "status_log.posted"),
        ("leave.requested", "leave.logged"),
        ("employee.deleted", "employee.offboarded"),
        ("employee.creatd", "employee.created"),
    ],
)
def test_an_alias_or_a_slip_is_refused_with_the_right_name(api, name, proper):
    response = create(api("hr"), events=[name])

    assert response.status_code == 400
    assert proper in response.json()["error"]["message"]
    assert Endpoint.unscoped.count() == 0


@pytest.mark.parametrize("name", ["*", "leave.*", "leave.approved", "employee.created"])
def test_types_families_and_everything_may_be_subscribed_to(api, name):
    assert create(api("hr"), events=[name]).status_code == 201
