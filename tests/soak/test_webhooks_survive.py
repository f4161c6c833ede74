"""Experiments T6, T7 and T8: killed workers, a broker that goes away, a database that goes away."""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.soak import tracing
from tests.soak.load import Hiring, call, failed_outside
from tests.support import live, servers
from tests.support.receiver import Receiver

pytestmark = pytest.mark.soak

LONG = bool(os.environ.get("PULSE_TEST_SOAK"))
PER_SECOND = 60 if LONG else 15
AWAY_SECONDS = 10.0 if LONG else 3.0
KILLS = 20 if LONG else 2
IN_FLIGHT = 48  # sends that one killed process may repeat: the pump's bound on outstanding leases
RECOVERY_SECONDS = 5.0
SETTLED_SECONDS = 120.0
AT_SCALE = bool(os.environ.get("PULSE_DATABASE_URL"))


@contextlib.contextmanager
def deployment(**options: Any) -> Iterator[live.LiveServer]:
    with live.running(PULSE_HR_RATE_LIMIT="0", PULSE_DEMO="0", **options) as server:
        yield server


def subscribe(server: live.LiveServer, receiver: Receiver) -> None:
    body = {"url": receiver.url, "events": ["employee.created"]}
    call("POST", f"{server.base_url}/v1/webhook-endpoints", server.keys["PULSE_HR_KEY"], body)


def delivered(receiver: Receiver) -> Counter[str]:
    return Counter(one.json()["data"]["id"] for one in list(receiver.requests))


def await_all(receiver: Receiver, accepted: list[str]) -> Counter[str]:
    """How often each employee was announced, once every accepted one has been."""
    deadline = time.monotonic() + SETTLED_SECONDS
    while time.monotonic() < deadline:
        counts = delivered(receiver)
        if set(accepted) <= set(counts):
            return counts
        time.sleep(0.2)
    lost = set(accepted) - set(delivered(receiver))
    raise AssertionError(f"{len(lost)} of {len(accepted)} accepted employees were never announced")


def dead_letters(server: live.LiveServer) -> list[Any]:
    url = f"{server.base_url}/v1/webhook-deliveries?status=failed"
    return call("GET", url, server.keys["PULSE_HR_KEY"])["data"]


def check_stored(server: live.LiveServer, accepted: list[str]) -> None:
    for employee_id in accepted:
        call("GET", f"{server.base_url}/v1/employees/{employee_id}", server.keys["PULSE_HR_KEY"])


def test_no_announcement_is_lost_when_the_process_that_sends_is_killed(receiver):
    sender = "worker" if AT_SCALE else "web"
    chance = random.Random(7)
    with deployment() as server:
        subscribe(server, receiver)
        windows = []
        with Hiring(server.base_url, server.keys["PULSE_HR_KEY"], PER_SECOND) as load:
            for _ in range(KILLS):
                time.sleep(chance.uniform(1.0, 2.5))
                killed = time.monotonic()
                server.kill(sender)
                server.start(sender)
                server.ready()
                windows.append((killed - 0.5, time.monotonic() + 1.0))
        counts = await_all(receiver, load.accepted)

        assert len(load.accepted) > PER_SECOND
        assert sum(counts.values()) - len(counts) <= KILLS * IN_FLIGHT
        assert dead_letters(server) == []
        assert failed_outside(load.failures, [] if AT_SCALE else windows) == []
        check_stored(server, load.accepted)


@pytest.mark.at_scale
def test_no_announcement_is_lost_and_no_request_fails_while_the_broker_is_away(receiver):
    with servers.killable_redis() as redis, deployment(redis_url=redis.url) as server:
        subscribe(server, receiver)
        with Hiring(server.base_url, server.keys["PULSE_HR_KEY"], PER_SECOND) as load:
            for _ in range(3 if LONG else 1):
                time.sleep(1.5)
                redis.kill()
                time.sleep(AWAY_SECONDS)
                redis.start()
                time.sleep(1.5)
        counts = await_all(receiver, load.accepted)

        assert len(load.accepted) > PER_SECOND
        assert load.failures == []
        assert sum(counts.values()) == len(counts)
        assert dead_letters(server) == []


@pytest.mark.at_scale
def test_nothing_accepted_is_lost_and_nothing_dies_while_the_database_is_away(receiver):
    with (
        servers.killable_postgres(durable=True) as postgres,
        deployment(database=postgres.url) as server,
    ):
        subscribe(server, receiver)
        windows = []
        with (
            Hiring(server.base_url, server.keys["PULSE_HR_KEY"], PER_SECOND) as load,
            tracing.Load(server) as traces,
        ):
            for _ in range(2 if LONG else 1):
                time.sleep(2.0)
                stopped = time.monotonic()
                postgres.kill()
                time.sleep(AWAY_SECONDS)
                postgres.start()
                windows.append((stopped - 0.5, time.monotonic() + RECOVERY_SECONDS))
                time.sleep(RECOVERY_SECONDS + 1.5)
        await_all(receiver, load.accepted)

        assert failed_outside(load.failures, windows) == []
        assert {one.what for one in load.failures} <= {"503"}
        assert dead_letters(server) == []
        check_stored(server, load.accepted)
        assert len(traces.accepted) > 50
        tracing.check(server, traces.accepted)
