"""One thread does the work while it gets on; others step in when it does not."""

from __future__ import annotations

import threading
import time

import pytest

from pulse.doors import turns as turns_of
from pulse.doors.turns import STUCK_SECONDS, Turns

PATIENCE = 5


def test_quick_jobs_are_done_in_order_by_who_is_at_work(monkeypatch):
    monkeypatch.setattr(turns_of, "STUCK_SECONDS", 60)  # however busy this machine is
    turns, done = Turns(4, "quick"), []

    futures = [turns.submit(done.append, number) for number in range(200)]

    for future in futures:
        future.result(PATIENCE)
    assert done == list(range(200))


def test_a_stuck_job_does_not_hold_up_the_next_one():
    turns, gate = Turns(2, "stuck"), threading.Event()
    stuck = turns.submit(gate.wait, PATIENCE)

    assert turns.submit(threading.get_ident).result(PATIENCE)

    assert not stuck.done()
    gate.set()
    assert stuck.result(PATIENCE)


def test_who_waits_for_a_database_lets_the_next_one_begin_at_once(monkeypatch):
    monkeypatch.setattr(turns_of, "STUCK_SECONDS", 60)
    turns, gate = Turns(2, "away"), threading.Event()
    away = turns.submit(turns_of.while_away, gate.wait, PATIENCE)

    assert turns.submit(lambda: "next").result(PATIENCE) == "next"

    gate.set()
    assert away.result(PATIENCE)


def test_no_more_than_the_given_number_of_jobs_run_at_once():
    turns, gate, running = Turns(3, "most"), threading.Event(), []

    def hold(number: int) -> None:
        running.append(number)
        gate.wait(PATIENCE)

    futures = [turns.submit(hold, number) for number in range(8)]
    while len(running) < 3:
        time.sleep(STUCK_SECONDS)
    time.sleep(10 * STUCK_SECONDS)
    assert running == [0, 1, 2]

    gate.set()
    for future in futures:
        future.result(PATIENCE)
    assert sorted(running) == list(range(8))


def test_an_error_is_the_callers_and_the_thread_goes_on():
    turns = Turns(1, "error")

    with pytest.raises(ZeroDivisionError):
        turns.submit(lambda: 1 // 0).result(PATIENCE)

    assert turns.submit(lambda: "next").result(PATIENCE) == "next"


def test_a_job_that_was_cancelled_while_it_waited_is_not_done():
    turns, gate, done = Turns(1, "cancel"), threading.Event(), []
    first = turns.submit(gate.wait, PATIENCE)
    second = turns.submit(done.append, "second")

    assert second.cancel()

    gate.set()
    assert first.result(PATIENCE)
    assert turns.submit(lambda: "third").result(PATIENCE) == "third"
    assert done == []


def test_many_callers_at_once_lose_nothing():
    turns, results = Turns(4, "many"), []

    def call() -> None:
        for number in range(300):
            results.append(turns.submit(lambda n=number: n).result(PATIENCE))
            if number % 50 == 0:
                turns.submit(time.sleep, 2 * STUCK_SECONDS)

    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(30)

    assert sorted(results) == sorted(list(range(300)) * 8)
