from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from pulse.audit.models import Entry
from pulse.mail.models import OutgoingMail
from pulse.webhooks import claims, courier, delivery, health, replays, services
from pulse.webhooks.errors import EndpointNotActive
from pulse.webhooks.models import Delivery, Endpoint
from tests.support.receiver import Reply
from tests.support.tenancy import make_user
from tests.support.webhooks import make_endpoint, publish_sample, pump_until_idle

START = datetime(2026, 4, 20, 10, 0, tzinfo=UTC)


def claim(now, capacity=32, retry_capacity=16):
    return claims.claim(now, capacity=capacity, retry_capacity=retry_capacity)


def publish_many(environment, count):
    return [publish_sample(environment) for _ in range(count)]


def test_a_dead_endpoint_gets_one_probe_at_a_time_and_no_more_attempts(environment, receiver):
    receiver.default = Reply(500)
    with time_machine.travel(START, tick=False) as traveller:
        make_endpoint(environment, receiver.url)
        publish_many(environment, 30)

        pump_until_idle()
        opened = len(receiver.requests)
        traveller.shift(29)
        pump_until_idle()
        before_the_probe = len(receiver.requests)
        traveller.shift(2)
        pump_until_idle()
        after_the_probe = len(receiver.requests)

    assert opened == before_the_probe == 8  # two rounds of four: the fifth failure opened it
    assert after_the_probe == 9
    assert Delivery.unscoped.filter(attempts=0).count() == 21


def test_probes_come_after_30_seconds_doubling_to_15_minutes():
    endpoint = Endpoint(failing_since=None)
    pauses = []
    for _ in range(12):
        health.note_failure(endpoint, START, probe=True)
        pauses.append(endpoint.breaker_until and (endpoint.breaker_until - START).total_seconds())

    assert pauses == [None, None, None, None, 30, 60, 120, 240, 480, 900, 900, 900]


def test_a_good_probe_closes_the_breaker_and_ramps_up(environment, receiver):
    receiver.default = Reply(500)
    with time_machine.travel(START, tick=False) as traveller:
        endpoint, _ = make_endpoint(environment, receiver.url)
        publish_many(environment, 20)
        pump_until_idle()
        receiver.default = Reply(200)
        traveller.shift(31)

        delivery.pump()
        delivery.drain()
        endpoint.refresh_from_db()
        assert (endpoint.breaker_step, endpoint.ramp, endpoint.consecutive_failures) == (0, 1, 0)
        claimed = []
        for _ in range(4):
            jobs = claim(datetime.now(UTC))
            claimed.append(len(jobs))
            Delivery.unscoped.filter(pk__in=[job.delivery_pk for job in jobs]).update(
                state=Delivery.State.DELIVERED
            )
            endpoint.refresh_from_db()
            health.note_success(endpoint, datetime.now(UTC))
            endpoint.save()

    assert claimed == [1, 2, 4, 4]


def test_an_endpoint_that_hangs_does_not_hold_up_the_others(environment, receiver):
    released = threading.Event()

    def answer(request):
        if request.path.endswith("/slow"):
            released.wait(10)
        return Reply(200)

    receiver.default = answer
    make_endpoint(environment, receiver.url + "/slow")
    make_endpoint(environment, receiver.url + "/quick")
    publish_many(environment, 20)
    started = time.monotonic()
    try:
        while sum(request.path.endswith("/quick") for request in receiver.requests) < 20:
            delivery.pump()
            assert time.monotonic() - started < 8
        slow = sum(request.path.endswith("/slow") for request in receiver.requests)
    finally:
        released.set()
        delivery.drain()

    assert slow == 4


def test_retries_take_at_most_half_of_the_slots(environment):
    for number in range(10):
        make_endpoint(environment, f"https://example.com/{number}")
    publish_many(environment, 4)
    Delivery.unscoped.filter(
        endpoint__url__in=[f"https://example.com/{n}" for n in range(6)]
    ).update(attempts=1)

    jobs = claim(datetime.now(UTC), capacity=32, retry_capacity=6)

    assert sum(not job.first_lane for job in jobs) == 6
    assert sum(job.first_lane for job in jobs) == 16


def test_a_leased_delivery_is_nobody_elses_until_the_lease_ends(environment):
    make_endpoint(environment, "https://example.com/")
    publish_sample(environment)
    now = datetime.now(UTC)

    (job,) = claim(now)

    assert claim(now + timedelta(seconds=59)) == []
    (again,) = claim(now + timedelta(seconds=61))
    assert again.delivery_id == job.delivery_id
    assert again.lease_token != job.lease_token
    assert again.number == 1


def test_a_result_with_a_stale_lease_does_not_move_the_delivery(environment, receiver):
    make_endpoint(environment, receiver.url)
    publish_sample(environment)
    now = datetime.now(UTC)
    (stale,) = claim(now)
    (current,) = claim(now + timedelta(seconds=61))

    claims.settle([courier.carry(stale)])
    assert Delivery.unscoped.get().state == Delivery.State.LEASED
    claims.settle([courier.carry(current)])

    row = Delivery.unscoped.get()
    assert (row.state, row.attempts, row.tries.count()) == (Delivery.State.DELIVERED, 1, 2)


def test_what_was_cancelled_while_in_flight_stays_cancelled(environment, receiver):
    endpoint, _ = make_endpoint(environment, receiver.url)
    publish_sample(environment)
    receiver.answer(500)
    (job,) = claim(datetime.now(UTC))

    services.delete_endpoint(
        environment, product="hr", public_id=endpoint.public_id, now=datetime.now(UTC)
    )
    claims.settle([courier.carry(job)])

    assert Delivery.unscoped.get().state == Delivery.State.CANCELLED


@pytest.fixture
def hopeless(environment, receiver):
    """An endpoint that has failed for 72 hours, with ten events owed."""
    make_user(environment.organization, email="admin@example.com")
    receiver.default = Reply(500)
    endpoint, _ = make_endpoint(environment, receiver.url)
    publish_many(environment, 10)
    now = datetime.now(UTC)
    Endpoint.unscoped.update(
        consecutive_failures=19,
        failing_since=now - timedelta(hours=72),
        breaker_step=9,
        breaker_until=now,
    )
    pump_until_idle()
    endpoint.refresh_from_db()
    return endpoint


def test_72_hours_and_20_failures_disable_an_endpoint_and_hold_what_it_is_owed(
    environment, hopeless
):
    assert hopeless.status == Endpoint.Status.DISABLED
    assert hopeless.disabled_reason == "No delivery succeeded for 72 hours."
    assert Delivery.unscoped.filter(state=Delivery.State.HELD).count() == 10
    assert Entry.unscoped.get().action == "webhook_endpoint.disabled"
    mail = OutgoingMail.objects.get()
    assert mail.to == "admin@example.com"
    assert hopeless.public_id in mail.text

    publish_sample(environment)

    assert Delivery.unscoped.filter(state=Delivery.State.HELD).count() == 11


def test_what_was_held_can_be_recovered_once_the_endpoint_is_active(
    environment, hopeless, receiver
):
    receiver.default = Reply(200)
    receiver.requests.clear()
    named = {"product": "hr", "public_id": hopeless.public_id}
    since = datetime.now(UTC) - timedelta(days=1)

    with pytest.raises(EndpointNotActive):
        replays.recover_endpoint(environment, since=since, now=datetime.now(UTC), **named)
    services.update_endpoint(environment, status="active", now=datetime.now(UTC), **named)
    recovered = replays.recover_endpoint(environment, since=since, now=datetime.now(UTC), **named)
    pump_until_idle()
    again = replays.recover_endpoint(environment, since=since, now=datetime.now(UTC), **named)

    assert (recovered, again) == (10, 0)
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 10
    assert len(receiver.requests) == 10


def test_failed_deliveries_are_replayed_by_filter(environment, receiver):
    endpoint, _ = make_endpoint(environment, receiver.url)
    publish_many(environment, 3)
    Delivery.unscoped.filter(pk__gt=Delivery.unscoped.order_by("pk")[0].pk).update(
        state=Delivery.State.EXHAUSTED
    )

    count = replays.replay_matching(
        environment,
        product="hr",
        endpoint_id=endpoint.public_id,
        status="failed",
        now=datetime.now(UTC),
    )
    pump_until_idle()

    assert count == 2
    assert len(receiver.requests) == 3


def test_a_rotation_ends_after_24_hours(environment, receiver):
    endpoint, old = make_endpoint(environment, receiver.url)
    start = datetime.now(UTC)
    row, new = services.rotate_secret(
        environment, product="hr", public_id=endpoint.public_id, now=start
    )

    during = services.secrets_of(row, start + timedelta(hours=23))
    after = services.secrets_of(row, start + timedelta(hours=24))

    assert during.newest_first == [new, old]
    assert after.newest_first == [new]


def test_where_one_signature_fits_the_old_secret_signs_until_the_switch(environment, receiver):
    endpoint, old = make_endpoint(environment, receiver.url, product="screening")
    start = datetime.now(UTC)
    named = {"product": "screening", "public_id": endpoint.public_id}
    row, new = services.rotate_secret(environment, now=start, **named)

    assert services.secrets_of(row, start).current == old
    assert services.secrets_of(row, start).upcoming == new
    assert services.secrets_of(row, start + timedelta(hours=24)).newest_first == [new]
    publish_sample(environment, product="screening")
    pump_until_idle()
    (request,) = receiver.wait(1)
    assert len(request.headers["x-pihupulse-signature"]) == 64
    assert len(request.headers["x-pihupulse-signature-next"]) == 64

    promoted = services.promote_secret(environment, now=start, **named)

    assert services.secrets_of(promoted, start).newest_first == [new]
