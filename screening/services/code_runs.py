"""Sending code answers to the runner, and giving the points for what came out."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from django.db import transaction

from pulse import queue
from screening import code_runner
from screening.models import CodeRun, Screening
from screening.questions import Question
from screening.selectors import code_runs as selectors
from screening.selectors import screenings as screening_selectors
from screening.services import marking

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=120)
PAUSES = tuple(timedelta(minutes=one) for one in (1, 5, 30))
BATCH = 5
ACTOR = "code-runner"


def queue_runs(screening: Screening, *, now: datetime) -> None:
    """Note every code answer that a runner is wanted for, in the caller's transaction."""
    questions = screening.template_version.questions if screening.template_version else []
    answers = screening_selectors.answers_of(screening)
    for question in questions:
        answer = answers.get(question["id"])
        if answer is not None and answer.value is not None and code_runner.wanted(question):
            CodeRun.unscoped.get_or_create(
                answer=answer,
                defaults={
                    "environment_id": screening.environment_id,
                    "total": len(question["cases"]),
                    "next_attempt_at": now,
                },
            )
            queue.kick("screening-code")


def run_due(*, now: datetime) -> int:
    """Run what is due; returns how many answers were tried."""
    done = 0
    for pk in list(selectors.due_runs(now).values_list("pk", flat=True)[:BATCH]):
        run = _claim(pk, now)
        if run is not None:
            _run(run, now)
            done += 1
    return done


def _claim(pk: int, now: datetime) -> CodeRun | None:
    """Take a due run under a lease, so that a process that dies gives it back."""
    with transaction.atomic():
        run = selectors.lock_due_run(pk, now)
        if run is not None:
            run.attempts += 1
            run.next_attempt_at = now + LEASE
            run.save(update_fields=["attempts", "next_attempt_at"])
        return run


def _run(run: CodeRun, now: datetime) -> None:
    screening = run.answer.screening
    question = _question(run)
    try:
        passed = code_runner.passed_cases(question, run.answer.value)
    except (
        Exception
    ) as error:  # the operator's code: whatever it raises leaves the review to a person
        log.warning("code_run_failed", run=run.pk, error=type(error).__name__)
        _note_failure(run, type(error).__name__, now)
        return
    with transaction.atomic():
        answer = screening_selectors.lock_answer(screening, run.answer.question_id)
        if answer is not None and answer.reviewed_points is None:
            points = Decimal(str(question["points"])) * passed / run.total
            marking.review_answer(
                screening.environment,
                screening_id=screening.public_id,
                question_id=run.answer.question_id,
                points=points.quantize(Decimal("0.001")),
                note=f"{passed} of {run.total} runs as expected",
                now=now,
                actor=ACTOR,
            )
        CodeRun.unscoped.filter(pk=run.pk).update(
            state=CodeRun.State.DONE, passed=passed, next_attempt_at=None, failure=""
        )


def _question(run: CodeRun) -> Question:
    version = run.answer.screening.template_version
    return next(
        one for one in (version.questions if version else []) if one["id"] == run.answer.question_id
    )


def _note_failure(run: CodeRun, reason: str, now: datetime) -> None:
    over = run.attempts > len(PAUSES)
    CodeRun.unscoped.filter(pk=run.pk, attempts=run.attempts).update(
        state=CodeRun.State.FAILED if over else CodeRun.State.DUE,
        failure=reason,
        next_attempt_at=None if over else now + PAUSES[run.attempts - 1],
    )
