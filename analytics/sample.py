"""Sample data of a first start: a month of a small product, so that every report shows something.

The three names of the documentation come first in the top events, with its exact counts.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from django.db import connection, transaction

from analytics import buckets
from analytics.statements import events
from analytics.statements.events import EventRow
from analytics.validation import DAY_MS
from pulse.tenancy.models import Environment

COUNTS = {
    "page.viewed": 142,
    "button.clicked": 87,
    "api.called": 53,
    "user.signed_up": 24,
    "deploy.finished": 19,
}
DAYS = 29
HOUR_MS = 3_600_000
SEED = 20260305
PAGES = ("/dashboard", "/home", "/services", "/settings", "/billing")
BUTTONS = ("deploy", "invite", "save", "rollback")
ENDPOINTS = ("/api/v1/catalog/services", "/api/v1/pulse/events", "/api/v1/ledger/entries")
BROWSERS = ("firefox", "chrome", "safari")
PATHS = (
    ("page.viewed", "page.viewed", "button.clicked", "api.called", "deploy.finished"),
    ("page.viewed", "button.clicked", "button.clicked", "api.called"),
    ("page.viewed", "page.viewed", "page.viewed", "button.clicked"),
    ("page.viewed", "page.viewed"),
)

Moment = tuple[int, str, str, str]
"""(instant in milliseconds, name, user, session)"""


@transaction.atomic
def seed(environment: Environment) -> None:
    """Store the sample events of ``environment``, the last of them a few minutes old."""
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    chance = random.Random(SEED)  # noqa: S311 - the same sample everywhere, nothing secret
    moments = sorted(_exactly(_visits(chance, now_ms)))
    with connection.cursor() as cursor:
        numbers = events.Numbers().take(cursor, connection.vendor, len(moments))
        rows = [
            EventRow(
                number,
                environment.pk,
                name,
                msgspec.json.encode(_properties(chance, name)).decode(),
                user,
                session,
                moment_ms,
                now_ms,
            )
            for number, (moment_ms, name, user, session) in zip(numbers, moments, strict=True)
        ]
        totals = buckets.totals((row.environment_id, row.timestamp_ms, row.name) for row in rows)
        events.store(cursor, connection.vendor, rows, totals)


def _exactly(visits: Iterator[Moment]) -> list[Moment]:
    """As many of each name as the documentation shows."""
    taken: Counter[str] = Counter()
    moments = []
    for moment in visits:
        if taken[moment[1]] < COUNTS[moment[1]]:
            taken[moment[1]] += 1
            moments.append(moment)
        if taken == COUNTS:
            break
    return moments


def _visits(chance: random.Random, now_ms: int) -> Iterator[Moment]:
    """Users sign up over the month and come back now and then; the newest visits come first."""
    users = ["user-abc", "user-def", *(f"user-{number:02}" for number in range(1, 23))]
    signed_up = {
        user: now_ms - int((DAYS - position) * DAY_MS) for position, user in enumerate(users)
    }
    for user, moment_ms in signed_up.items():
        yield moment_ms, "user.signed_up", user, f"sess-{user}-0"
    for minutes, user in ((4, "user-abc"), (9, "user-def"), (17, "user-05"), (26, "user-abc")):
        yield from _visit(chance, now_ms - minutes * 60_000, user, f"sess-now-{minutes}", now_ms)
    number = 0
    while True:
        number += 1
        user = chance.choice(users)
        since_days = (now_ms - signed_up[user]) / DAY_MS
        # Most come back soon after they signed up, a few stay.
        day = min(since_days * 0.98, chance.expovariate(1 / 5))
        start_ms = signed_up[user] + int(day * DAY_MS) + chance.randrange(HOUR_MS)
        yield from _visit(chance, start_ms, user, f"sess-{number:04}", now_ms)


def _visit(
    chance: random.Random, start_ms: int, user: str, session: str, now_ms: int
) -> Iterator[Moment]:
    moment_ms = start_ms
    for name in chance.choice(PATHS):
        if moment_ms < now_ms - 60_000:
            yield moment_ms, name, user, session
        moment_ms += chance.randrange(8_000, 90_000)


def _properties(chance: random.Random, name: str) -> dict[str, object]:
    if name == "page.viewed":
        page = chance.choices(PAGES, (5, 4, 3, 2, 1))[0]
        return {"page": page, "referrer": "/home", "browser": chance.choice(BROWSERS)}
    if name == "button.clicked":
        return {"button": chance.choices(BUTTONS, (5, 2, 3, 1))[0]}
    if name == "api.called":
        status = chance.choices((200, 404, 500), (20, 2, 1))[0]
        return {"endpoint": chance.choice(ENDPOINTS), "status": status}
    if name == "deploy.finished":
        return {"service": "shop", "seconds": chance.randrange(20, 200)}
    return {"plan": chance.choices(("free", "team"), (3, 1))[0]}
