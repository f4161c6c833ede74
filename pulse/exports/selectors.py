"""Reads and locks of exports."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from pulse.errors import NotFound
from pulse.exports.models import Export
from pulse.tenancy.models import Environment

OPEN = (Export.State.QUEUED, Export.State.RUNNING)


def list_exports(environment: Environment, product: str) -> QuerySet[Export]:
    return Export.objects.within(environment).filter(product=product)


def get_export(environment: Environment, product: str, public_id: str) -> Export:
    """Raises NotFound."""
    found = list_exports(environment, product).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def unfinished(environment: Environment, product: str) -> int:
    return list_exports(environment, product).filter(state__in=OPEN).count()


def any_due(now: datetime) -> bool:
    return Export.unscoped.filter(state__in=OPEN, next_attempt_at__lte=now).exists()


def lock_due(now: datetime) -> Export | None:
    """Lock the next export to write; one that another worker holds is passed over."""
    rows = Export.unscoped.select_for_update(skip_locked=True, of=("self",)).filter(
        state__in=OPEN, next_attempt_at__lte=now
    )
    return rows.select_related("environment__organization").order_by("next_attempt_at").first()


def expired(now: datetime, limit: int) -> list[Export]:
    rows = Export.unscoped.filter(state=Export.State.DONE, expires_at__lte=now)
    return list(rows.order_by("expires_at")[:limit])
