from __future__ import annotations

import itertools
import math
import time
from datetime import UTC, datetime

import pytest
import time_machine

from screening import account
from screening.services import accounts
from tests.support.races import together

pytestmark = pytest.mark.django_db


@time_machine.travel(datetime(2026, 4, 20, 12, tzinfo=UTC), tick=False)
def test_a_starter_account_has_150_calls_at_once_and_the_151st_says_when_to_return(api):
    first, second = api("screening"), api("screening")  # two keys, one bucket
    answers = [(first if n % 2 else second).get("/v1/templates") for n in range(150)]
    assert {one.status_code for one in answers} == {200}
    assert [one["X-RateLimit-Remaining"] for one in answers[:5]] == ["99", "98", "97", "96", "95"]
    assert [one["X-RateLimit-Remaining"] for one in answers[-40:]] == ["0"] * 40
    assert answers[0]["X-RateLimit-Limit"] == "100"
    assert int(answers[4]["X-RateLimit-Reset"]) == int(time.time()) + 3

    refused = first.get("/v1/templates")
    assert refused.status_code == 429
    assert refused["Retry-After"] == "1"
    assert refused.json()["error"] == {
        "code": "rate_limited",
        "message": "Too many requests.",
        "status": 429,
        "details": {"limit": 100, "retry_after": 1, "burst": 150},
    }


@pytest.mark.django_db(transaction=True)
def test_sixteen_threads_get_exactly_the_burst(api, environment):
    clients = [api("screening") for _ in range(16)]
    for client in clients:
        client.get("/v1/templates/t0")  # known keys, so that the time goes into the race

    def work(client) -> list[int]:
        return [client.get("/v1/templates/t0", validate=False).status_code for _ in range(12)]

    started = time.monotonic()
    answers = itertools.chain(*together(*[lambda one=one: work(one) for one in clients]))
    statuses = list(answers)
    refill = (time.monotonic() - started + 2) * 100 / 60
    admitted = sum(status != 429 for status in statuses)
    assert 150 - 16 <= admitted <= 150 - 16 + math.ceil(refill)


def test_a_plan_holds_from_the_next_request_on(api, environment):
    client = api("screening")
    client.get("/v1/templates")
    accounts.change_plan(environment.organization, plan="enterprise")
    environment.refresh_from_db()
    environment.organization.refresh_from_db()
    assert account.PLANS[account.plan_of(environment)] == (1000, 1500)


def test_a_refused_key_costs_the_account_nothing(api, environment):
    api("screening", token="pp_test_wrong").get("/v1/templates")
    response = api("screening").get("/v1/templates")
    assert response["X-RateLimit-Remaining"] == "99"
