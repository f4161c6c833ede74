"""Reads behind the Employee Score: what was known of a person, and of their peers, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from hr import scoring
from hr.models import Employee, Kudos, ScoreInput
from hr.selectors import employees as people
from pulse.tenancy.models import Environment

KUDOS_WINDOW = timedelta(days=60)
TREND_WINDOW = timedelta(days=7)
MEASURES = (
    "goals_progress_percent", "goals_hit", "goals_missed", "allocation_percent", "margin_per_hour",
    "focus_sessions", "tracked_hours", "billable_hours",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScoreOfDay:
    """A score with its date and how it moved in the seven days before."""

    as_of: date
    result: scoring.Score
    trend: str | None


def all_inputs(environment: Environment, employee: Employee) -> QuerySet[ScoreInput]:
    return ScoreInput.objects.within(environment).filter(employee=employee).order_by("date")


def inputs_in_force(environment: Environment, employee: Employee, day: date) -> ScoreInput | None:
    """The newest inputs of a person up to ``day``."""
    return (
        ScoreInput.objects.within(environment)
        .filter(employee=employee, date__lte=day)
        .order_by("-date")
        .first()
    )


def score_on(environment: Environment, employee: Employee, day: date) -> ScoreOfDay:
    """The score at the end of ``day`` in the organization's zone, with its trend."""
    result = _result(environment, employee, day)
    earlier = _result(environment, employee, day - TREND_WINDOW)
    return ScoreOfDay(day, result, scoring.trend(result.score, earlier.score))


def score_history(
    environment: Environment, employee: Employee, last: date, days: int
) -> list[ScoreOfDay]:
    """The score of each of ``days`` days up to ``last``, oldest first."""
    first = last - timedelta(days=days - 1)
    results = {
        day: _result(environment, employee, day)
        for day in (
            first - TREND_WINDOW + timedelta(days=number)
            for number in range(days + TREND_WINDOW.days)
        )
    }
    return [
        ScoreOfDay(
            day,
            results[day],
            scoring.trend(results[day].score, results[day - TREND_WINDOW].score),
        )
        for day in (first + timedelta(days=number) for number in range(days))
    ]


def _result(environment: Environment, employee: Employee, day: date) -> scoring.Score:
    known = inputs_in_force(environment, employee, day)
    measures = {name: getattr(known, name) for name in MEASURES} if known else {}
    received = _coins(environment, "receiver", day)
    given = _coins(environment, "giver", day)
    return scoring.score(
        scoring.Inputs(
            **measures,
            peer_margins=_margins(environment, day),
            received=received.get(employee.pk, 0),
            given=given.get(employee.pk, 0),
            most_received=max(received.values(), default=0),
            most_given=max(given.values(), default=0),
        )
    )


def _coins(environment: Environment, side: str, day: date) -> dict[int, int]:
    """Coins by person over the 60 days that end with ``day``, among people active on it."""
    zone = ZoneInfo(environment.organization.time_zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    rows = (
        Kudos.objects.within(environment)
        .filter(
            created_at__gte=end - KUDOS_WINDOW,
            created_at__lt=end,
            **{f"{side}__in": people.active(environment, day)},
        )
        .order_by()
        .values_list(side)
        .annotate(total=Sum("coins"))
    )
    return dict(rows)


def _margins(environment: Environment, day: date) -> list[float]:
    """The margin per hour of every active person for whom one is known on ``day``."""
    latest: QuerySet[ScoreInput] = (
        ScoreInput.objects.within(environment)
        .filter(employee=OuterRef("pk"), date__lte=day)
        .order_by("-date")
    )
    rows = (
        people.active(environment, day)
        .filter(score_inputs__date__lte=day)
        .distinct()
        .annotate(margin=Subquery(latest.values("margin_per_hour")[:1]))
        .values_list("margin", flat=True)
    )
    return [margin for margin in rows if margin is not None]
