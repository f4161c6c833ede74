"""What users did one after the other: funnels, retention, sessions."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Count, IntegerField, Max, Min, QuerySet, Value

from analytics.filters import Filters
from analytics.models import Event
from analytics.selectors import uniques
from analytics.selectors.events import by_person, filtered
from analytics.statements import reading
from pulse.tenancy.models import Environment

GAP_MS = 30 * 60_000
"""Events without a session id belong together while no pause between them is longer."""
CHUNK = 5000

Step = tuple[int, int]
"""(instant in milliseconds, number of the step) of one event that a funnel looks at."""


@dataclass(slots=True)
class FunnelStep:
    """How many got this far, and the milliseconds they took from the step before."""

    count: int = 0
    took_ms: list[int] = field(default_factory=list)

    @property
    def median_ms(self) -> float | None:
        return median(self.took_ms) if self.took_ms else None


@dataclass(frozen=True, slots=True)
class FunnelPlan:
    """What a funnel asks: the filters of each step, how long one may take, in order or in any."""

    steps: tuple[Filters, ...]
    window_ms: int
    by: str
    ordered: bool


def funnel(environment: Environment, plan: FunnelPlan) -> list[FunnelStep]:
    """Each actor's deepest way through the steps within the window, whichever event it began with.

    One pass over the events of the steps, sorted by actor and time.
    """
    found = [FunnelStep() for _ in plan.steps]
    walk = _ordered_way if plan.ordered else _any_way
    for _, rows in groupby(_funnel_rows(environment, plan), key=itemgetter(0)):
        way = walk([(row[1], row[2]) for row in rows], len(plan.steps), plan.window_ms)
        for number, instant in enumerate(way):
            found[number].count += 1
            if number:
                found[number].took_ms.append(instant - way[number - 1])
    return found


def _funnel_rows(environment: Environment, plan: FunnelPlan) -> Iterator[tuple[Any, ...]]:
    """(actor, instant, step, id) of every event that is a step, by actor and time.

    Events of one instant, such as those of a batch without times, keep the order they were sent in. Of
    one event that is two steps the later comes first, so that it never serves as both.
    """
    column = "session_id" if plan.by == "session" else "user_id"
    parts: list[QuerySet[Any, Any]] = [
        filtered(environment, filters)
        .exclude(**{column: None})
        .annotate(step=Value(number, output_field=IntegerField()))
        .values_list(column, "timestamp_ms", "step", "id")
        .order_by()
        for number, filters in enumerate(plan.steps)
    ]
    union = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return union.order_by(column, "timestamp_ms", "id", "-step").iterator(chunk_size=CHUNK)


def _ordered_way(events: Iterable[Step], depth: int, window_ms: int) -> list[int]:
    """Instants of the deepest chain of steps in order, begun and ended within the window.

    ``chains[n]`` is the chain to step n that began last, the one with the most time left; of those,
    the one that got there first: who looks into the cart again took no longer to fill it.
    """
    chains: list[list[int]] = [[] for _ in range(depth)]
    best: list[int] = []
    for instant, step in events:
        if step == 0:
            chains[0] = [instant]
        elif chains[step - 1] and instant - chains[step - 1][0] <= window_ms:
            if not chains[step] or chains[step][0] < chains[step - 1][0]:
                chains[step] = [*chains[step - 1], instant]
        else:
            continue
        if len(chains[step]) > len(best):
            best = chains[step]
    return best


def _any_way(events: Sequence[Step], depth: int, window_ms: int) -> list[int]:
    """Instants at which the most different steps were done within one window, in any order.

    ``inside`` holds, by step, the instants of the window that ends with the event at hand.
    """
    inside: dict[int, deque[int]] = defaultdict(deque)
    best: list[int] = []
    first = 0
    for instant, step in events:
        inside[step].append(instant)
        while instant - events[first][0] > window_ms:
            times = inside[events[first][1]]
            times.popleft()
            if not times:
                del inside[events[first][1]]
            first += 1
        if len(inside) > len(best):
            best = sorted(times[0] for times in inside.values())
        if len(best) == depth:
            break
    return best


def retention(
    environment: Environment, cohort: Filters, activity: Filters, starts: Sequence[int]
) -> dict[tuple[int, int], tuple[int, int]]:
    """(cohort, period) → (users active in it, users whose last activity is in it).

    A user belongs to the cohort of the first matching event in the window; period 0 of a cohort,
    for its second figure, includes those who never came back. ``starts`` are the borders, and the
    window lies between the first and the last of them.
    """
    number = reading.bucket_number(starts)
    begun, begun_values = uniques.pairs(environment, cohort, "user_id", number)
    acted, acted_values = uniques.pairs(environment, activity, "user_id", number)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH cohorts AS (SELECT who, MIN(thing) AS cohort FROM ({begun}) AS begun GROUP BY who),
            visits AS (SELECT cohorts.who, cohort, acted.thing - cohort AS period
                       FROM cohorts JOIN ({acted}) AS acted
                       ON acted.who = cohorts.who AND acted.thing > cohort
                       UNION ALL SELECT who, cohort, 0 FROM cohorts),
            lasts AS (SELECT who, cohort, MAX(period) AS period FROM visits GROUP BY who, cohort),
            counted AS (SELECT cohort, period, COUNT(*) AS active, 0 AS ended FROM visits
                        GROUP BY cohort, period
                        UNION ALL SELECT cohort, period, 0, COUNT(*) FROM lasts
                        GROUP BY cohort, period)
            SELECT cohort, period, SUM(active), SUM(ended) FROM counted GROUP BY cohort, period
            """,
            [*begun_values, *acted_values],
        )
        return {
            (cohort, period): (int(active), int(ended))
            for cohort, period, active, ended in cursor.fetchall()
        }


_WITH_AN_ID = """
SELECT session_id, (SELECT MAX(user_id) FROM ({passed}) AS mine WHERE mine.session_id = known.session_id),
    first_ms, last_ms, events,
    (SELECT name FROM ({passed}) AS mine WHERE mine.session_id = known.session_id
     ORDER BY timestamp_ms, id LIMIT 1),
    (SELECT name FROM ({passed}) AS mine WHERE mine.session_id = known.session_id
     ORDER BY timestamp_ms DESC, id DESC LIMIT 1),
    first_id
FROM (SELECT session_id, MIN(first_ms) AS first_ms, MAX(last_ms) AS last_ms,
             CAST(SUM(events) AS bigint) AS events, MIN(first_id) AS first_id
      FROM ({identified}) AS identified GROUP BY session_id
      ORDER BY MIN(first_ms) DESC, MIN(first_id) DESC LIMIT %s) AS known
"""
_BY_PAUSE = """
SELECT CAST(NULL AS varchar(255)), user_id, MIN(timestamp_ms), MAX(timestamp_ms), COUNT(*),
    MAX(CASE WHEN forth = 1 THEN name END), MAX(CASE WHEN back = 1 THEN name END), MIN(id)
FROM (SELECT *,
          ROW_NUMBER() OVER (PARTITION BY user_id, number ORDER BY timestamp_ms, id) AS forth,
          ROW_NUMBER() OVER (PARTITION BY user_id, number ORDER BY timestamp_ms DESC, id DESC) AS back
      FROM (SELECT *, SUM(begins) OVER (PARTITION BY user_id ORDER BY timestamp_ms, id) AS number
            FROM (SELECT *, CASE WHEN timestamp_ms - LAG(timestamp_ms) OVER (
                      PARTITION BY user_id ORDER BY timestamp_ms, id) <= %s THEN 0 ELSE 1 END AS begins
                  FROM ({nameless}) AS nameless) AS paused) AS numbered) AS ranked
GROUP BY user_id, number
"""


def sessions(
    environment: Environment, filters: Filters, *, limit: int, offset: int
) -> list[dict[str, Any]]:
    """Sessions, the latest first: by session id, and by user and pause where there is none.

    ``[{session_id, user_id, first_ms, last_ms, events, first_name, last_name}]``. Those with an id are
    found in the index by session; only what is listed is looked at more closely.
    """
    rows = filtered(environment, filters)
    passed, values = _sql(by_person(rows), "id", "name", "user_id", "session_id", "timestamp_ms")
    identified, identified_values = _identified(environment, filters)
    without = rows.filter(session_id=None, user_id__isnull=False)
    nameless, nameless_values = _sql(without, "id", "name", "user_id", "timestamp_ms")
    with connection.cursor() as cursor:
        statement = (
            f"SELECT * FROM ({_WITH_AN_ID.format(passed=passed, identified=identified)}) AS named"
            f" UNION ALL SELECT * FROM ({_BY_PAUSE.format(nameless=nameless)}) AS others"
            " ORDER BY 3 DESC, 8 DESC LIMIT %s OFFSET %s"
        )
        first = [*values, *values, *values, *identified_values, limit + offset]
        cursor.execute(statement, [*first, GAP_MS, *nameless_values, limit, offset])
        return [dict(zip(_SESSION, row, strict=False)) for row in cursor.fetchall()]


def _identified(environment: Environment, filters: Filters) -> tuple[str, tuple[Any, ...]]:
    """SQL of (session_id, first_ms, last_ms, events, first_id), and its parameters.

    One row a session and block where SQLite reads the index by session, whose order that is.
    """
    rows = filtered(environment, filters).filter(session_id__isnull=False)
    found = rows.values("session_id").order_by()
    sql, values = found.annotate(
        first_ms=Min("timestamp_ms"),
        last_ms=Max("timestamp_ms"),
        events=Count("id"),
        first_id=Min("id"),
    ).query.sql_with_params()
    if uniques.reads_whole_index(environment, filters):
        sql = f"{reading.along_index(sql, uniques.INDEXES['session_id'])}, {reading.BLOCK}"
    return sql, values


_SESSION = (
    "session_id", "user_id", "first_ms", "last_ms", "events", "first_name", "last_name",
)  # fmt: skip


def _sql(rows: QuerySet[Event], *columns: str) -> tuple[str, tuple[Any, ...]]:
    return rows.values(*columns).order_by().query.sql_with_params()
