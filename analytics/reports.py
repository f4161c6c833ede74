"""What the reports ask, from their parameters: windows, buckets, funnels and cohorts.

Shared by the API and the page; a wrong parameter raises InvalidInput with its name.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from analytics import buckets, filters, shapes
from analytics.filters import Filters, Parameters, refuse
from analytics.models import MAX_NAME
from analytics.selectors import journeys, totals
from analytics.selectors.journeys import FunnelPlan
from analytics.validation import DAY_MS
from pulse.strictjson import storable
from pulse.tenancy.models import Environment

INTERVALS = ("minute", "hour", "day", "week", "month")
MAX_BUCKETS = 1000
MAX_STEPS = 10
MAX_PERIODS = 60
DEFAULT_MS = 30 * DAY_MS
MINUTES_MS = DAY_MS // 2
"""What a series of minutes shows of its own accord: 30 days of them are beyond MAX_BUCKETS."""
_UNITS_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": DAY_MS, "w": 7 * DAY_MS}
_WINDOW = re.compile(r"([0-9]{1,6})([smhdw])")


def timeseries(
    environment: Environment, parameters: Parameters, *, now_ms: int
) -> list[dict[str, Any]]:
    """``[{start, count, uniqueUsers}]`` with every bucket of the window, the empty ones too.

    The window is the last 30 days, and what is ahead of them, where ``from`` and ``to`` are absent;
    of minutes it is the last twelve hours, up to now. ``unique=none`` leaves out ``uniqueUsers``,
    which lets the roll-up answer.
    """
    wanted = filters.parse(parameters)
    interval = filters.choice(parameters, "interval", INTERVALS, "day")
    if interval != "minute":
        wanted = with_window(environment, wanted, now_ms)
    else:
        to_ms = wanted.to_ms or max(now_ms, wanted.from_ms or 0) + 1
        wanted = with_window(environment, replace(wanted, to_ms=to_ms), now_ms, MINUTES_MS)
    zone = filters.time_zone(parameters)
    unique = filters.choice(parameters, "unique", ("users", "none"), "users") == "users"
    starts = _starts(wanted, interval, zone, MAX_BUCKETS)
    found = totals.series(environment, wanted, starts, unique=unique)
    return [
        {"start": shapes.instant(bucket.start_ms), "count": bucket.count}
        | ({"uniqueUsers": bucket.unique_users} if unique else {})
        for bucket in found
    ]


def with_window(
    environment: Environment, wanted: Filters, now_ms: int, length_ms: int = DEFAULT_MS
) -> Filters:
    """The filters with both ends of their window: the last ``length_ms`` up to now.

    Clocks may be ahead by a day: an open end takes in the latest event, and ``from`` itself.
    """
    to_ms, from_ms = wanted.to_ms, wanted.from_ms
    if from_ms is None:
        from_ms = (now_ms + 1 if to_ms is None else to_ms) - length_ms
    if to_ms is None:
        to_ms = 1 + max(totals.latest_ms(environment, now_ms), from_ms)
    return replace(wanted, from_ms=from_ms, to_ms=to_ms)


def _starts(wanted: Filters, interval: str, zone: str, most: int) -> list[int]:
    """Starts of the buckets that touch the window, and the end of the last."""
    low, high = wanted.from_ms or 0, wanted.to_ms or 0
    try:
        starts = buckets.local_starts(low, high, interval=interval, zone=zone, limit=most + 1)
        end = buckets.next_start(starts[-1], interval=interval, zone=zone) if starts else None
    except (OverflowError, ValueError, OSError):
        refuse("from", "from and to must lie between the years 1 and 9999", "range")
    if starts is None or end is None or len(starts) > most:
        refuse("interval", f"The window holds more than {most} buckets", "too_many")
    return [*starts, end]


def breakdown(environment: Environment, parameters: Parameters) -> list[dict[str, Any]]:
    """``[{value, count, uniqueUsers}]`` of ``property``; null is every event without it."""
    key = filters.text(parameters, "property", 255)
    if not key:
        refuse("property", "property is required", "required")
    rows = totals.breakdown(
        environment, filters.parse(parameters), key=key, limit=filters.limit(parameters, 50)
    )
    return [
        {"value": shapes.scalar(row["value"]), "count": row["count"], "uniqueUsers": row["users"]}
        for row in rows
    ]


def sessions(environment: Environment, parameters: Parameters) -> list[dict[str, Any]]:
    rows = journeys.sessions(
        environment,
        filters.parse(parameters),
        limit=filters.limit(parameters, 100),
        offset=filters.integer(parameters, "offset", default=0, low=0, high=filters.MAX_OFFSET),
    )
    return [shapes.session(row) for row in rows]


def retention(
    environment: Environment, parameters: Parameters, *, now_ms: int
) -> list[dict[str, Any]]:
    """``[{start, users, periods: [{period, users, rate}]}]``, one row for each cohort.

    ``classic`` counts who was active in a period, ``rolling`` who was active in it or later. Periods
    that have not begun are left out.
    """
    interval = filters.choice(parameters, "interval", ("day", "week", "month"), "week")
    periods = filters.integer(parameters, "periods", default=8, low=1, high=MAX_PERIODS)
    rolling = filters.choice(parameters, "type", ("classic", "rolling"), "classic") == "rolling"
    length_ms = periods * {"day": 1, "week": 7, "month": 31}[interval] * DAY_MS
    asked = filters.parse({**parameters, "name": []})
    wanted = with_window(environment, asked, now_ms, length_ms)
    starts = _starts(wanted, interval, filters.time_zone(parameters), 10 * MAX_PERIODS)
    found = journeys.retention(
        environment,
        _of_one(wanted, filters.text(parameters, "cohort", MAX_NAME, "any")),
        _of_one(wanted, filters.text(parameters, "return", MAX_NAME, "any")),
        starts,
    )
    return [_cohort(found, number, starts, periods, rolling) for number in range(len(starts) - 1)]


def _of_one(wanted: Filters, name: str) -> Filters:
    """``wanted``, of the events with this name or prefix; ``any`` is all of them."""
    names, prefixes = filters.names([] if name == "any" else [name])
    return replace(wanted, names=names, prefixes=prefixes)


def _cohort(
    found: dict[tuple[int, int], tuple[int, int]],
    number: int,
    starts: list[int],
    periods: int,
    rolling: bool,
) -> dict[str, Any]:
    size = found.get((number, 0), (0, 0))[0]
    begun = min(periods, len(starts) - 1 - number)
    counts = [found.get((number, period), (0, 0)) for period in range(begun)]
    users = [
        sum(ended for _, ended in counts[period:]) if rolling else counts[period][0]
        for period in range(begun)
    ]
    if rolling and len(starts) - 1 - number > periods:
        beyond = sum(
            ended
            for (cohort, period), (_, ended) in found.items()
            if cohort == number and period >= periods
        )
        users = [count + beyond for count in users]
    return {
        "start": shapes.instant(starts[number]),
        "users": size,
        "periods": [
            {"period": period, "users": count, "rate": shapes.rate(count, size)}
            for period, count in enumerate(users)
        ],
    }


def funnel(
    environment: Environment, body: dict[str, Any], parameters: Parameters, *, now_ms: int
) -> list[dict[str, Any]]:
    """``[{name, count, conversion, stepConversion, medianSeconds}]`` for each step of ``body``.

    The filters of a list may be parameters or members of ``body``, but for ``name``: steps have theirs.
    """
    members = {key: body[key] for key in body if filters.is_filter(key) and key != "name"}
    given = {**parameters, **filters.from_members(members), "name": []}
    plan = _plan(body, with_window(environment, filters.parse(given), now_ms))
    found = journeys.funnel(environment, plan)
    answer = []
    for number, (step, asked) in enumerate(zip(found, body["steps"], strict=True)):
        before = found[number - 1].count if number else step.count
        took = step.median_ms
        answer.append(
            {
                "name": asked["name"],
                "count": step.count,
                "conversion": shapes.rate(step.count, found[0].count),
                "stepConversion": shapes.rate(step.count, before),
                "medianSeconds": None if took is None else round(took / 1000, 3),
            }
        )
    return answer


def _plan(body: dict[str, Any], window: Filters) -> FunnelPlan:
    steps = body.get("steps")
    if not isinstance(steps, list) or not 1 <= len(steps) <= MAX_STEPS:
        refuse("steps", f"steps must be an array of 1 to {MAX_STEPS} steps")
    by = body.get("by", "user")
    if by not in ("user", "session"):
        refuse("by", "by must be one of user, session", "unknown")
    ordered = body.get("ordered", True)
    if not isinstance(ordered, bool):
        refuse("ordered", "ordered must be a boolean", "type")
    return FunnelPlan(
        steps=tuple(_step(step, number, window) for number, step in enumerate(steps)),
        window_ms=_window_ms(body.get("window", "7d")),
        by=by,
        ordered=ordered,
    )


def _step(step: Any, number: int, window: Filters) -> Filters:
    where = f"steps.{number}"
    if not isinstance(step, dict):
        refuse(where, f"{where} must be an object", "type")
    name = step.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME or not storable(name):
        refuse(f"{where}.name", f"{where}.name must be the name of an event", "required")
    properties = step.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, dict) or len(properties) > filters.MAX_PROPERTIES:
        message = f"{where}.properties must be an object of at most {filters.MAX_PROPERTIES} values"
        refuse(f"{where}.properties", message, "type")
    values = tuple((key, _scalar_text(value, where)) for key, value in properties.items())
    return replace(_of_one(window, name), properties=(*window.properties, *values))


def _scalar_text(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float) or not storable(str(value)):
        refuse(f"{where}.properties", f"{where}.properties must hold strings, numbers or booleans")
    return str(value)


def _window_ms(value: Any) -> int:
    match = _WINDOW.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        refuse("window", 'window must be a length of time such as "7d", "12h" or "30m"')
    return int(match[1]) * _UNITS_MS[match[2]]
