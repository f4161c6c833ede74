"""Reads and locks of screenings and answers."""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models import Q, QuerySet

from pulse.errors import NotFound
from pulse.tenancy.models import Environment
from pulse.times import end_of_second
from screening.models import Answer, Candidate, Report, Screening, Template

_ID = re.compile(r"s([1-9]\d{0,14})", re.ASCII)
OPEN = (Screening.Status.PENDING, Screening.Status.IN_PROGRESS)


def list_screenings(
    environment: Environment,
    *,
    status: str = "all",
    candidate_id: str = "",
    template_id: str = "",
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> QuerySet[Screening]:
    """Screenings of candidates who were not erased, oldest first, with candidate and template.

    ``created_from`` and ``created_to`` are part of the period, in whole seconds.
    """
    rows = Screening.objects.within(environment).filter(candidate__erased_at=None)
    if status != "all":
        rows = rows.filter(status=status)
    if candidate_id:
        rows = rows.filter(candidate__number=_number(candidate_id, "c"))
    if template_id:
        rows = rows.filter(template__number=_number(template_id, "t"))
    if created_from:
        rows = rows.filter(created_at__gte=created_from.replace(microsecond=0))
    if created_to:
        rows = rows.filter(created_at__lte=end_of_second(created_to))
    return rows.select_related("candidate", "template").order_by("created_at", "pk")


def to_review(environment: Environment) -> QuerySet[Screening]:
    """Completed screenings whose score waits for a person, oldest first."""
    return list_screenings(environment).filter(scoring_status=Screening.Scoring.PENDING_REVIEW)


def _number(public_id: str, prefix: str) -> int:
    """The number of an id, or one that no row has."""
    match = re.fullmatch(rf"{prefix}([1-9]\d{{0,14}})", public_id, re.ASCII)
    return int(match[1]) if match else -1


def get_screening(environment: Environment, public_id: str) -> Screening:
    """Raises NotFound, for screenings of erased candidates too."""
    found = _by_id(environment, public_id).select_related(*_JOINED).first()
    if found is None:
        raise NotFound("The screening was not found", details={"screening_id": public_id})
    return found


_JOINED = ("candidate", "template", "template_version", "environment__organization")


def lock_screening(environment: Environment, public_id: str) -> Screening:
    """The screening's row, locked until the transaction ends. Raises NotFound."""
    found = _by_id(environment, public_id).first()
    if found is None:
        raise NotFound("The screening was not found", details={"screening_id": public_id})
    return lock_again(found)


def lock_again(screening: Screening) -> Screening:
    """The same row as it is now, locked, with what it refers to."""
    return (
        Screening.objects.within(screening.environment_id)
        .select_for_update(of=("self",))
        .select_related(*_JOINED)
        .get(pk=screening.pk)
    )


def lock_with_candidate(screening: Screening) -> Screening:
    """The same row as it is now, locked after its candidate's: the order that erasure takes too."""
    Candidate.objects.within(screening.environment_id).select_for_update().get(
        pk=screening.candidate_id
    )
    return lock_again(screening)


def _by_id(environment: Environment, public_id: str) -> QuerySet[Screening]:
    return list_screenings(environment).filter(number=_number(public_id, "s"))


def by_link(digest: str) -> Screening | None:
    """The screening that a candidate's link opens. The link is the credential, so this names no
    environment; the row does."""
    return (
        Screening.unscoped.filter(link_digest=digest, candidate__erased_at=None)
        .select_related(*_JOINED)
        .first()
    )


def lock_by_link(digest: str) -> Screening | None:
    """The screening that a link opens, found and locked in one step, with what a save needs only."""
    return (
        Screening.unscoped.filter(link_digest=digest, candidate__erased_at=None)
        .select_for_update(of=("self",))
        .select_related("template_version")
        .only(
            "environment_id",
            "candidate_id",
            "status",
            "completion_reason",
            "expires_at",
            "deadline_at",
            "seen_at",
            "active_seconds",
            "signals",
            "template_version__questions",
        )
        .first()
    )


def of_candidate(candidate: Candidate) -> QuerySet[Screening]:
    return (
        Screening.objects.within(candidate.environment_id)
        .filter(candidate=candidate)
        .select_related("candidate", "template")
        .order_by("created_at", "pk")
    )


def open_screening(candidate: Candidate, template: Template) -> Screening | None:
    return of_candidate(candidate).filter(template=template, status__in=OPEN).first()


def pending_of(template: Template) -> QuerySet[Screening]:
    """Who is invited and has not started."""
    return Screening.objects.within(template.environment_id).filter(
        template=template, status=Screening.Status.PENDING
    )


def answers_of(screening: Screening) -> dict[str, Answer]:
    """Question id → its latest answer."""
    rows = Answer.objects.within(screening.environment_id).filter(screening=screening)
    return {row.question_id: row for row in rows}


def lock_answer(screening: Screening, question_id: str) -> Answer | None:
    """The answer's row, locked: two devices that save at once are put in an order."""
    return (
        Answer.objects.within(screening.environment_id)
        .filter(screening=screening, question_id=question_id)
        .select_for_update()
        .first()
    )


def overdue(now: datetime, grace_cutoff: datetime) -> QuerySet[Screening]:
    """Open screenings whose time is over, in every environment: for the pump."""
    return Screening.unscoped.filter(
        Q(status=Screening.Status.PENDING, expires_at__lte=now)
        | Q(status=Screening.Status.IN_PROGRESS, deadline_at__lte=grace_cutoff)
    )


def to_remind(now: datetime, until: datetime) -> QuerySet[Screening]:
    """Invited, not started, ending before ``until`` and not yet reminded: for the pump."""
    return Screening.unscoped.filter(
        status=Screening.Status.PENDING,
        expires_at__gt=now,
        expires_at__lte=until,
        reminded_at=None,
        invited_at__isnull=False,
        candidate__erased_at=None,
    )


def current_report(screening: Screening) -> Report | None:
    """The newest version, whatever its state."""
    return (
        Report.objects.within(screening.environment_id)
        .filter(screening=screening)
        .order_by("-version")
        .first()
    )


def ready_report(screening: Screening) -> Report | None:
    """The newest version that has been written."""
    return (
        Report.objects.within(screening.environment_id)
        .filter(screening=screening, status=Report.Status.READY)
        .order_by("-version")
        .first()
    )


def due_reports(now: datetime) -> QuerySet[Report]:
    """Reports to write now, and those whose writer has died: for the pump."""
    return Report.unscoped.filter(
        status__in=(Report.Status.QUEUED, Report.Status.GENERATING), next_attempt_at__lte=now
    ).order_by("next_attempt_at", "pk")


def waiting_for_review() -> QuerySet[Screening]:
    """Completed screenings with an open score, in every environment: for the pump."""
    return Screening.unscoped.filter(
        status=Screening.Status.COMPLETED,
        scoring_status=Screening.Scoring.PENDING_REVIEW,
        candidate__erased_at=None,
    ).select_related("environment__organization")[:500]


def for_report(report: Report) -> Screening | None:
    """The screening a report is about, with what its text needs; None once its candidate is erased."""
    return (
        Screening.objects.within(report.environment_id)
        .filter(pk=report.screening_id, candidate__erased_at=None)
        .select_related(*_JOINED)
        .first()
    )


def template_number(public_id: str) -> int:
    return _number(public_id, "t")


def lock_due_report(pk: int, now: datetime) -> Report | None:
    """A due report, locked; None when another writer has it."""
    return due_reports(now).filter(pk=pk).select_for_update(skip_locked=True).first()


def with_queued_invitation() -> QuerySet[Screening]:
    """Screenings whose invitation is on its way, in every environment: for the pump."""
    return Screening.unscoped.filter(invitation_status=Screening.Invitation.QUEUED).select_related(
        "environment"
    )


def latest_of(environment: Environment, candidates: list[Candidate]) -> dict[int, Screening]:
    """Candidate's key → the newest screening of each."""
    rows = (
        Screening.objects.within(environment)
        .filter(candidate__in=candidates)
        .select_related("candidate", "template")
        .order_by("created_at", "pk")
    )
    return {row.candidate_id: row for row in rows}
