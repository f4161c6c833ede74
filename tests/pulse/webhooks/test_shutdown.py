from __future__ import annotations

import threading

from pulse.webhooks import delivery
from pulse.webhooks.delivery import SLOTS
from pulse.webhooks.models import Delivery
from tests.support.receiver import Reply
from tests.support.webhooks import make_endpoint, publish_sample


def test_a_stopping_process_ends_what_it_sent_and_hands_back_the_rest(environment, receiver):
    released, waiting = threading.Event(), threading.Semaphore(0)

    def answer(_):
        waiting.release()
        released.wait(10)
        return Reply(200)

    receiver.default = answer
    for number in range(12):
        make_endpoint(environment, f"{receiver.url}/{number}")
    for _ in range(4):
        publish_sample(environment)
    delivery.pump()
    delivery.pump()  # finds that the receiver is slow, and that more threads are wanted
    for _ in range(SLOTS):
        assert waiting.acquire(timeout=10)

    threading.Timer(0.2, released.set).start()
    delivery.stop(10)

    states = list(Delivery.unscoped.values_list("state", flat=True))
    assert states.count(Delivery.State.DELIVERED) == SLOTS
    assert states.count(Delivery.State.DUE) == 48 - SLOTS
    assert len(receiver.requests) == SLOTS


def test_what_still_hangs_is_left_to_its_lease(environment, receiver):
    released = threading.Event()
    receiver.default = lambda _: Reply(200 if released.wait(10) else 500)
    make_endpoint(environment, receiver.url)
    publish_sample(environment)
    delivery.pump()
    receiver.wait(1)

    delivery.stop(0.1)

    assert Delivery.unscoped.get().state == Delivery.State.LEASED
    released.set()


def test_what_comes_in_as_the_last_thread_leaves_is_sent(environment, receiver, monkeypatch):
    monkeypatch.setattr(delivery, "REST_SECONDS", 0.0)
    make_endpoint(environment, receiver.url)

    for number in range(1, 31):
        publish_sample(environment)
        delivery.pump()
        receiver.wait(number)
        delivery.drain(5)
