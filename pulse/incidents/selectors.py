"""Reads and locks of incidents."""

from __future__ import annotations

from datetime import datetime

from pulse.incidents.models import Incident
from pulse.tenancy.models import Organization


def any_untold() -> bool:
    return Incident.objects.filter(notified_at=None).exists()


def lock_untold(limit: int) -> list[Incident]:
    """Lock what nobody was told about, oldest first, each with its organization."""
    rows = Incident.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        notified_at=None
    )
    return list(rows.select_related("environment__organization").order_by("pk")[:limit])


def told_since(organization: Organization | None, fingerprint: str, moment: datetime) -> bool:
    """Whether a mail about this bug went to this organization after a moment."""
    rows = Incident.objects.filter(fingerprint=fingerprint, notified_at__gt=moment)
    if organization is None:
        return rows.filter(environment=None).exists()
    return rows.filter(environment__organization=organization).exists()
