"""Reads and locks of runs of code answers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from screening.models import CodeRun


def due_runs(now: datetime) -> QuerySet[CodeRun]:
    """What is to be run now, in every environment: for the pump."""
    return CodeRun.unscoped.filter(
        state=CodeRun.State.DUE,
        next_attempt_at__lte=now,
        answer__screening__candidate__erased_at=None,
    ).order_by("next_attempt_at", "pk")


def lock_due_run(pk: int, now: datetime) -> CodeRun | None:
    """A due run, locked, with its answer and what was asked; None when another process has it."""
    return (
        due_runs(now)
        .filter(pk=pk)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related(
            "answer__screening__template_version",
            "answer__screening__environment__organization",
        )
        .first()
    )
