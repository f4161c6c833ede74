"""Reads for statistics: numbers and groups, never beside a name."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Avg, Count

from pulse.tenancy.models import Environment
from pulse.times import end_of_second
from screening.impact import Person
from screening.models import Screening, SelfIdentification
from screening.selectors.screenings import template_number, to_review


def people(
    environment: Environment,
    *,
    template_id: str = "",
    completed_from: datetime | None = None,
    completed_to: datetime | None = None,
) -> list[Person]:
    """Everybody scored in the period, erased candidates included: their scores have no name left."""
    rows = Screening.objects.within(environment).filter(
        status=Screening.Status.COMPLETED, score__isnull=False
    )
    if template_id:
        rows = rows.filter(template__number=template_number(template_id))
    if completed_from:
        rows = rows.filter(completed_at__gte=completed_from.replace(microsecond=0))
    if completed_to:
        rows = rows.filter(completed_at__lte=end_of_second(completed_to))
    told = {
        one.screening_id: one
        for one in SelfIdentification.objects.within(environment).filter(screening__in=rows)
    }
    return [
        Person(
            score=score or 0,
            advanced={"advance": True, "reject": False}.get(decision),
            sex=told[pk].sex if pk in told else "",
            ethnicity=told[pk].ethnicity if pk in told else "",
        )
        for pk, score, decision in rows.values_list("pk", "score", "reviewer_decision")
    ]


def has_identified(screening: Screening) -> bool:
    return (
        SelfIdentification.objects.within(screening.environment_id)
        .filter(screening=screening)
        .exists()
    )


def overview(environment: Environment, now: datetime) -> list[dict[str, object]]:
    """The figures at the top of the recruiter's first page."""
    rows = Screening.objects.within(environment).filter(candidate__erased_at=None)
    recent = rows.filter(completed_at__gte=now - timedelta(days=30))
    figures = recent.aggregate(count=Count("pk"), mean=Avg("score"))
    mean = figures["mean"]
    return [
        {"label": "Waiting to start", "value": rows.filter(status="pending").count()},
        {"label": "In progress", "value": rows.filter(status="in_progress").count()},
        {"label": "Completed, last 30 days", "value": figures["count"]},
        {"label": "Average score of those", "value": "–" if mean is None else f"{mean:.0f}"},
        {
            "label": "Waiting for review",
            "value": to_review(environment).count(),
        },
    ]
