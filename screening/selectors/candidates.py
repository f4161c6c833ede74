"""Reads of candidates and their resumes."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.db.models import QuerySet

from pulse.errors import NotFound
from pulse.tenancy.models import Environment
from pulse.times import end_of_second
from screening.models import Candidate, Resume, Sequence

_ID = re.compile(r"c([1-9]\d{0,14})", re.ASCII)


def fold(text: str) -> str:
    """Text as it is searched and compared: NFKC and case folded."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def list_candidates(
    environment: Environment,
    *,
    status: str = "active",
    email: str = "",
    search: str = "",
    created_after: datetime | None = None,
) -> QuerySet[Candidate]:
    """Candidates who were not erased, oldest first; ``status`` may be ``all``.

    ``created_after`` is compared in whole seconds.
    """
    rows = Candidate.objects.within(environment).filter(erased_at=None)
    if status != "all":
        rows = rows.filter(status=status)
    if email:
        rows = rows.filter(email_folded=fold(email))
    if search:
        rows = rows.filter(search_text__contains=fold(search))
    if created_after:
        rows = rows.filter(created_at__gt=end_of_second(created_after))
    return rows.order_by("created_at", "pk")


def get_candidate(environment: Environment, public_id: str) -> Candidate:
    """The candidate of that id with its resume. Raises NotFound."""
    found = _by_id(environment, public_id).select_related("resume").first()
    if found is None:
        raise NotFound("The candidate was not found", details={"candidate_id": public_id})
    return found


def lock_candidate(environment: Environment, public_id: str) -> Candidate:
    """The candidate's row, locked until the transaction ends. Raises NotFound."""
    found = _by_id(environment, public_id).select_for_update().first()
    if found is None:
        raise NotFound("The candidate was not found", details={"candidate_id": public_id})
    return found


def find_candidate(environment: Environment, public_id: str) -> Candidate | None:
    return _by_id(environment, public_id).first()


def active_holder(environment: Environment, email: str) -> Candidate | None:
    """The active candidate with that address, compared without case."""
    return (
        list_candidates(environment, status="active")
        .filter(email_folded=fold(email))
        .select_related("resume")
        .first()
    )


def _by_id(environment: Environment, public_id: str) -> QuerySet[Candidate]:
    rows = Candidate.objects.within(environment).filter(erased_at=None)
    match = _ID.fullmatch(public_id)
    return rows.filter(number=int(match[1])) if match else rows.none()


def lock_sequence(environment: Environment, kind: str) -> Sequence:
    """The counter of one kind of id, locked: numbers come without gaps between committed rows."""
    Sequence.objects.within(environment).get_or_create(
        kind=kind, defaults={"environment": environment}
    )
    return Sequence.objects.within(environment).select_for_update().get(kind=kind)


def resume_of(candidate: Candidate) -> Resume | None:
    return Resume.objects.within(candidate.environment_id).filter(candidate=candidate).first()


def due_resumes(now: datetime) -> QuerySet[Resume]:
    """Resumes whose address is to be fetched now, in every environment: for the pump."""
    return Resume.unscoped.filter(
        status=Resume.Status.PENDING, next_attempt_at__lte=now
    ).select_related("candidate", "environment__organization")


def unread_resumes() -> QuerySet[Resume]:
    """Stored resumes whose text has not been looked through, in every environment: for the pump."""
    return Resume.unscoped.filter(status=Resume.Status.STORED, read_at=None).order_by("pk")


def forgotten(before: datetime) -> QuerySet[Candidate]:
    """Candidates without contact since ``before`` and without a legal hold, for retention."""
    return Candidate.unscoped.filter(
        erased_at=None, legal_hold=False, last_contact_at__lt=before
    ).select_related("environment__organization")


def candidate_by_pk(environment_pk: int, pk: int) -> Candidate | None:
    """For signed addresses, which hold keys and no ids."""
    return Candidate.objects.within(environment_pk).filter(pk=pk, erased_at=None).first()


def lock_due_resume(pk: int, now: datetime) -> Resume | None:
    """A due resume, locked; None when another worker has it."""
    return due_resumes(now).filter(pk=pk).select_for_update(skip_locked=True, of=("self",)).first()


def every_environment() -> QuerySet[Environment]:
    """For retention, which goes through all of them."""
    return Environment.objects.select_related("organization").order_by("pk")
