from __future__ import annotations

import pytest

from pulse.audit.models import Entry
from pulse.webhooks.models import Delivery, Endpoint
from tests.support.webhooks import make_endpoint, publish_sample, pump_until_idle

URL = "https://example.com/hook"


@pytest.fixture
def client(api):
    return api("screening", scopes=["webhooks:manage"])


def create(client, **body):
    return client.post("/v1/webhooks", {"url": URL, "events": ["screening.completed"], **body})


def test_a_new_webhook_answers_with_its_secret_this_once(client):
    response = create(client, colour="ignored")

    data = response.json()["data"]
    assert response.status_code == 201
    assert list(data) == ["id", "url", "events", "secret"]
    assert data["secret"].startswith("whsec_")
    assert response["Location"] == f"/v1/webhooks/{data['id']}"
    shown = client.get(f"/v1/webhooks/{data['id']}").json()["data"]
    assert "secret" not in shown
    assert (shown["url"], shown["events"], shown["status"]) == (
        URL,
        ["screening.completed"],
        "active",
    )
    assert client.get("/v1/webhooks").json() == {
        "data": [shown],
        "meta": {"current_page": 1, "total_pages": 1, "total_count": 1, "per_page": 20},
    }


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"url": "ftp://example.com/"}, 400, "url"),
        ({"url": None}, 400, "url"),
        ({"events": []}, 400, "events"),
        ({"events": ["leave.logged"]}, 400, "events.0"),
        ({"url": "http://192.168.0.1/"}, 400, "url"),
    ],
)
def test_a_bad_webhook_is_refused_in_the_products_form(client, body, status, field):
    response = create(client, **body)

    error = response.json()["error"]
    assert (response.status_code, error["status"]) == (status, status)
    assert list(error["details"]) == [field]
    assert Endpoint.unscoped.count() == 0


def test_managing_needs_the_scope(api):
    assert create(api("screening", scopes=["candidates:read"])).status_code == 403
    assert create(api("hr")).status_code == 401


def test_hrs_endpoints_and_a_strangers_do_not_exist(client, environment, other_environment):
    hrs, _ = make_endpoint(environment, URL)
    strangers, _ = make_endpoint(other_environment, URL, product="screening")

    for row in (hrs, strangers):
        assert client.get(f"/v1/webhooks/{row.public_id}").status_code == 404
        assert client.delete(f"/v1/webhooks/{row.public_id}").status_code == 404
    assert client.get("/v1/webhooks").json()["data"] == []


def test_the_log_names_deliveries_as_receivers_see_them(client, environment, receiver):
    endpoint, _ = make_endpoint(environment, receiver.url, product="screening")
    publish_sample(environment, product="screening")
    pump_until_idle()
    (request,) = receiver.wait(1)
    path = f"/v1/webhooks/{endpoint.public_id}/deliveries"

    (listed,) = client.get(path).json()["data"]
    detail = client.get(f"{path}/{listed['id']}").json()["data"]
    again = client.post(f"{path}/{listed['id']}/replay").json()["data"]
    pump_until_idle()

    assert listed["id"] == request.headers["x-pihupulse-delivery"]
    assert (listed["event"], listed["status"], listed["attempts"]) == (
        "sample.screened",
        "delivered",
        1,
    )
    assert detail["request_body"].encode() == request.body
    assert detail["tries"][0]["response_status"] == 200
    assert again["id"] != listed["id"]
    assert receiver.wait(2)[1].headers["x-pihupulse-delivery"] == again["id"]
    assert client.get(f"{path}/{listed['id']}x").status_code == 404
    other, _ = make_endpoint(environment, receiver.url, product="screening")
    elsewhere = f"/v1/webhooks/{other.public_id}/deliveries/{listed['id']}"
    assert client.get(elsewhere).status_code == 404
    assert client.post(f"{elsewhere}/replay").status_code == 404


def test_a_rotation_waits_for_its_switch(client, environment, receiver):
    endpoint, old = make_endpoint(environment, receiver.url, product="screening")
    path = f"/v1/webhooks/{endpoint.public_id}"

    assert client.post(f"{path}/promote-secret").status_code == 409
    rotated = client.post(f"{path}/rotate-secret").json()["data"]
    waiting = client.get(path).json()["data"]["next_secret_from"]
    promoted = client.post(f"{path}/promote-secret").json()["data"]

    assert rotated["secret"] != old
    assert waiting is not None
    assert promoted["next_secret_from"] is None


def test_a_test_event_and_a_pause(client, environment, receiver):
    endpoint, _ = make_endpoint(environment, receiver.url, product="screening")
    path = f"/v1/webhooks/{endpoint.public_id}"

    sent = client.post(f"{path}/test")
    pump_until_idle()
    paused = client.patch(path, {"status": "paused"}).json()["data"]
    refused = client.post(f"{path}/test")

    assert sent.status_code == 202
    assert receiver.wait(1)[0].json()["event"] == "webhook.test"
    assert (paused["status"], refused.status_code) == ("paused", 409)
    assert Delivery.unscoped.count() == 1


def test_every_change_is_audited_with_the_key_and_without_values(client, environment):
    made = create(client).json()["data"]["id"]
    client.patch(f"/v1/webhooks/{made}", {"description": "For the team"})
    client.post(f"/v1/webhooks/{made}/rotate-secret")
    client.delete(f"/v1/webhooks/{made}")
    assert create(client, url="ftp://example.com/").status_code == 400

    rows = Entry.objects.within(environment).order_by("pk")
    assert [(row.action, row.object_ref, row.fields) for row in rows] == [
        ("webhook.create", made, ["events", "url"]),
        ("webhook.change", made, ["description"]),
        ("webhook.rotate_secret", made, []),
        ("webhook.delete", made, []),
    ]
    assert {row.actor.partition(":")[0] for row in rows} == {"key"}
