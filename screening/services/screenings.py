"""Inviting candidates: making, sending, extending, cancelling and repeating screenings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from pulse.audit.services import record
from pulse.errors import Conflict, FieldError, InvalidInput
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish
from screening import links, scoring, shapes
from screening.errors import IllegalTransition, UnknownReference
from screening.events import ScreeningCreated
from screening.models import Candidate, PartnerUpdate, Screening, Template
from screening.selectors import candidates as candidate_selectors
from screening.selectors import screenings as selectors
from screening.selectors import templates as template_selectors
from screening.services import invitations, partner_updates
from screening.services.candidates import next_number, note_contact

MAX_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one screening is given: who sees which job, until when, with how much time."""

    job_title: str = ""
    send_invitation: bool = False
    expires_at: datetime | None = None
    expires_in_days: int = 14
    time_multiplier: Decimal = Decimal(1)
    language: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    partner: str = ""
    partner_ref: str = ""
    partner_callback_url: str = ""


@transaction.atomic
def create_screening(
    environment: Environment,
    *,
    candidate_id: str,
    template_id: str,
    terms: Terms,
    now: datetime,
    actor: str = "system",
    request_id: str = "",
) -> Screening:
    """Create a pending screening, announce it, and queue its invitation if that is wanted.

    The candidate's row is locked, so that one candidate has one open screening per template.
    Raises UnknownReference, Conflict, InvalidInput.
    """
    candidate, template = _subjects(environment, candidate_id, template_id)
    nonce = links.new_nonce()
    screening = Screening.objects.create(
        environment=environment,
        number=next_number(environment, "s"),
        candidate=candidate,
        template=template,
        job_title=terms.job_title,
        language=terms.language,
        metadata=terms.metadata,
        time_multiplier=terms.time_multiplier,
        link_nonce=nonce,
        link_digest=links.digest_of(links.token_of(nonce)),
        expires_at=_expiry(terms.expires_at, terms.expires_in_days, now),
        partner=terms.partner,
        partner_ref=terms.partner_ref,
        partner_callback_url=terms.partner_callback_url,
        created_at=now,
        updated_at=now,
    )
    note_contact(candidate, now)
    if terms.send_invitation:
        invitations.queue_invitation(screening, now=now)
    event = ScreeningCreated(
        data=shapes.screening_announced(screening),
        subject_ref=f"{screening.public_id} {candidate.public_id}",
        occurred_at=now,
        resource_path=f"/v1/screenings/{screening.public_id}",
    )
    publish(environment, event)
    record(
        environment,
        actor=actor,
        product="screening",
        action="screening.create",
        object_ref=screening.public_id,
        fields=[],
        request_id=request_id,
    )
    return screening


def _subjects(
    environment: Environment, candidate_id: str, template_id: str
) -> tuple[Candidate, Template]:
    if candidate_selectors.find_candidate(environment, candidate_id) is None:
        raise UnknownReference(
            "The candidate ID is invalid or not found", details={"candidate_id": candidate_id}
        )
    candidate = candidate_selectors.lock_candidate(environment, candidate_id)
    template = template_selectors.find_template(environment, template_id)
    if template is None:
        raise UnknownReference(
            "The template ID is invalid or not found", details={"template_id": template_id}
        )
    if candidate.archived:
        raise Conflict("The candidate is archived", details={"candidate_id": candidate_id})
    _check_usable(template)
    standing = selectors.open_screening(candidate, template)
    if standing is not None:
        raise Conflict(
            "The candidate has an open screening with this template",
            details={"screening_id": standing.public_id},
        )
    return candidate, template


def _check_usable(template: Template) -> None:
    """A template that is archived, or that nothing can be earned in, cannot be sent."""
    details = {"template_id": template.public_id}
    if template.archived_at:
        raise Conflict("The template is archived", details=details)
    questions = template_selectors.current_version(template).questions
    if not scoring.earnable(questions, template.settings.get("weights")):
        raise Conflict("The template has no questions with points", details=details)


def _expiry(moment: datetime | None, days: int, now: datetime) -> datetime:
    if moment is None:
        return now + timedelta(days=days)
    if not now < moment <= now + timedelta(days=MAX_DAYS):
        raise InvalidInput(
            fields=[FieldError("expires_at", f"must be in the next {MAX_DAYS} days")]
        )
    return moment


def _lock_open(environment: Environment, screening_id: str, *statuses: str) -> Screening:
    screening = selectors.lock_screening(environment, screening_id)
    if screening.status not in statuses:
        raise IllegalTransition(
            f"The screening is {screening.status}",
            details={"screening_id": screening_id, "status": screening.status},
        )
    return screening


@transaction.atomic
def invite(environment: Environment, *, screening_id: str, now: datetime) -> Screening:
    """Send the invitation, again if need be, with a new link; the old link stops working.

    While the attempt runs the link stays, for the candidate has it open. Raises NotFound,
    IllegalTransition.
    """
    screening = _lock_open(environment, screening_id, "pending", "in_progress")
    if screening.status == Screening.Status.PENDING:
        screening.link_nonce = links.new_nonce()
        screening.link_digest = links.digest_of(links.token_of(screening.link_nonce))
    screening.updated_at = now
    screening.save(update_fields=["link_nonce", "link_digest", "updated_at"])
    invitations.queue_invitation(screening, now=now)
    return screening


@transaction.atomic
def remind(environment: Environment, *, screening_id: str, now: datetime) -> Screening:
    """Send a reminder with the link as it is. Raises NotFound, IllegalTransition."""
    screening = _lock_open(environment, screening_id, "pending", "in_progress")
    invitations.queue_reminder(screening, now=now)
    return screening


@transaction.atomic
def cancel(
    environment: Environment, *, screening_id: str, now: datetime, actor: str = "system"
) -> Screening:
    """End an open screening for good; its link stops working. Raises NotFound, IllegalTransition."""
    screening = _lock_open(environment, screening_id, "pending", "in_progress")
    _end(screening, now=now, actor=actor)
    partner_updates.note(screening, PartnerUpdate.Kind.CANCELLED, now=now)
    return screening


def _end(screening: Screening, *, now: datetime, actor: str) -> None:
    screening.status = Screening.Status.CANCELLED
    screening.closed_at = screening.updated_at = now
    screening.save(update_fields=["status", "closed_at", "updated_at"])
    record(
        screening.environment,
        actor=actor,
        product="screening",
        action="screening.cancel",
        object_ref=screening.public_id,
        fields=["status"],
    )


@transaction.atomic
def extend(
    environment: Environment,
    *,
    screening_id: str,
    now: datetime,
    expires_at: datetime | None = None,
    expires_in_days: int | None = None,
    time_multiplier: Decimal | None = None,
) -> Screening:
    """Give more time: a later end for the link, a larger multiplier for the attempt, or both.

    A running attempt's deadline moves with the multiplier and never gets earlier.
    Raises NotFound, IllegalTransition, InvalidInput.
    """
    screening = _lock_open(environment, screening_id, "pending", "in_progress")
    if expires_at is not None or expires_in_days is not None:
        later = _expiry(expires_at, expires_in_days or 0, now)
        if later < screening.expires_at.replace(microsecond=0):
            member = "expires_in_days" if expires_at is None else "expires_at"
            raise InvalidInput(fields=[FieldError(member, "must not end earlier than it does now")])
        screening.expires_at = max(later, screening.expires_at)
    if time_multiplier is not None:
        if time_multiplier < screening.time_multiplier:
            raise InvalidInput(
                fields=[FieldError("time_multiplier", "must not be less than it is now")]
            )
        if screening.deadline_at and screening.started_at:
            nominal = (screening.deadline_at - screening.started_at) / float(
                screening.time_multiplier
            )
            screening.deadline_at = screening.started_at + nominal * float(time_multiplier)
        screening.time_multiplier = time_multiplier
    screening.updated_at = now
    screening.save(update_fields=["expires_at", "time_multiplier", "deadline_at", "updated_at"])
    return screening


@transaction.atomic
def reset(
    environment: Environment, *, screening_id: str, now: datetime, actor: str = "system"
) -> Screening:
    """Give the candidate a fresh attempt: a new screening on the same terms, as long as the old one.

    A final status never changes, so the old screening stays as it ended; an open one is cancelled.
    Raises NotFound, Conflict.
    """
    old = selectors.get_screening(environment, screening_id)
    candidate_selectors.lock_candidate(environment, old.candidate.public_id)
    old = selectors.lock_again(old)
    if old.open:  # a tracking system hears nothing of this: what it asked for goes on
        _end(old, now=now, actor=actor)
    terms = Terms(
        job_title=old.job_title,
        send_invitation=old.invited_at is not None,
        expires_at=now + min(old.expires_at - old.created_at, timedelta(days=MAX_DAYS)),
        time_multiplier=old.time_multiplier,
        language=old.language,
        metadata=old.metadata,
        partner=old.partner,
        partner_ref=old.partner_ref,
        partner_callback_url=old.partner_callback_url,
    )
    return create_screening(
        environment,
        candidate_id=old.candidate.public_id,
        template_id=old.template.public_id,
        terms=terms,
        now=now,
        actor=actor,
    )
