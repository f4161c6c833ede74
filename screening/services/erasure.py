"""Erasing a person: what tells who they are goes, from every table that holds a copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from pulse.audit.services import record
from pulse.erasure.services import erase_subject
from pulse.tenancy.models import Environment
from screening import resume_files
from screening.models import Answer, Candidate, Report, Screening
from screening.questions import Question
from screening.selectors import candidates as selectors
from screening.selectors import screenings as screening_selectors

FREE_TEXT = ("short_text", "long_text", "code")


@transaction.atomic
def erase_candidate(
    environment: Environment,
    *,
    candidate_id: str,
    now: datetime,
    purge: bool = False,
    actor: str = "system",
    request_id: str = "",
) -> None:
    """Remove a candidate for good; a second call finds nobody.

    The kernel's copies (webhooks, stored answers, mail) go too. Open screenings are cancelled. Scores
    stay without a name, for statistics, unless ``purge``.
    Raises NotFound.
    """
    candidate = selectors.lock_candidate(environment, candidate_id)
    screenings = list(screening_selectors.of_candidate(candidate))
    erase_subject(environment, candidate_id, now=now, addresses=[candidate.email])
    for one in screenings:
        erase_subject(environment, one.public_id, now=now)
    _remove_resume(candidate)
    if purge:
        for one in screenings:
            one.delete()
    else:
        for one in screenings:
            _anonymise(screening_selectors.lock_again(one), now)
    _empty(candidate, now)
    record(
        environment,
        actor=actor,
        product="screening",
        action="candidate.erase",
        object_ref=candidate_id,
        fields=[],
        request_id=request_id,
    )


def _remove_resume(candidate: Candidate) -> None:
    resume = selectors.resume_of(candidate)
    if resume is not None:
        name = resume.file_name
        resume.delete()
        transaction.on_commit(lambda: resume_files.remove(name))


def _anonymise(screening: Screening, now: datetime) -> None:
    """Keep numbers and choices; drop texts, reports, and everything the account wrote beside them."""
    if screening.open:
        screening.status = Screening.Status.CANCELLED
        screening.closed_at = now
    questions: list[Question] = (
        screening.template_version.questions if screening.template_version else []
    )
    written = [one["id"] for one in questions if one["type"] in FREE_TEXT]
    answers = Answer.unscoped.filter(screening=screening)
    answers.filter(question_id__in=written).delete()
    answers.update(review_note="")
    Report.unscoped.filter(screening=screening).delete()
    screening.job_title = screening.language = ""
    screening.partner_ref = screening.partner_callback_url = ""
    screening.metadata, screening.signals = {}, {}
    screening.updated_at = now
    screening.save()


def _empty(candidate: Candidate, now: datetime) -> None:
    candidate.name = candidate.email = candidate.email_folded = candidate.phone = ""
    candidate.email_claim = None
    candidate.search_text = candidate.source = ""
    candidate.skills, candidate.education = [], []
    candidate.experience_years = None
    candidate.status = Candidate.Status.ARCHIVED
    candidate.erased_at = candidate.updated_at = now
    candidate.save()


def forget(environment: Environment, wanted: Callable[[str], bool], now: datetime) -> int:
    """Erase every candidate whose id ``wanted`` accepts; how many that were."""
    every = selectors.list_candidates(environment, status="all")
    found = [one.public_id for one in every if wanted(one.public_id)]
    for one in found:
        erase_candidate(environment, candidate_id=one, now=now)
    return len(found)
