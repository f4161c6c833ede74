from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from django.db import transaction
from standardwebhooks import Webhook

from pulse.webhooks import services
from pulse.webhooks.models import Attempt, Delivery, Event
from tests.support.webhooks import (
    SampleHappened,
    make_endpoint,
    publish_sample,
    pump_until_idle,
)


def test_a_published_event_arrives_signed_with_the_stored_bytes(environment, receiver):
    _, secret = make_endpoint(environment, receiver.url)

    event = publish_sample(environment)
    pump_until_idle()

    (request,) = receiver.wait(1)
    assert request.body == event.body.encode()
    body = request.json()
    assert list(body) == ["id", "type", "created_at", "data", "livemode"]
    assert body["id"] == event.public_id
    assert body["data"] == {"id": "smp_1", "note": "café"}
    assert body["livemode"] is False
    stamp, value = (part.split("=")[1] for part in request.headers["x-pulse-signature"].split(","))
    signed = hmac.new(secret.encode(), f"{stamp}.".encode() + request.body, hashlib.sha256)
    assert value == signed.hexdigest()
    assert request.headers["x-pulse-event"] == "sample.happened"
    assert request.headers["x-pulse-attempt"] == "1"
    delivery = Delivery.unscoped.get()
    assert request.headers["x-pulse-delivery"] == delivery.public_id
    assert delivery.state == Delivery.State.DELIVERED
    attempt = Attempt.unscoped.get()
    assert (attempt.number, attempt.outcome, attempt.status_code) == (1, "delivered", 200)
    assert attempt.peer_ip == "127.0.0.1"


def test_the_standard_webhooks_library_verifies_both_forms(environment, receiver):
    for product in ("hr", "screening"):
        _, secret = make_endpoint(environment, receiver.url, product=product)
        publish_sample(environment, product=product)
        pump_until_idle()
        request = receiver.wait(1)[-1]

        verified = Webhook(secret).verify(request.body, request.headers)

        assert verified == json.loads(request.body)


def test_screening_signs_the_body_alone_in_bare_hex(environment, receiver):
    _, secret = make_endpoint(environment, receiver.url, product="screening")

    event = publish_sample(environment, product="screening")
    pump_until_idle()

    (request,) = receiver.wait(1)
    expected = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-pihupulse-signature"] == expected
    assert list(request.json()) == ["event", "created_at", "data"]
    assert request.headers["x-pihupulse-event"] == "sample.screened"
    assert request.headers["webhook-id"] == event.public_id
    assert len(request.headers["x-pihupulse-delivery"]) == 36


def test_a_rolled_back_change_emits_nothing(environment, receiver):
    make_endpoint(environment, receiver.url)

    def change_that_fails() -> None:
        services.publish(environment, SampleHappened(data={"id": "smp_1"}))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        transaction.atomic(change_that_fails)()

    pump_until_idle()
    assert Event.unscoped.count() == 0
    assert receiver.requests == []


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused(environment):
    with pytest.raises(services.OutsideTransaction):
        services.publish(environment, SampleHappened(data={"id": "smp_1"}))

    assert Event.unscoped.count() == 0


def test_an_event_reaches_only_subscribers_of_its_environment_and_product(
    environment, other_environment, receiver
):
    make_endpoint(environment, receiver.url + "/mine")
    make_endpoint(environment, receiver.url + "/screening", product="screening")
    make_endpoint(other_environment, receiver.url + "/stranger")

    publish_sample(environment)
    pump_until_idle()

    assert [request.path for request in receiver.requests] == ["/hook/mine"]


def test_a_failed_delivery_is_tried_again_with_the_same_bytes_and_ids(environment, receiver):
    make_endpoint(environment, receiver.url)
    receiver.answer(500, b"not now")

    publish_sample(environment)
    pump_until_idle()
    Delivery.unscoped.update(next_attempt_at=Delivery.unscoped.get().created_at)
    pump_until_idle()

    first, second = receiver.wait(2)
    assert first.body == second.body
    assert first.headers["x-pulse-delivery"] == second.headers["x-pulse-delivery"]
    assert second.headers["x-pulse-attempt"] == "2"
    outcomes = Attempt.unscoped.order_by("number").values_list(
        "outcome", "status_code", "response_excerpt"
    )
    assert list(outcomes) == [("http_error", 500, "not now"), ("delivered", 200, "")]


def test_a_redirect_is_a_failure_and_is_not_followed(environment, receiver):
    make_endpoint(environment, receiver.url)
    receiver.answer(302, headers={"Location": f"{receiver.url}/elsewhere"})

    publish_sample(environment)
    pump_until_idle()

    assert [request.path for request in receiver.requests] == ["/hook"]
    assert Delivery.unscoped.get().state == Delivery.State.DUE


def test_a_body_above_the_limit_shrinks_to_ids(environment, receiver):
    make_endpoint(environment, receiver.url)

    publish_sample(
        environment,
        data={"id": "smp_1", "owner_id": "emp_9", "text": "x" * 300_000},
        resource_path="/v1/samples/smp_1",
    )
    pump_until_idle()

    (request,) = receiver.wait(1)
    assert request.json()["data"] == {
        "id": "smp_1",
        "owner_id": "emp_9",
        "truncated": True,
        "resource_url": "/v1/samples/smp_1",
    }
