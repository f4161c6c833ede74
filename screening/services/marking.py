"""Scores: at completion by machine, afterwards by reviewers, and never by anything else."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db import transaction

from pulse import queue
from pulse.audit.services import record
from pulse.errors import Conflict, FieldError, InvalidInput, NotFound
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish
from screening import scoring, shapes
from screening.account import Account
from screening.events import ScreeningCompleted
from screening.models import PartnerUpdate, Report, Screening
from screening.selectors import screenings as selectors
from screening.services import partner_updates
from screening.services.candidates import note_contact


def complete(screening: Screening, *, reason: str, at: datetime, now: datetime) -> Screening:
    """Close a running attempt: score it, announce it, queue its report.

    Runs in the caller's transaction, which has locked candidate and screening. With answers that a
    person must review the score stays open and the announcement waits.
    """
    screening.status = Screening.Status.COMPLETED
    screening.completion_reason = reason
    screening.completed_at = at
    screening.updated_at = now
    wall = int((at - (screening.started_at or at)).total_seconds())
    screening.active_seconds = min(screening.active_seconds, wall)
    _score(screening, finalize=False, now=now)
    candidate = screening.candidate
    candidate.updated_at = max(candidate.updated_at, at)
    candidate.save(update_fields=["updated_at"])
    note_contact(candidate, at)
    return screening


def evaluate(screening: Screening, *, finalize: bool = True) -> scoring.Result:
    """The attempt's result from the answers and reviews as they are now; writes nothing."""
    answers = selectors.answers_of(screening)
    version = screening.template_version
    return scoring.total(
        version.questions if version else [],
        {one: answer.value for one, answer in answers.items()},
        reviewed={
            one: Fraction(answer.reviewed_points)
            for one, answer in answers.items()
            if answer.reviewed_points is not None
        },
        weights=screening.template.settings.get("weights"),
        finalize=finalize,
    )


def _score(screening: Screening, *, finalize: bool, now: datetime) -> None:
    result = evaluate(screening, finalize=finalize)
    for one, answer in selectors.answers_of(screening).items():
        if one in result.marks:
            answer.earned = Decimal(f"{float(result.marks[one].earned):.3f}")
            answer.save(update_fields=["earned"])
    screening.skill_scores = [skill.as_dict() for skill in result.skills]
    screening.score = result.score
    screening.scoring_status = (
        Screening.Scoring.PENDING_REVIEW if result.score is None else Screening.Scoring.SCORED
    )
    screening.save()
    if result.score is not None:
        _announce(screening, now)


def _announce(screening: Screening, now: datetime) -> None:
    """Publish the completion once, and queue the report on this score."""
    if screening.announced_at is None:
        event = ScreeningCompleted(
            data=shapes.completion_announced(screening),
            subject_ref=f"{screening.public_id} {screening.candidate.public_id}",
            occurred_at=screening.completed_at,
            resource_path=f"/v1/screenings/{screening.public_id}",
        )
        publish(screening.environment, event)
        screening.announced_at = now
        screening.save(update_fields=["announced_at"])
        partner_updates.note(screening, PartnerUpdate.Kind.COMPLETED, now=now)
    queue_report(screening, now=now)


def queue_report(screening: Screening, *, now: datetime) -> Report:
    """Ask for the next version of the report; one that is still queued is taken as asked for."""
    standing = selectors.current_report(screening)
    if standing is not None and standing.status == Report.Status.QUEUED:
        return standing
    made = Report.objects.create(
        environment=screening.environment,
        screening=screening,
        version=standing.version + 1 if standing else 1,
        next_attempt_at=now,
    )
    queue.kick("screening-reports")
    return made


@transaction.atomic
def review_answer(
    environment: Environment,
    *,
    screening_id: str,
    question_id: str,
    points: Decimal,
    note: str,
    now: datetime,
    actor: str = "system",
) -> Screening:
    """Give a reviewer's points to one answer and score again; the last review releases the score.

    A score that was announced is changed and never taken back. Raises NotFound, Conflict, InvalidInput.
    """
    screening = selectors.lock_screening(environment, screening_id)
    if screening.status != Screening.Status.COMPLETED or screening.template_version is None:
        raise Conflict(
            "Only a completed screening is reviewed", details={"status": screening.status}
        )
    question = next(
        (one for one in screening.template_version.questions if one["id"] == question_id), None
    )
    answer = selectors.lock_answer(screening, question_id)
    if question is None or answer is None:
        raise NotFound("There is no answer to this question")
    if not 0 <= points <= Decimal(str(question["points"])):
        raise InvalidInput(fields=[FieldError("points", f"must be from 0 to {question['points']}")])
    answer.reviewed_points, answer.review_note = points, note
    answer.save(update_fields=["reviewed_points", "review_note"])
    _score(screening, finalize=screening.announced_at is not None, now=now)
    record(
        environment,
        actor=actor,
        product="screening",
        action="screening.review",
        object_ref=screening_id,
        fields=[question_id],
    )
    return screening


@transaction.atomic
def finalize(environment: Environment, *, screening_id: str, now: datetime) -> Screening:
    """Let provisional points count for what nobody reviewed. Raises NotFound, Conflict."""
    screening = selectors.lock_screening(environment, screening_id)
    if screening.scoring_status != Screening.Scoring.PENDING_REVIEW:
        raise Conflict("No review is outstanding", details={"status": screening.scoring_status})
    _score(screening, finalize=True, now=now)
    return screening


@transaction.atomic
def decide(
    environment: Environment, *, screening_id: str, decision: str, now: datetime, actor: str
) -> Screening:
    """Record what a person decided; the report's recommendation stays what it was."""
    screening = selectors.lock_screening(environment, screening_id)
    screening.reviewer_decision = decision
    screening.updated_at = now
    screening.save(update_fields=["reviewer_decision", "updated_at"])
    record(
        environment,
        actor=actor,
        product="screening",
        action="screening.decide",
        object_ref=screening_id,
        fields=["reviewer_decision"],
    )
    return screening


def finalize_waiting(*, now: datetime) -> int:
    """Finalize what has waited longer than its account allows, where it set a limit."""
    done = 0
    for screening in selectors.waiting_for_review():
        hours = Account.of(screening.environment).auto_finalize_hours
        if (
            hours
            and screening.completed_at
            and screening.completed_at + timedelta(hours=hours) <= now
        ):
            finalize(screening.environment, screening_id=screening.public_id, now=now)
            done += 1
    return done
