"""Exactly the limit, whoever counts and however many ask at once."""

from __future__ import annotations

import math
import time

import pytest

from pulse.ratelimits import headers, stores
from pulse.ratelimits.gcra import Policy
from tests.support import servers
from tests.support.races import together

CLIENTS = 16
LIMIT = 100
EACH = 8 * LIMIT // CLIENTS
NOW = 1_776_686_400.0


def policy(bucket: str = "race", **values) -> Policy:
    return Policy(bucket, **{"per_minute": LIMIT, "burst": LIMIT, **values})


def race(store: stores.Store, now: float) -> list[stores.Decision]:
    """What 16 clients are told who together ask eight times the limit."""
    taken = together(*[lambda: [store.take(policy(), now) for _ in range(EACH)]] * CLIENTS)
    return [decision for decisions in taken for decision in decisions]


def admitted(decisions: list[stores.Decision]) -> int:
    return sum(decision.admitted for decision in decisions)


def test_the_store_in_memory_admits_exactly_the_limit_to_16_clients():
    assert admitted(race(stores.MemoryStore(), NOW)) == LIMIT


@pytest.mark.django_db(transaction=True)
def test_the_store_in_the_database_admits_exactly_the_limit_to_16_clients():
    assert admitted(race(stores.SqlStore(), NOW)) == LIMIT


def test_the_store_in_redis_admits_the_limit_and_what_came_back_meanwhile():
    with servers.redis() as url:
        store = stores.RedisStore(url)
        store.take(policy("warm"), NOW)
        started = time.time()
        decisions = race(store, NOW)
        came_back = math.ceil((time.time() - started) * LIMIT / 60)
        assert LIMIT <= admitted(decisions) <= LIMIT + came_back


def test_without_redis_the_process_counts_alone_and_nobody_gets_an_error():
    store = stores.RedisStore(f"redis://127.0.0.1:{servers.free_port()}/0")

    assert admitted([store.take(policy(), NOW) for _ in range(2 * LIMIT)]) == LIMIT


def test_remaining_goes_down_by_one_with_each_request_and_the_refusal_says_when_to_come_back():
    store = stores.MemoryStore()

    decisions = [store.take(policy(), NOW) for _ in range(LIMIT + 1)]

    assert [one.remaining for one in decisions] == [*range(LIMIT - 1, -1, -1), 0]
    assert [one.admitted for one in decisions] == [True] * LIMIT + [False]
    assert decisions[-1].retry_after == pytest.approx(0.6, abs=1e-3)


def test_a_burst_above_the_limit_passes_with_nothing_remaining():
    store = stores.MemoryStore()

    decisions = [store.take(policy(burst=150), NOW) for _ in range(151)]

    assert decisions[0].remaining == 99
    assert [one.remaining for one in decisions[100:]] == [0] * 51
    assert [one.admitted for one in decisions] == [True] * 150 + [False]


def test_tokens_come_back_one_by_one():
    store = stores.MemoryStore()
    for _ in range(LIMIT):
        store.take(policy(), NOW)

    assert not store.take(policy(), NOW + 0.59).admitted
    assert store.take(policy(), NOW + 0.61).admitted
    assert not store.take(policy(), NOW + 0.62).admitted


@pytest.mark.django_db
@pytest.mark.parametrize("store", [stores.MemoryStore(), stores.SqlStore()], ids=["memory", "sql"])
def test_a_clock_that_is_set_back_an_hour_locks_nobody_out(store):
    later = [store.take(policy(), NOW + 3600) for _ in range(LIMIT + 1)]

    back = [store.take(policy(), NOW) for _ in range(LIMIT + 1)]

    assert admitted(later) == admitted(back) == LIMIT


@pytest.mark.parametrize("form", ["iso", "epoch", "none"])
def test_the_headers_are_spelled_as_the_product_documents_them(form):
    chosen = policy(headers=form)
    written = headers.headers(chosen, stores.MemoryStore().take(chosen, NOW))

    assert (
        written
        == {
            "iso": {
                "X-RateLimit-Limit": "100",
                "X-RateLimit-Remaining": "99",
                "X-RateLimit-Reset": "2026-04-20T12:00:01Z",
            },
            "epoch": {
                "X-RateLimit-Limit": "100",
                "X-RateLimit-Remaining": "99",
                "X-RateLimit-Reset": "1776686401",
            },
            "none": {},
        }[form]
    )
