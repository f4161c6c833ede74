"""Users and sessions are what a loop over the events finds, in any window."""

from __future__ import annotations

import itertools
import random
from bisect import bisect_right
from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from analytics.filters import Filters
from analytics.models import Event
from analytics.selectors import journeys, totals, uniques, upkeep
from analytics.selectors.events import list_events
from tests.analytics.support import BASE

pytestmark = pytest.mark.django_db(transaction=True)

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
FIRST_MS = 1_790_000_000_000
NAMES = ("a", "b", "page.viewed")


@pytest.fixture
def events(api, environment):
    """Two hundred events of sixty days, half of them in the first three hours, some without a user or
    a session: (instant, name, user, session). Their numbers lie in many blocks of SQLite's indexes."""
    chance = random.Random(4)
    made = [
        (
            FIRST_MS + chance.randrange(chance.choice([3 * HOUR_MS, 60 * DAY_MS])),
            chance.choice(NAMES),
            chance.choice([None, *(f"u{number}" for number in range(12))]),
            chance.choice([None, *(f"s{number}" for number in range(30))]),
        )
        for _ in range(200)
    ]
    rows = [
        {"timestamp": instant, "name": name, "userId": user, "sessionId": session}
        for instant, name, user, session in made
    ]
    assert api("analytics").post(f"{BASE}/events/batch", {"events": rows}).status_code == 201
    Event.objects.within(environment).update(id=F("id") * 9000)
    return made


WINDOWS = [
    Filters(),
    Filters(from_ms=FIRST_MS + 11, to_ms=FIRST_MS + 50 * DAY_MS + 7),
    Filters(from_ms=FIRST_MS + 20 * DAY_MS, to_ms=FIRST_MS + 22 * DAY_MS),
    Filters(from_ms=FIRST_MS + 30 * DAY_MS, names=("a",), prefixes=("page.",)),
    Filters(to_ms=FIRST_MS + 5 * DAY_MS, names=("b",)),
    Filters(user_id="u3"),
    Filters(session_id="s7", to_ms=FIRST_MS + 40 * DAY_MS),
]


def passing(events, filters):
    return [
        event
        for event in events
        if (filters.from_ms is None or event[0] >= filters.from_ms)
        and (filters.to_ms is None or event[0] < filters.to_ms)
        and (filters.any_name or event[1] in filters.names or event[1].startswith(filters.prefixes))
        and filters.user_id in ("", event[2])
        and filters.session_id in ("", event[3])
    ]


def different(events, member):
    return len({event[member] for event in events} - {None})


def test_a_window_has_as_many_users_and_sessions_as_its_events(environment, events):
    for filters in WINDOWS:
        inside = passing(events, filters)
        assert totals.window(environment, filters) == {
            "uniqueUsers": different(inside, 2),
            "uniqueSessions": different(inside, 3),
            "events": len(inside),
        }


@pytest.mark.parametrize(
    ("unique", "member", "label"),
    [("users", 2, "uniqueUsers"), ("sessions", 3, "uniqueSessions")],
)
def test_each_name_has_as_many_as_its_events(environment, events, unique, member, label):
    for filters in WINDOWS:
        inside = passing(events, filters)
        by_name = {name: [event for event in inside if event[1] == name] for name in NAMES}
        found = totals.top_events(environment, filters, limit=10, unique=unique)
        assert {row["name"]: (row["count"], row[label]) for row in found} == {
            name: (len(some), different(some, member)) for name, some in by_name.items() if some
        }


@pytest.mark.parametrize(
    "lengths",
    [
        [DAY_MS] * 60,
        [24 * HOUR_MS, 23 * HOUR_MS, 25 * HOUR_MS] * 20,
        [7 * DAY_MS, 31 * DAY_MS],
        [61 * DAY_MS],
        [DAY_MS // 2 + 60_000] * 100,
    ],
)
def test_each_range_has_as_many_as_its_events(environment, events, lengths):
    starts = list(itertools.accumulate(lengths, initial=FIRST_MS - FIRST_MS % DAY_MS))

    for filters in WINDOWS:
        found = totals.series(environment, filters, starts, unique=True)
        inside = passing(events, filters)
        for (low, high), bucket in zip(itertools.pairwise(starts), found, strict=True):
            held = [event for event in inside if low <= event[0] < high]
            assert bucket == totals.Bucket(low, len(held), different(held, 2))


def test_sessions_are_what_a_walk_over_the_events_finds(environment, events):
    for filters in WINDOWS:
        walked = walk(passing(events, filters))
        found = journeys.sessions(environment, filters, limit=500, offset=0)
        assert [tuple(row.values()) for row in found] == walked
        page = journeys.sessions(environment, filters, limit=3, offset=2)
        assert [tuple(row.values()) for row in page] == walked[2:5]


def walk(events):
    """(session, user, first, last, count, first name, last name), the latest first."""
    ordered = sorted(enumerate(events), key=lambda item: (item[1][0], item[0]))
    groups, last_of = {}, {}
    for number, (instant, name, user, session) in ordered:
        if session is None and user is None:
            continue
        key = (session, None)
        if session is None:
            begun, last = last_of.get(user, (0, 0))
            begun = begun if instant - last <= journeys.GAP_MS else instant
            last_of[user] = (begun, instant)
            key = (user, begun)
        groups.setdefault(key, []).append((number, instant, name, user, session))
    latest = sorted(
        groups.values(),
        key=lambda group: (group[0][1], min(event[0] for event in group)),
        reverse=True,
    )
    return [
        (
            group[0][4],
            max((event[3] for event in group if event[3]), default=None),
            group[0][1],
            group[-1][1],
            len(group),
            group[0][2],
            group[-1][2],
        )
        for group in latest
    ]


@pytest.mark.parametrize("lengths", [[7 * DAY_MS] * 9, [31 * DAY_MS, 28 * DAY_MS, 31 * DAY_MS]])
def test_retention_is_what_a_walk_over_the_events_finds(environment, events, lengths):
    starts = list(itertools.accumulate(lengths, initial=FIRST_MS - FIRST_MS % DAY_MS))
    window = Filters(from_ms=FIRST_MS + DAY_MS, to_ms=starts[-1])
    for cohort, activity in ((window, window), (replace(window, names=NAMES[:1]), window)):
        begun = periods_of_users(events, cohort, starts)
        active = periods_of_users(events, activity, starts)
        expected = Counter()
        for user, numbers in begun.items():
            first = min(numbers)
            visits = {0} | {one - first for one in active.get(user, ()) if one > first}
            expected.update({(first, period, "active"): 1 for period in visits})
            expected[first, max(visits), "ended"] += 1

        found = journeys.retention(environment, cohort, activity, starts)

        assert found == {
            key: (expected[*key, "active"], expected[*key, "ended"])
            for key in {key[:2] for key in expected}
        }


def periods_of_users(events, filters, starts):
    numbers = {}
    for instant, _, user, _ in passing(events, filters):
        if user is not None:
            numbers.setdefault(user, set()).add(bisect_right(starts, instant) - 1)
    return numbers


@pytest.mark.parametrize(
    ("filters", "index", "wanted"),
    [
        (Filters(user_id="u3"), "event_user_time", "user_id=?"),
        (Filters(session_id="s7"), "event_session_time", "session_id=?"),
        (replace(WINDOWS[1], user_id="u3"), "event_user_time", "user_id=? AND timestamp_ms>?"),
    ],
)
def test_a_person_is_looked_up_in_every_block_of_their_index(
    environment, events, filters, index, wanted
):
    with CaptureQueriesContext(connection) as captured:
        found = list(list_events(environment, filters)[:100])

    assert [row["timestamp_ms"] for row in found] == sorted(
        (event[0] for event in passing(events, filters)), reverse=True
    )
    if connection.vendor == "sqlite":
        used = f"USING INDEX {index} (environment_id=? AND <expr>=? AND {wanted}"
        assert used in plan(captured[-1]["sql"])


def test_whoever_asks_to_be_forgotten_is_found_in_every_block(environment, events):
    doomed = upkeep.of_user(environment.pk, "u3", 2**62, limit=100)

    found = Counter((row[3], row[4]) for row in doomed)
    assert found == Counter(event[:2] for event in passing(events, Filters(user_id="u3")))


@pytest.mark.parametrize("column", ["user_id", "session_id"])
def test_sqlite_reads_an_index_from_end_to_end_for_a_wide_window_and_not_for_a_narrow_one(
    environment, events, column
):
    wide = counted_with(environment, column, first_day=0, days=60)
    narrow = counted_with(environment, column, first_day=30, days=1)

    chosen = f"INDEXED BY {uniques.INDEXES[column]}"
    assert (chosen in wide, chosen in narrow) == (connection.vendor == "sqlite", False)
    if connection.vendor == "sqlite":
        assert f"COVERING INDEX {uniques.INDEXES[column]}" in plan(wide)


def counted_with(environment, column, *, first_day, days):
    with CaptureQueriesContext(connection) as captured:
        uniques.count(environment, window_of(first_day, days), column)
    return captured[-1]["sql"]


def test_sqlite_reads_the_table_for_the_properties_of_a_window_that_holds_much_of_it(
    environment, events
):
    wide = broken_down_with(environment, first_day=0, days=60)
    narrow = broken_down_with(environment, first_day=30, days=1)

    assert ("NOT INDEXED" in wide, "NOT INDEXED" in narrow) == (
        connection.vendor == "sqlite",
        False,
    )


def broken_down_with(environment, *, first_day, days):
    with CaptureQueriesContext(connection) as captured:
        found = totals.breakdown(environment, window_of(first_day, days), key="page", limit=10)
    assert sum(row["count"] for row in found) == totals.count_events(
        environment, window_of(first_day, days)
    )
    return captured[-1]["sql"]


def window_of(first_day, days):
    from_ms = FIRST_MS + first_day * DAY_MS
    return Filters(from_ms=from_ms, to_ms=from_ms + days * DAY_MS)


def plan(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " ".join(row[3] for row in cursor.fetchall())
