"""What a receiver of HR's webhooks sees, from the call that changes something to the bytes that come."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from hr.models import Employee
from pulse.outbound import connections, targets
from pulse.webhooks import claims, courier
from pulse.webhooks.models import Attempt, Delivery, Event
from tests.hr.people import NOW, make_employee, refusal, types
from tests.support.api import Api
from tests.support.receiver import Received, Receiver, Reply
from tests.support.webhooks import pump_until_idle

PERSON = {"email": "ada@x.test", "full_name": "Ada"}


@pytest.fixture
def clock() -> Any:
    """``clock.move_to(moment)``"""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def subscribe(hr: Api, url: str, *events: str) -> dict[str, Any]:
    body = {"url": url, "events": list(events) or ["*"]}
    response = hr.post("/v1/webhook-endpoints", body)
    assert response.status_code == 201, response.content
    return response.json()


def signed(request: Received, secret: str) -> list[str]:
    """The signatures of a delivery that an independent HMAC of this secret agrees with."""
    stamp, *values = request.headers["x-pulse-signature"].split(",")
    message = stamp.removeprefix("t=").encode() + b"." + request.body
    expected = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return [one for one in values if hmac.compare_digest(one, f"v1={expected}")]


def deliveries(hr: Api) -> list[dict[str, Any]]:
    return hr.get("/v1/webhook-deliveries").json()["data"]


def try_until_settled(clock: Any) -> Delivery:
    """Jump from one due time to the next until the only delivery is."""
    while True:
        pump_until_idle()
        row = Delivery.unscoped.get()
        if row.state != Delivery.State.DUE:
            return row
        clock.move_to(row.next_attempt_at)


def test_a_change_arrives_as_documented_under_an_independent_signature(hr, environment, receiver):
    employee = make_employee(environment)
    endpoint = subscribe(hr, receiver.url, "leave.approved")

    leave = hr.post(
        "/v1/leave",
        {"employee_id": employee.public_id, "kind": "vacation", "start_date": "2026-05-04"},
    ).json()
    pump_until_idle()

    (request,) = receiver.wait(1)
    (event,) = hr.get("/v1/events?type=leave.approved").json()["data"]
    assert len(signed(request, endpoint["secret"])) == 1
    assert signed(request, endpoint["secret"] + "x") == []
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-pulse-event"] == "leave.approved"
    assert request.headers["x-pulse-delivery"] == deliveries(hr)[0]["id"]
    assert request.json() == {
        "id": event["id"],
        "type": "leave.approved",
        "created_at": "2026-04-20T12:00:00Z",
        "data": leave,
        "livemode": False,
    }


def test_a_receiver_that_fails_once_gets_the_same_bytes_again(hr, receiver, clock):
    endpoint = subscribe(hr, receiver.url, "employee.created")
    receiver.answer(500)

    hr.post("/v1/employees", PERSON)
    done = try_until_settled(clock)

    first, second = receiver.wait(2)
    assert first.body == second.body
    assert [one.headers["x-pulse-attempt"] for one in (first, second)] == ["1", "2"]
    assert [one.headers["x-pulse-delivery"] for one in (first, second)] == [done.public_id] * 2
    assert all(len(signed(one, endpoint["secret"])) == 1 for one in (first, second))
    assert first.headers["x-pulse-signature"] != second.headers["x-pulse-signature"]
    assert done.state == Delivery.State.DELIVERED


def slow(receiver: Receiver) -> str:
    receiver.default = Reply(200, delay_seconds=0.6)
    return receiver.url


def redirecting(receiver: Receiver) -> str:
    receiver.default = Reply(302, headers={"Location": f"{receiver.url}/elsewhere"})
    return receiver.url


def without_a_certificate(receiver: Receiver) -> str:
    return receiver.url.replace("http://", "https://")


@pytest.mark.parametrize(
    ("misbehave", "outcome"),
    [(slow, "timeout"), (redirecting, "http_error"), (without_a_certificate, "tls")],
)
def test_a_timeout_a_redirect_and_a_failing_handshake_are_failures(
    hr, receiver, monkeypatch, misbehave: Callable[[Receiver], str], outcome: str
):
    monkeypatch.setattr(connections, "READ_SECONDS", 0.2)
    subscribe(hr, misbehave(receiver), "employee.created")

    hr.post("/v1/employees", PERSON)
    pump_until_idle()

    assert Attempt.unscoped.get().outcome == outcome
    (listed,) = deliveries(hr)
    assert (listed["status"], listed["attempts"]) == ("pending", 1)
    assert "/hook/elsewhere" not in [one.path for one in receiver.requests]


def test_a_delivery_is_given_up_72_hours_after_its_first_attempt(hr, receiver, clock):
    subscribe(hr, receiver.url, "employee.created")
    receiver.default = Reply(500)

    hr.post("/v1/employees", PERSON)
    done = try_until_settled(clock)

    last = Attempt.unscoped.latest("number")
    assert last.started_at - done.first_attempt_at == timedelta(hours=72)
    assert 18 <= done.attempts <= 21
    assert len(receiver.requests) == done.attempts
    assert [one["status"] for one in deliveries(hr)] == ["failed"]


def test_a_replay_is_the_same_event_under_a_new_delivery_and_a_fresh_time(hr, receiver, clock):
    endpoint = subscribe(hr, receiver.url, "employee.created")
    hr.post("/v1/employees", PERSON)
    pump_until_idle()
    clock.move_to(NOW + timedelta(hours=5))

    replay = hr.post(f"/v1/webhook-deliveries/{deliveries(hr)[0]['id']}/replay").json()
    pump_until_idle()

    first, second = receiver.wait(2)
    assert first.body == second.body
    assert second.headers["x-pulse-delivery"] == replay["id"]
    assert first.headers["x-pulse-delivery"] != replay["id"]
    stamps = [
        int(one.headers["x-pulse-signature"].split(",")[0].removeprefix("t="))
        for one in (first, second)
    ]
    assert stamps[1] - stamps[0] == 5 * 3600
    assert len(signed(second, endpoint["secret"])) == 1


def test_during_a_rotation_both_secrets_verify_and_a_day_later_the_new_one_only(
    hr, receiver, clock
):
    endpoint = subscribe(hr, receiver.url, "employee.created")
    new = hr.post(f"/v1/webhook-endpoints/{endpoint['id']}/rotate-secret").json()["secret"]

    hr.post("/v1/employees", PERSON)
    pump_until_idle()
    clock.move_to(NOW + timedelta(hours=25))
    hr.post("/v1/employees", PERSON | {"email": "bob@x.test"})
    pump_until_idle()

    during, later = receiver.wait(2)
    assert [len(signed(during, one)) for one in (endpoint["secret"], new)] == [1, 1]
    assert [len(signed(later, one)) for one in (endpoint["secret"], new)] == [0, 1]


def test_a_private_address_is_refused_and_so_is_a_name_that_changes_to_one(
    hr, receiver, monkeypatch, settings
):
    settings.PULSE_WEBHOOK_ALLOW_CIDRS = []
    answers = {"moving.test": "93.184.216.34", "inside.test": "10.1.2.3"}

    def resolve(host: str, port: int) -> list[Any]:
        return [ipaddress.ip_address(answers[host])]

    monkeypatch.setattr(targets, "_addresses", resolve)
    body = {"url": "http://inside.test/hook", "events": ["*"]}

    refused = refusal(hr.post("/v1/webhook-endpoints", body))
    subscribe(hr, "http://moving.test/hook", "employee.created")
    answers["moving.test"] = "127.0.0.1"
    hr.post("/v1/employees", PERSON)
    pump_until_idle()

    assert refused == (422, "unprocessable_entity", ["url"])
    assert Attempt.unscoped.get().outcome == "forbidden_target"
    assert receiver.requests == []


@pytest.mark.django_db(transaction=True)
def test_a_call_that_crashes_midway_stores_and_announces_nothing_and_frees_its_key(
    hr, environment, receiver, monkeypatch
):
    subscribe(hr, receiver.url)
    headers = {"Idempotency-Key": "k-1"}

    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError("a bug of ours, with secret internals")

    with monkeypatch.context() as patched:  # the last step: the row and its event are written
        patched.setattr("pulse.audit.services.record", crash)
        response = hr.post("/v1/employees", PERSON, headers=headers)

    assert refusal(response) == (500, "internal_error", [])
    assert response.json()["error"]["request_id"] == response["X-Request-Id"]
    assert b"RuntimeError" not in response.content
    assert b"secret internals" not in response.content
    assert not Employee.objects.within(environment).exists()
    assert types(environment) == []
    pump_until_idle()
    assert receiver.requests == []

    again = hr.post("/v1/employees", PERSON, headers=headers)

    assert (again.status_code, "Idempotent-Replayed" in again) == (201, False)
    assert types(environment) == ["employee.created"]


def test_a_worker_that_dies_before_it_noted_the_answer_sends_the_same_event_again(
    hr, receiver, clock
):
    subscribe(hr, receiver.url, "employee.created")
    hr.post("/v1/employees", PERSON)
    (job,) = claims.claim(NOW, capacity=32, retry_capacity=16)
    courier.carry(job)  # sent; the worker dies here and never settles it

    clock.move_to(NOW + timedelta(seconds=61))  # its lease is over
    pump_until_idle()

    first, second = receiver.wait(2)
    assert first.body == second.body
    assert json.loads(first.body)["id"] == Event.unscoped.get().public_id
    assert first.headers["x-pulse-delivery"] == second.headers["x-pulse-delivery"]
    assert Delivery.unscoped.get().state == Delivery.State.DELIVERED
    assert datetime.now(UTC) == NOW + timedelta(seconds=61)
