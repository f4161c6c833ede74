"""The roll-up equals a scan of the rows, whatever was written and deleted, and by however many."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import buckets, services
from analytics.filters import Filters
from analytics.models import Event
from analytics.selectors import totals
from tests.analytics.support import BASE, rollup

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
names = st.sampled_from(["a", "b", "page.viewed", "\U0001f600"])
users = st.sampled_from(["u1", "u2", None])
moments = st.integers(min_value=1_790_000_000_000, max_value=1_795_000_000_000)
windows = st.tuples(st.none() | moments, st.none() | moments)


def expected(environment):
    rows = Event.objects.within(environment).values_list("environment_id", "timestamp_ms", "name")
    return {(row[1], row[2], row[3]): row[4] for row in buckets.totals(rows)}


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    batches=st.lists(
        st.lists(st.tuples(names, users, moments), min_size=1, max_size=20), min_size=1, max_size=3
    ),
    erased=users,
    window=windows,
)
def test_rollup_and_rows_agree_after_back_dated_events_and_erasure(
    api, environment, batches, erased, window
):
    client = api("analytics")
    for batch in batches:
        events = [
            {"name": name, "userId": user, "timestamp": moment} for name, user, moment in batch
        ]
        assert client.post(f"{BASE}/events/batch", {"events": events}).status_code == 201
    if erased:
        services.request_erasure(
            environment, user_id=erased, actor="system", now=datetime.now(UTC) + timedelta(days=1)
        )
        while services.carry_out_erasures(now=NOW):
            pass

    assert rollup(environment) == expected(environment)
    low, high = window
    if low is not None and high is not None and low >= high:
        low, high = None, low
    seen = Counter(
        name
        for name, moment in Event.objects.within(environment).values_list("name", "timestamp_ms")
        if (low is None or moment >= low) and (high is None or moment < high)
    )
    found = totals.top_events(environment, Filters(from_ms=low, to_ms=high), limit=10)
    assert found == [
        {"name": name, "count": count}
        for name, count in sorted(seen.items(), key=lambda item: (-item[1], item[0]))
    ]


def test_sixty_four_writers_at_once_are_counted_exactly(environment, key):
    token = key("analytics")

    async def write_all():
        from pulse.asgi import application

        transport = httpx.ASGITransport(app=application, client=("127.0.0.1", 50_000))
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as client:

            async def writer(number):
                for turn in range(10):
                    event = {"name": f"e{turn % 3}", "insertId": f"{number}-{turn}"}
                    response = await client.post(f"{BASE}/events", json=event)
                    assert response.status_code == 201
                    again = await client.post(f"{BASE}/events", json=event)
                    assert again.json()["data"] == response.json()["data"]
                    assert again.status_code == 200

            await asyncio.gather(*(writer(number) for number in range(64)))

    asyncio.run(write_all())

    assert Event.objects.within(environment).count() == 640
    assert totals.top_events(environment, Filters(), limit=5) == [
        {"name": "e0", "count": 256},
        {"name": "e1", "count": 192},
        {"name": "e2", "count": 192},
    ]
    assert rollup(environment) == expected(environment)


def test_one_insert_id_from_sixty_four_writers_at_once_is_stored_once(environment, key):
    token = key("analytics")

    async def write_all():
        from pulse.asgi import application

        transport = httpx.ASGITransport(app=application, client=("127.0.0.1", 50_000))
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://127.0.0.1",
            headers={"Authorization": f"Bearer {token}"},
        ) as client:
            event = {"name": "a", "insertId": "same"}
            posts = (client.post(f"{BASE}/events", json=event) for _ in range(64))
            return await asyncio.gather(*posts)

    answers = asyncio.run(write_all())

    assert sorted(answer.status_code for answer in answers) == [200] * 63 + [201]
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert Event.objects.within(environment).count() == 1
