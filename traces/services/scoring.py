"""Scores and comments on traces."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from pulse.tenancy.models import Environment
from traces.errors import ScoreNotFound, TraceNotFound
from traces.models import Score
from traces.selectors import traces as trace_selectors
from traces.selectors import upkeep


@transaction.atomic
def add_score(
    environment: Environment,
    *,
    trace_id: str,
    name: str,
    value: float | None,
    comment: str,
    source: str,
    author: str,
    now: datetime,
) -> Score:
    """Raises TraceNotFound."""
    if not trace_selectors.trace_exists(environment, trace_id):
        raise TraceNotFound
    return Score.objects.create(
        environment=environment,
        trace_id=trace_id,
        name=name,
        value=value,
        comment=comment,
        source=source,
        author=author,
        created_at=now,
    )


@transaction.atomic
def delete_score(environment: Environment, *, trace_id: str, score_id: str) -> None:
    """Raises ScoreNotFound."""
    score = upkeep.score(environment, trace_id, score_id)
    if score is None:
        raise ScoreNotFound
    score.delete()
