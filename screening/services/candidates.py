"""Making, changing and archiving candidates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from pulse.audit.services import record
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish
from screening import resume_files, shapes
from screening.account import Account
from screening.errors import DuplicateCandidate
from screening.events import CandidateCreated
from screening.models import Candidate, Resume
from screening.selectors import candidates as selectors

OPTIONAL: dict[str, Any] = {"phone": "", "skills": [], "experience_years": None, "education": []}


def next_number(environment: Environment, kind: str) -> int:
    """The next number of ``kind``; its counter stays locked until the transaction ends."""
    counter = selectors.lock_sequence(environment, kind)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


@transaction.atomic
def create_candidate(
    environment: Environment,
    *,
    name: str,
    email: str,
    now: datetime,
    resume_url: str = "",
    source: str = "api",
    actor: str = "system",
    request_id: str = "",
    **optional: Any,
) -> Candidate:
    """Create an active candidate and announce it.

    ``optional``: phone, skills, experience_years, education. The counter's lock is also the gate for
    addresses, so two creations with one address cannot both pass. A resume address is noted and
    fetched later, if at all. Raises DuplicateCandidate.
    """
    number = next_number(environment, "c")
    claim = _claim(environment, email)
    candidate = Candidate.objects.create(
        environment=environment,
        number=number,
        name=name,
        email=email,
        email_folded=selectors.fold(email),
        email_claim=claim,
        search_text=_search_text(name, email),
        source=source,
        last_contact_at=now,
        created_at=now,
        updated_at=now,
        **{
            member: empty if optional.get(member) is None else optional[member]
            for member, empty in OPTIONAL.items()
        },
    )
    if resume_url:
        _note_resume(candidate, resume_url, now)
    event = CandidateCreated(
        data=shapes.candidate_announced(candidate),
        subject_ref=candidate.public_id,
        occurred_at=now,
        resource_path=f"/v1/candidates/{candidate.public_id}",
    )
    publish(environment, event)
    record(
        environment,
        actor=actor,
        product="screening",
        action="candidate.create",
        object_ref=candidate.public_id,
        fields=[],
        request_id=request_id,
    )
    return candidate


def _claim(environment: Environment, email: str, *, besides: int | None = None) -> str | None:
    """The folded address if it may be held once only; None where the account allows duplicates."""
    if Account.of(environment).allow_duplicate_email:
        return None
    holder = selectors.active_holder(environment, email)
    if holder is not None and holder.pk != besides:
        raise DuplicateCandidate(details={"candidate_id": holder.public_id})
    return selectors.fold(email)


def _search_text(name: str, email: str) -> str:
    return f"{selectors.fold(name)}\n{selectors.fold(email)}"[:500]


def _note_resume(candidate: Candidate, address: str, now: datetime) -> None:
    """Remember where the resume is; the pump fetches it only where the account wants that."""
    wanted = Account.of(candidate.environment).fetch_resumes
    Resume.objects.create(
        environment=candidate.environment,
        candidate=candidate,
        source_url=address,
        next_attempt_at=now if wanted else None,
    )


def _change_resume(candidate: Candidate, address: str, now: datetime) -> bool:
    """Put another address, or with "" nothing, in place of the resume that is there; whether that changed it.

    The address that answers show is our own: written back, it means the resume that is there.
    """
    standing = selectors.resume_of(candidate)
    if standing is None and not address:
        return False
    if standing and address and address in (standing.source_url, shapes.resume_address(candidate)):
        return False
    if standing:
        standing.delete()
        transaction.on_commit(lambda: resume_files.remove(standing.file_name))
    if address:
        _note_resume(candidate, address, now)
    return True


@transaction.atomic
def change_candidate(
    environment: Environment,
    *,
    candidate_id: str,
    changes: dict[str, Any],
    now: datetime,
    actor: str = "system",
    request_id: str = "",
) -> Candidate:
    """Apply ``changes``; ``updated_at`` moves only when something is different afterwards.

    None clears phone, skills, experience_years, education and resume_url. Raises NotFound,
    DuplicateCandidate.
    """
    selectors.lock_sequence(environment, "c")
    candidate = selectors.lock_candidate(environment, candidate_id)
    touched = []
    for member in ("name", "email", "status", *OPTIONAL):
        if member not in changes:
            continue
        value = changes[member]
        if value is None and member in OPTIONAL:
            value = OPTIONAL[member]
        if getattr(candidate, member) != value:
            setattr(candidate, member, value)
            touched.append(member)
    if "resume_url" in changes and _change_resume(candidate, changes["resume_url"] or "", now):
        touched.append("resume_url")
    if not touched:
        return candidate
    candidate.email_folded = selectors.fold(candidate.email)
    candidate.search_text = _search_text(candidate.name, candidate.email)
    candidate.email_claim = (
        None if candidate.archived else _claim(environment, candidate.email, besides=candidate.pk)
    )
    candidate.updated_at = now
    candidate.save()
    record(
        environment,
        actor=actor,
        product="screening",
        action="candidate.change",
        object_ref=candidate.public_id,
        fields=touched,
        request_id=request_id,
    )
    return candidate


def note_contact(candidate: Candidate, now: datetime) -> None:
    """Something happened between the account and the candidate: retention counts from here."""
    candidate.last_contact_at = max(candidate.last_contact_at, now)
    candidate.save(update_fields=["last_contact_at"])


@transaction.atomic
def set_legal_hold(rows: QuerySet[Candidate], *, held: bool, actor: str) -> int:
    """Keep candidates from retention's erasure, or no longer; returns how many changed."""
    changed = 0
    for candidate in rows.exclude(legal_hold=held).select_related("environment"):
        Candidate.unscoped.filter(pk=candidate.pk).update(legal_hold=held)
        record(
            candidate.environment,
            actor=actor,
            product="screening",
            action="candidate.hold" if held else "candidate.hold_lifted",
            object_ref=candidate.public_id,
            fields=["legal_hold"],
        )
        changed += 1
    return changed
