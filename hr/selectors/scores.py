"""Reads behind the Employee Score: what was known of a person, and of their peers, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from hr import scoring
from hr.models import Employee, ScoreInput
from hr.selectors import employees as people
from hr.selectors import entries
from hr.workdays import days_between, shifted
from pulse.tenancy.models import Environment

KUDOS_DAYS = 60
TREND_DAYS = 7
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
    earlier = _result(environment, employee, shifted(day, -TREND_DAYS))
    return ScoreOfDay(day, result, scoring.trend(result.score, earlier.score))


def score_history(
    environment: Environment, employee: Employee, last: date, days: int
) -> list[ScoreOfDay]:
    """The score of each of ``days`` days up to ``last``, oldest first."""
    first = shifted(last, 1 - days)
    results = {
        day: _result(environment, employee, day)
        for day in days_between(shifted(first, -TREND_DAYS), last)
    }
    return [
        ScoreOfDay(
            day,
            results[day],
            scoring.trend(results[day].score, results[shifted(day, -TREND_DAYS)].score),
        )
        for day in days_between(first, last)
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
    rows = (
        entries.kudos_between(environment, shifted(day, 1 - KUDOS_DAYS), day)
        .filter(**{f"{side}__in": people.active(environment, day)})
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
