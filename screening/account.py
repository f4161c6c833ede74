"""What an account has chosen, read from its environment, and the limits of its plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulse.keys.bearer import Credential
from pulse.ratelimits.gcra import Policy
from pulse.tenancy.models import Environment, Organization

PLANS = {"starter": (100, 150), "professional": (300, 450), "enterprise": (1000, 1500)}
"""Plan → requests a minute, burst."""


@dataclass(frozen=True, slots=True)
class Account:
    """Settings of one account; every member has a working default."""

    company: str
    contact_email: str
    allow_duplicate_email: bool
    fetch_resumes: bool
    retention_months: int
    auto_finalize_hours: int | None

    @classmethod
    def of(cls, environment: Environment) -> Account:
        chosen: dict[str, Any] = environment.settings.get("screening") or {}
        return cls(
            company=str(chosen.get("company") or environment.organization.name),
            contact_email=str(chosen.get("contact_email") or ""),
            allow_duplicate_email=chosen.get("duplicate_email") == "allow",
            fetch_resumes=bool(chosen.get("fetch_resumes", False)),
            retention_months=int(chosen.get("retention_months") or 24),
            auto_finalize_hours=chosen.get("auto_finalize_hours"),
        )


def plan_of(environment: Environment) -> str:
    """``starter``, ``professional`` or ``enterprise``; a new account is Starter."""
    return plan_name(environment.organization)


def plan_name(organization: Organization) -> str:
    plan = str(organization.plans.get("screening", "starter")).lower()
    return plan if plan in PLANS else "starter"


def rate_limit(credential: Credential | None, address: str) -> Policy | None:
    """One bucket per account, whichever of its keys is used, live or test; the plan says how large."""
    if credential is None:
        return None
    per_minute, burst = PLANS[plan_of(credential.environment)]
    account = credential.environment.organization_id
    return Policy(f"screening:{account}", per_minute, burst, headers="epoch")
