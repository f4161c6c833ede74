"""Screenings that a tracking system asks for: one candidate per address, one invitation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from pulse.tenancy.models import Environment
from screening.models import Screening
from screening.selectors import candidates as candidate_selectors
from screening.selectors import screenings as selectors
from screening.selectors import templates as template_selectors
from screening.services import candidates, screenings


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    email: str
    phone: str = ""
    resume_url: str = ""


@transaction.atomic
def send_test(
    environment: Environment,
    *,
    partner: str,
    template_id: str,
    person: Person,
    reference: str,
    now: datetime,
    actor: str,
    callback_url: str = "",
    job_title: str = "",
) -> Screening:
    """Invite the person; an active candidate with that address is used, an open screening found again.

    Tracking systems repeat a call whose answer they did not get. Raises UnknownReference, Conflict.
    """
    candidate = candidate_selectors.active_holder(environment, person.email)
    if candidate is None:
        candidate = candidates.create_candidate(
            environment,
            name=person.name,
            email=person.email,
            phone=person.phone,
            resume_url=person.resume_url,
            source=partner,
            now=now,
            actor=actor,
        )
    template = template_selectors.find_template(environment, template_id)
    standing = selectors.open_screening(candidate, template) if template else None
    if standing is not None:
        return _adopt(standing, partner, reference, callback_url)
    terms = screenings.Terms(
        job_title=job_title,
        send_invitation=True,
        partner=partner,
        partner_ref=reference[:200],
        partner_callback_url=callback_url,
    )
    return screenings.create_screening(
        environment,
        candidate_id=candidate.public_id,
        template_id=template_id,
        terms=terms,
        now=now,
        actor=actor,
    )


def _adopt(standing: Screening, partner: str, reference: str, callback_url: str) -> Screening:
    """An open screening that no tracking system had asked for is this one's from now on."""
    if not standing.partner:
        standing.partner, standing.partner_ref = partner, reference[:200]
        standing.partner_callback_url = callback_url
        standing.save(update_fields=["partner", "partner_ref", "partner_callback_url"])
    return standing
