from __future__ import annotations

import asyncio

import pytest
from django.test import override_settings

from analytics import live
from pulse.doors.threads import in_thread
from pulse.keys import services as keys
from pulse.keys.models import ApiKey
from tests.analytics.support import BASE, refusal, stored
from tests.support.api import _scope

pytestmark = pytest.mark.django_db(transaction=True)

LOOPBACK = override_settings(PULSE_EMBEDDED=True, PULSE_ON_LOOPBACK=True)


@pytest.fixture
def nobody(api, environment):
    return api("analytics", token="")


def test_without_a_key_one_writes_and_reads_on_ones_own_machine(nobody, environment):
    with LOOPBACK:
        posted = nobody.post(f"{BASE}/events", {"name": "a"})
        listed = nobody.get(f"{BASE}/events", headers={"Host": "localhost:3000"})

    assert (posted.status_code, listed.status_code) == (201, 200)
    assert stored(environment) == ["a"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Authorization": "Bearer nonsense"},
        {"X-API-Key": "nonsense"},
        {"Authorization": "Basic bm9ib2R5"},
        {"Authorization": ""},
        {"X-API-Key": ""},
    ],
)
def test_without_a_key_whoever_may_be_a_stranger_is_refused(nobody, environment, headers):
    with LOOPBACK:
        posted = nobody.post(f"{BASE}/events", {"name": "a"}, headers=headers)
        listed = nobody.get(f"{BASE}/events", headers=headers)

    assert refusal(posted)["code"] == refusal(listed)["code"] == "UNAUTHORIZED"
    assert stored(environment) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"PULSE_EMBEDDED": False, "PULSE_ON_LOOPBACK": True},
        {"PULSE_EMBEDDED": True, "PULSE_ON_LOOPBACK": False},
    ],
)
def test_no_other_way_of_running_is_open(nobody, settings):
    with override_settings(**settings):
        assert refusal(nobody.post(f"{BASE}/events", {"name": "a"}))["status"] == 401
        assert refusal(nobody.get(f"{BASE}/reports/top-events"))["status"] == 401


def test_a_write_key_only_writes_and_a_query_key_only_reads(api, environment):
    writer = api("analytics", prefix="pa_write_", scopes=["ingest"])
    reader = api("analytics", prefix="pa_query_", scopes=["query"])

    assert writer.post(f"{BASE}/events", {"name": "a"}).status_code == 201
    assert refusal(writer.get(f"{BASE}/events"))["code"] == "FORBIDDEN"
    assert refusal(reader.post(f"{BASE}/events", {"name": "b"}))["code"] == "FORBIDDEN"
    assert reader.get(f"{BASE}/events").status_code == 200
    assert stored(environment) == ["a"]


def test_the_key_may_come_in_its_own_header(api, key, environment):
    token = key("analytics")
    client = api("analytics", token="")

    assert client.get(f"{BASE}/events", headers={"X-API-Key": token}).status_code == 200


def test_a_key_bound_to_origins_works_from_those_only(api, environment):
    client = api("analytics", scopes=["ingest"], origins=["https://shop.example"])

    good = client.post(f"{BASE}/events", {"name": "a"}, headers={"Origin": "https://shop.example"})
    bad = client.post(f"{BASE}/events", {"name": "b"}, headers={"Origin": "https://evil.example"})

    assert good.status_code == 201
    assert good["Access-Control-Allow-Origin"] == "*"
    assert "Idempotent-Replayed" in good["Access-Control-Expose-Headers"]
    assert refusal(bad)["code"] == "FORBIDDEN"
    assert client.post(f"{BASE}/events", {"name": "server"}).status_code == 201
    assert stored(environment) == ["a", "server"]

    reader = api("analytics", scopes=["query"], origins=["https://shop.example"])
    read = [
        reader.get(f"{BASE}/events", headers=headers).status_code
        for headers in ({"Origin": "https://shop.example"}, {"Origin": "https://evil.example"}, {})
    ]
    assert read == [200, 403, 200]


def test_unknown_paths_and_methods_are_refused_in_the_envelope(api):
    client = api("analytics")

    assert refusal(client.get(f"{BASE}/nothing"))["code"] == "NOT_FOUND"
    assert refusal(client.delete(f"{BASE}/events"))["code"] == "METHOD_NOT_ALLOWED"
    assert refusal(client.get(f"{BASE}/events/batch"))["status"] in (404, 405)


def test_a_stream_ends_when_its_key_is_revoked(key, monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    token = key("analytics")
    heard: list[bytes] = []
    from pulse.asgi import application  # builds the doors

    async def receive():
        await asyncio.sleep(60)

    async def send(message):
        heard.append(message.get("body", b""))
        if b"event: snapshot" in heard[-1]:
            await in_thread(lambda: keys.revoke_key(ApiKey.unscoped.get()))

    listening = application(
        _scope("GET", f"{BASE}/live", {"Authorization": f"Bearer {token}"}), receive, send
    )
    asyncio.run(asyncio.wait_for(listening, 20))

    assert sum(b"event: snapshot" in one for one in heard) == 1
    assert heard[-1] == b""
