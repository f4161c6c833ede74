"""Changing what an account has chosen, and its plan."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from pulse.audit.services import record
from pulse.errors import FieldError, InvalidInput
from pulse.keys.services import refresh_credentials
from pulse.tenancy.models import Environment, Organization
from screening.account import PLANS
from screening.selectors import accounts as selectors


@transaction.atomic
def change_settings(
    environment: Environment, *, changes: dict[str, Any], actor: str
) -> Environment:
    """Merge ``changes`` into the account's settings; its row is locked meanwhile."""
    locked = selectors.lock_environment(environment)
    standing = dict(locked.settings.get("screening") or {})
    locked.settings = {**locked.settings, "screening": standing | changes}
    locked.save(update_fields=["settings"])
    refresh_credentials()
    record(
        locked,
        actor=actor,
        product="screening",
        action="screening.settings",
        fields=sorted(changes),
    )
    return locked


@transaction.atomic
def change_plan(organization: Organization, *, plan: str) -> Organization:
    """Put an organization on a plan; its limits hold from the next request on. Raises InvalidInput."""
    if plan not in PLANS:
        raise InvalidInput(fields=[FieldError("plan", f"one of {', '.join(PLANS)}")])
    locked = selectors.lock_organization(organization)
    locked.plans = {**locked.plans, "screening": plan}
    locked.save(update_fields=["plans"])
    refresh_credentials()
    return locked
