from __future__ import annotations

import itertools
import math
import time
from datetime import UTC, datetime

import pytest
import time_machine

from screening.services import accounts
from tests.support.races import together
from tests.support.tenancy import make_environment

pytestmark = pytest.mark.django_db


def test_a_starter_account_has_150_calls_at_once_and_the_151st_says_when_to_return(
    api, other_environment
):
    # What is made once at a first request takes longer than a token does.
    api("screening", environment=other_environment).get("/v1/templates")
    keys = itertools.cycle([api("screening"), api("screening")])  # two keys, one bucket
    started = time.monotonic()
    answers = []
    while not answers or answers[-1].status_code != 429:
        answers.append(next(keys).get("/v1/templates"))
    refill = math.ceil((time.monotonic() - started) * 100 / 60)

    assert 150 <= len(answers) - 1 <= 150 + refill
    assert answers[0]["X-RateLimit-Limit"] == "100"
    assert answers[0]["X-RateLimit-Remaining"] == "99"
    left = [int(one["X-RateLimit-Remaining"]) for one in answers]
    assert 90 <= left[4] <= 97
    assert left[-45:] == [0] * 45
    assert int(answers[-1]["X-RateLimit-Reset"]) >= time.time() + 80
    refused = answers[-1]
    assert refused["Retry-After"] == "1"
    assert refused.json()["error"] == {
        "code": "rate_limited",
        "message": "Too many requests.",
        "status": 429,
        "details": {"limit": 100, "retry_after": 1, "burst": 150},
    }


@pytest.mark.django_db(transaction=True)
def test_sixteen_threads_get_exactly_the_burst(api, settings):
    clients = [api("screening") for _ in range(16)]

    def work(client) -> list[int]:
        return [client.get("/v1/templates/t0", validate=False).status_code for _ in range(12)]

    started = time.perf_counter()
    with time_machine.travel(datetime.now(UTC), tick=False):
        known = [client.get("/v1/templates/t0").status_code for client in clients]
        answers = itertools.chain(*together(*[lambda one=one: work(one) for one in clients]))
        admitted = sum(status != 429 for status in [*known, *answers])
    if settings.PULSE_REDIS_URL:  # that clock is the server's, and goes on
        assert 150 <= admitted <= 150 + math.ceil((time.perf_counter() - started) * 100 / 60)
    else:
        assert admitted == 150


def test_a_plan_holds_from_the_next_request_on(api, environment):
    client = api("screening")
    assert client.get("/v1/templates")["X-RateLimit-Limit"] == "100"
    accounts.change_plan(environment.organization, plan="enterprise")
    assert client.get("/v1/templates")["X-RateLimit-Limit"] == "1000"


def test_live_and_test_keys_of_one_account_share_its_bucket(api, environment):
    sandbox = make_environment(environment.organization, name="sandbox")
    first = api("screening")
    for _ in range(10):  # so many that time gives back fewer
        first.get("/v1/templates")
    second = api("screening", environment=sandbox).get("/v1/templates")
    assert int(second["X-RateLimit-Remaining"]) < 99


def test_a_refused_key_costs_the_account_nothing(api, environment):
    api("screening", token="pp_test_wrong").get("/v1/templates")
    response = api("screening").get("/v1/templates")
    assert response["X-RateLimit-Remaining"] == "99"
