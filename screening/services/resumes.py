"""Storing resumes: uploads at once, addresses by a pump through the kernel's checked client."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from pulse import queue
from pulse.audit.services import record
from pulse.errors import FieldError, InvalidInput, PayloadTooLarge, UnsupportedMedia
from pulse.outbound import client
from pulse.tenancy.models import Environment
from screening import resume_files, resume_suggestions
from screening.account import Account
from screening.models import Candidate, Resume
from screening.selectors import candidates as selectors

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
FETCH_SECONDS = 10.0
BATCH = 5


@transaction.atomic
def store_upload(
    environment: Environment,
    *,
    candidate_id: str,
    name: str,
    data: bytes,
    now: datetime,
    actor: str = "system",
) -> Candidate:
    """Store an uploaded resume in place of what was there.

    The type is told by the content, never by the name. Raises NotFound, PayloadTooLarge,
    UnsupportedMedia, InvalidInput.
    """
    if len(data) > resume_files.MAX_BYTES:
        raise PayloadTooLarge("A resume may have 10 MB.")
    if not data:
        raise InvalidInput(fields=[FieldError("file", "is empty")])
    media_type = resume_files.sniff(data)
    if not media_type:
        raise UnsupportedMedia("A resume must be a PDF, a DOCX or a plain text.")
    candidate = selectors.lock_candidate(environment, candidate_id)
    _store(candidate, data, media_type, now, source_url="")
    candidate.updated_at = now
    candidate.save(update_fields=["updated_at"])
    record(
        environment,
        actor=actor,
        product="screening",
        action="candidate.resume",
        object_ref=candidate_id,
        fields=["resume"],
    )
    return selectors.get_candidate(environment, candidate_id)


def _store(
    candidate: Candidate, data: bytes, media_type: str, now: datetime, *, source_url: str
) -> None:
    standing = selectors.resume_of(candidate)
    old = standing.file_name if standing else ""
    Resume.unscoped.update_or_create(
        candidate=candidate,
        defaults={
            "environment_id": candidate.environment_id,
            "status": Resume.Status.STORED,
            "source_url": source_url,
            "file_name": resume_files.write(candidate, data),
            "media_type": media_type,
            "size_bytes": len(data),
            "failure": "",
            "next_attempt_at": None,
            "stored_at": now,
            "suggestions": {},
            "read_at": None,
        },
    )
    transaction.on_commit(lambda: resume_files.remove(old))
    queue.kick("screening-resumes")


def read_due(*, now: datetime) -> int:
    """Look through what is new for suggestions; returns how many were read.

    A resume is marked before it is read, so a file that no parser survives is tried once.
    """
    done = 0
    for resume in selectors.unread_resumes()[:BATCH]:
        claimed = Resume.unscoped.filter(pk=resume.pk, read_at=None).update(read_at=now)
        if claimed:
            _suggest(resume)
            done += 1
    return done


def _suggest(resume: Resume) -> None:
    try:
        data = resume_files.read(resume)
    except FileNotFoundError:
        return  # replaced or erased meanwhile
    from screening import resume_text  # here, because it is wanted seldom and slows every start

    text = resume_text.text_of(data, resume.media_type)
    Resume.unscoped.filter(pk=resume.pk, file_name=resume.file_name).update(
        suggestions=resume_suggestions.suggestions(text)
    )


def fetch_due(*, now: datetime) -> int:
    """Fetch what is due, one address at a time; returns how many were tried."""
    done = 0
    for pk in list(selectors.due_resumes(now).values_list("pk", flat=True)[:10]):
        resume = _claim(pk, now)
        if resume is not None:
            _fetch(resume, now)
            done += 1
    return done


def _claim(pk: int, now: datetime) -> Resume | None:
    with transaction.atomic():
        resume = selectors.lock_due_resume(pk, now)
        if resume is None:
            return None
        if not Account.of(resume.environment).fetch_resumes:
            resume.next_attempt_at = None
            resume.save(update_fields=["next_attempt_at"])
            return None
        resume.attempts += 1
        resume.next_attempt_at = now + LEASE
        resume.save(update_fields=["attempts", "next_attempt_at"])
        return resume


def _fetch(resume: Resume, now: datetime) -> None:
    """One call, no redirect, 10 s, 10 MB, and only bytes that are a resume."""
    try:
        got = client.call(
            "GET",
            resume.source_url,
            live=resume.environment.live,
            headers={"Accept": "application/pdf, */*"},
            total_seconds=FETCH_SECONDS,
            max_answer_bytes=resume_files.MAX_BYTES,
        )
    except client.CallFailed as failed:
        _note_failure(resume, failed.kind, now, final=failed.kind == "forbidden_target")
        return
    media_type = resume_files.sniff(got.body) if got.complete and got.status == 200 else ""
    if not media_type:
        reason = "too_large" if not got.complete else f"status_{got.status}"
        _note_failure(resume, "not_a_resume" if got.status == 200 and got.complete else reason, now)
        return
    with transaction.atomic():
        candidate = selectors.lock_candidate(resume.environment, resume.candidate.public_id)
        standing = selectors.resume_of(candidate)
        if standing is None or standing.source_url != resume.source_url:
            return  # dropped, uploaded or moved while it was fetched
        _store(candidate, got.body, media_type, now, source_url=resume.source_url)


def _note_failure(resume: Resume, reason: str, now: datetime, *, final: bool = False) -> None:
    over = final or resume.attempts >= MAX_ATTEMPTS
    # Nothing happens when it was dropped, uploaded or moved while it was fetched.
    Resume.unscoped.filter(pk=resume.pk, source_url=resume.source_url).update(
        failure=reason,
        status=Resume.Status.FAILED if over else Resume.Status.PENDING,
        next_attempt_at=None if over else now + timedelta(minutes=2**resume.attempts),
    )
