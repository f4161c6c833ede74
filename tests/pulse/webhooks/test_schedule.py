from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from pulse.webhooks import delivery, health, schedule
from pulse.webhooks.models import Attempt, Delivery
from tests.support.receiver import Reply
from tests.support.webhooks import make_endpoint, publish_sample

START = datetime(2026, 4, 20, 10, 0, tzinfo=UTC)


def after(attempts, **values):
    values = {
        "attempts": attempts,
        "first_attempt_at": START,
        "finished_at": START,
        "status": 500,
        **values,
    }
    return schedule.next_attempt_at(**values)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [
        (1, 5),
        (2, 30),
        (3, 120),
        (4, 300),
        (5, 900),
        (6, 1800),
        (7, 3600),
        (11, 21600),
        (12, 28800),
        (40, 28800),
    ],
)
def test_pauses_grow_and_vary_by_a_fifth(attempts, seconds):
    pauses = [(after(attempts) - START).total_seconds() for _ in range(200)]

    assert 0.8 * seconds <= min(pauses) < 0.9 * seconds
    assert 1.1 * seconds < max(pauses) <= 1.2 * seconds


@pytest.mark.parametrize(
    ("values", "least", "most"),
    [
        ({"status": None, "timed_out": True}, 60, 60),
        ({"status": 429}, 60, 60),
        ({"status": 502}, 60, 60),
        ({"status": 504}, 60, 60),
        ({"status": 503, "retry_after_seconds": 90}, 90, 90),
        ({"status": 429, "retry_after_seconds": 86_400}, 3600, 3600),
        ({"status": 503, "retry_after_seconds": 1}, 4, 6),
        ({"status": 500, "retry_after_seconds": 90}, 4, 6),
        ({"status": 410}, 4, 6),
    ],
)
def test_what_the_receiver_said_lengthens_the_pause(values, least, most):
    pause = (after(1, **values) - START).total_seconds()

    assert least <= pause <= most


def test_the_last_attempt_is_exactly_72_hours_after_the_first():
    last = after(15, finished_at=START + timedelta(hours=70))

    assert last == START + timedelta(hours=72)
    assert after(16, finished_at=last) is None


def test_no_attempt_opens_a_breaker_that_would_hold_up_the_last():
    ends = {after(15, finished_at=START + timedelta(hours=64)) for _ in range(2000)}

    late = {end for end in ends if end > START + timedelta(hours=71, minutes=45)}
    assert late == {START + timedelta(hours=72)}
    assert schedule.BEFORE_LAST >= health.LONGEST_PROBE


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Mon, 20 Apr 2026 10:01:00 GMT", 60),
        ("Mon, 20 Apr 2026 09:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("9" * 30, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header, seconds):
    assert schedule.retry_after_seconds(header, now=START) == seconds


def walk(traveller, hours: float) -> None:
    """Jump from one due time to the next until ``hours`` have passed."""
    end = START + timedelta(hours=hours)
    for _ in range(100):
        delivery.pump()
        assert delivery.drain()
        row = Delivery.unscoped.get()
        if row.state != Delivery.State.DUE or row.next_attempt_at > end:
            return
        traveller.move_to(row.next_attempt_at)
    raise AssertionError(f"still due at {row.next_attempt_at}, and nobody takes it")


def test_a_receiver_that_never_answers_well_is_tried_for_72_hours(environment, receiver):
    receiver.default = Reply(500)
    with time_machine.travel(START, tick=False) as traveller:
        make_endpoint(environment, receiver.url)
        publish_sample(environment)

        walk(traveller, hours=200)

        row = Delivery.unscoped.get()
        tries = list(Attempt.unscoped.order_by("number"))
    assert row.state == Delivery.State.EXHAUSTED
    assert 18 <= len(tries) <= 20
    assert [one.number for one in tries] == list(range(1, len(tries) + 1))
    assert tries[-1].started_at - tries[0].started_at == timedelta(hours=72)
    assert len({request.body for request in receiver.requests}) == 1


@pytest.mark.parametrize("hours", [0.01, 3, 30, 71])
def test_a_receiver_that_recovers_gets_it_at_the_next_attempt(environment, receiver, hours):
    receiver.default = Reply(500)
    with time_machine.travel(START, tick=False) as traveller:
        make_endpoint(environment, receiver.url)
        publish_sample(environment)
        walk(traveller, hours)
        failures = len(receiver.requests)

        receiver.default = Reply(204)
        walk(traveller, hours=200)

    assert Delivery.unscoped.get().state == Delivery.State.DELIVERED
    assert len(receiver.requests) == failures + 1
