"""Writing reports: a pump's work, safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import structlog
from django.db import transaction

from pulse.errors import NotFound
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish
from screening import narrative, prose, shapes
from screening.events import ReportGenerated
from screening.models import Report, Screening
from screening.scoring import Result, half_up
from screening.selectors import screenings as selectors
from screening.services import marking

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
BATCH = 10


def write_due(*, now: datetime) -> int:
    """Write every report that is due; returns how many were taken."""
    taken = 0
    for pk in list(selectors.due_reports(now).values_list("pk", flat=True)[:BATCH]):
        claimed = _claim(pk, now)
        if claimed is None:
            continue
        taken += 1
        try:
            _write(claimed, now)
        except Exception as error:
            log.exception("report_failed", report=pk)
            _fail(claimed, error, now)
    return taken


def _claim(pk: int, now: datetime) -> Report | None:
    """Take a due report under a lease, so that a writer that dies gives it back."""
    with transaction.atomic():
        row = selectors.lock_due_report(pk, now)
        if row is None:
            return None
        row.status = Report.Status.GENERATING
        row.attempts += 1
        row.next_attempt_at = now + LEASE
        row.save(update_fields=["status", "attempts", "next_attempt_at"])
        return row


def _write(row: Report, now: datetime) -> None:
    screening = selectors.for_report(row)
    if screening is None or screening.score is None:
        Report.unscoped.filter(pk=row.pk).delete()  # erased meanwhile, or open for review again
        return
    result = marking.evaluate(screening)
    told = narrative.write(
        result,
        first_name=screening.candidate.first_name,
        template=screening.template.name,
        settings=screening.template.settings,
    )
    told, made_by, digest = prose.rewrite(told, result, first_name=screening.candidate.first_name)
    with transaction.atomic():
        settled = Report.unscoped.filter(
            pk=row.pk, status=Report.Status.GENERATING, attempts=row.attempts
        ).update(
            **_columns(screening, result, told, now), generated_by=made_by, prompt_digest=digest
        )
        if not settled:
            return  # the lease had ended and another writer has taken over
        row.refresh_from_db()
        event = ReportGenerated(
            data=shapes.report_announced(screening, row),
            subject_ref=f"{screening.public_id} {screening.candidate.public_id}",
            occurred_at=now,
            resource_path=f"/v1/screenings/{screening.public_id}/report",
        )
        publish(screening.environment, event)


def _columns(
    screening: Screening, result: Result, told: narrative.Narrative, now: datetime
) -> dict[str, object]:
    return {
        "status": Report.Status.READY,
        "next_attempt_at": None,
        "failure": "",
        "score": screening.score,
        "skill_scores": [skill.as_dict() for skill in result.skills],
        "completion_time_minutes": half_up(Fraction(screening.active_seconds, 60)),
        "summary": told.summary,
        "strengths": told.strengths,
        "areas_for_improvement": told.areas_for_improvement,
        "recommendation": told.recommendation,
        "generated_at": now,
    }


def _fail(row: Report, error: Exception, now: datetime) -> None:
    final = row.attempts >= MAX_ATTEMPTS
    Report.unscoped.filter(pk=row.pk, attempts=row.attempts).update(
        status=Report.Status.FAILED if final else Report.Status.QUEUED,
        failure=type(error).__name__,
        next_attempt_at=None if final else now + timedelta(seconds=10 * 3**row.attempts),
    )


def get_report(environment: Environment, *, screening_id: str) -> tuple[Screening, Report]:
    """The newest written report. Raises NotFound that says how far it is."""
    screening = selectors.get_screening(environment, screening_id)
    made = selectors.ready_report(screening)
    if made is None or screening.status != Screening.Status.COMPLETED:
        standing = selectors.current_report(screening)
        raise NotFound(
            "The report is not available",
            details={
                "screening_id": screening_id,
                "screening_status": screening.status,
                "report_status": standing.status if standing else "none",
            },
        )
    return screening, made


@transaction.atomic
def regenerate(environment: Environment, *, screening_id: str, now: datetime) -> Report:
    """Queue the next version. Raises NotFound, and NotFound with details for an open screening."""
    screening = selectors.lock_screening(environment, screening_id)
    if screening.status != Screening.Status.COMPLETED or screening.score is None:
        get_report(environment, screening_id=screening_id)
    return marking.queue_report(screening, now=now)
