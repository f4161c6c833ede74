"""Reads and locks of what tracking systems are told."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from pulse.errors import NotFound
from pulse.tenancy.models import Environment
from screening.models import PartnerKey, PartnerUpdate, Screening


def key_at(environment_pk: int, partner: str) -> PartnerKey | None:
    return PartnerKey.objects.within(environment_pk).filter(partner=partner).first()


def partners_with_key(environment: Environment) -> set[str]:
    return set(PartnerKey.objects.within(environment).values_list("partner", flat=True))


def screening_of_partner(environment: Environment, partner: str, reference: str) -> Screening:
    """The newest screening under a partner's reference. Raises NotFound."""
    found = (
        Screening.objects.within(environment)
        .filter(partner=partner, partner_ref=reference, candidate__erased_at=None)
        .select_related("candidate", "template", "template_version", "environment__organization")
        .order_by("-pk")
        .first()
    )
    if found is None or not reference:
        raise NotFound("There is no such assessment")
    return found


def due_updates(now: datetime) -> QuerySet[PartnerUpdate]:
    """What is to be told now, in every environment, in the order of the facts: for the pump."""
    return PartnerUpdate.unscoped.filter(
        state=PartnerUpdate.State.DUE, next_attempt_at__lte=now
    ).order_by("occurred_at", "pk")


def lock_due_update(pk: int, now: datetime) -> PartnerUpdate | None:
    """A due update, locked, with its screening; None when another sender has it."""
    return (
        due_updates(now)
        .filter(pk=pk)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("screening__candidate", "screening__template", "environment")
        .first()
    )
