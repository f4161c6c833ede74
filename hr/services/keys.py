"""Keys that a key with ``admin:keys`` mints and replaces."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from hr.errors import UnknownEmployee, unprocessable
from hr.selectors import employees as people
from pulse.errors import Conflict, FieldError, Forbidden
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
    if beyond := _beyond(scopes, held):
        reason = f"this key does not hold {beyond}"
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


@transaction.atomic
def rotate_key(
    key: ApiKey, *, held: Collection[str], overlap: timedelta, now: datetime
) -> tuple[ApiKey, str]:
    """Replace a key by one that may do the same; the old one ends after ``overlap``.

    Whoever asks sees the new secret, so they must hold its ``admin`` scopes themselves.
    Raises Conflict for a key that is revoked or has expired, Forbidden.
    """
    if key.revoked_at is not None:
        raise Conflict("This key is revoked.")
    if key.expires_at is not None and key.expires_at <= now:
        raise Conflict("This key has expired; mint another.")
    if beyond := _beyond(key.scopes, held):
        raise Forbidden(f"this key does not hold {beyond}")
    return kernel.rotate_key(key, overlap=overlap, now=now)


def _beyond(scopes: Collection[str], held: Collection[str]) -> str:
    """The first ``admin`` scope among ``scopes`` that is not held; empty without one."""
    return min((one for one in scopes if one.startswith("admin:") and one not in held), default="")
