"""Keys that a key with ``admin:keys`` mints."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from hr.errors import UnknownEmployee, unprocessable
from hr.selectors import employees as people
from pulse.errors import FieldError, Forbidden
from pulse.keys import services as kernel
from pulse.keys.models import ApiKey
from pulse.tenancy.models import Environment

RESOURCES = (
    "employees", "status_log", "kudos", "workload", "leave", "webhooks", "events", "audit", "score",
    "exports", "scim",
)  # fmt: skip
SCOPES = frozenset(
    {f"{verb}:{resource}" for verb in ("read", "write") for resource in (*RESOURCES, "*")}
    | {"admin:keys", "admin:test", "admin:erase"}
)


@transaction.atomic
def mint_key(
    environment: Environment,
    *,
    name: str,
    scopes: list[str],
    held: Collection[str],
    employee_id: str | None = None,
    restricted: bool = False,
    expires_at: datetime | None = None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Mint a key of this environment; the second member is the secret, which exists nowhere else.

    ``held`` are the scopes of whoever asks: nobody hands out an ``admin`` scope they do not hold.
    Raises Forbidden, UnknownEmployee, Unprocessable.
    """
    beyond = sorted(one for one in scopes if one.startswith("admin:") and one not in held)
    if beyond:
        reason = f"this key does not hold {beyond[0]}"
        raise Forbidden(reason, fields=[FieldError("scopes", reason)])
    if employee_id is not None and people.find_employee(environment, employee_id) is None:
        raise UnknownEmployee("employee_id")
    if restricted and employee_id is None:
        raise unprocessable("a restricted key needs an employee_id", "restricted", "employee_id")
    if expires_at is not None and expires_at <= now:
        raise unprocessable("expires_at lies in the past", "expires_at")
    return kernel.mint_key(
        environment,
        product="hr",
        prefix="pk_live_" if environment.live else "pk_test_",
        name=name,
        scopes=list(dict.fromkeys(scopes)),
        actor=employee_id or "",
        restricted=restricted,
        expires_at=expires_at,
    )
