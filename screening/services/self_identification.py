"""What candidates may say about themselves for statistics; kept apart, and never asked before the end."""

from __future__ import annotations

from django.db import transaction

from screening.models import Screening, SelfIdentification
from screening.selectors import statistics

SEXES = ("female", "male", "nonbinary or another")
ETHNICITIES = (
    "Asian",
    "Black or African American",
    "Hispanic or Latino",
    "Middle Eastern or North African",
    "Native American or Alaska Native",
    "Native Hawaiian or Pacific Islander",
    "White",
    "Two or more",
)


def given(screening: Screening) -> bool:
    return statistics.has_identified(screening)


@transaction.atomic
def give(screening: Screening, *, sex: str, ethnicity: str) -> None:
    """Store the statements once; unknown words and an empty form store nothing."""
    sex = sex if sex in SEXES else ""
    ethnicity = ethnicity if ethnicity in ETHNICITIES else ""
    if sex or ethnicity:
        SelfIdentification.objects.within(screening.environment_id).get_or_create(
            screening=screening,
            defaults={
                "environment_id": screening.environment_id,
                "sex": sex,
                "ethnicity": ethnicity,
            },
        )
