"""Organizations, environments, people and keys, as plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulse.keys import services as keys
from pulse.tenancy.models import Environment, Grant, Member, Organization, User

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class KeyForm:
    """The key that opens most of a product: its prefix and scopes."""

    prefix: str
    scopes: tuple[str, ...]


FORMS = {
    "hr": KeyForm(
        "pk_test_", ("read:*", "write:*", "admin:keys", "admin:test", "admin:erase", "write:scim")
    ),
    "collab": KeyForm("sk_", ("read:*", "write:*", "admin:erase")),
    "screening": KeyForm(
        "pp_test_",
        (
            "candidates:read", "candidates:write", "candidates:delete", "screenings:read",
            "screenings:write", "templates:read", "templates:write", "reports:read",
            "webhooks:manage",
        ),
    ),
    "analytics": KeyForm("pa_query_", ("ingest", "query")),
    "traces": KeyForm("pulse_sk_", ("read:*", "write:*")),
}  # fmt: skip


def make_organization(name: str = "Acme", **values: Any) -> Organization:
    return Organization.objects.create(name=name, **values)


def make_environment(
    organization: Organization | None = None, *, kind: str = "test", **values: Any
) -> Environment:
    values.setdefault("name", kind)
    return Environment.objects.create(
        organization=organization or make_organization(), kind=kind, **values
    )


def make_key(
    product: str,
    environment: Environment,
    *,
    scopes: list[str] | None = None,
    prefix: str = "",
    **values: Any,
) -> str:
    """Mint a key and give its secret."""
    form = FORMS[product]
    values.setdefault("name", f"{product} test key")
    _, token = keys.mint_key(
        environment,
        product=product,
        prefix=prefix or form.prefix,
        scopes=list(form.scopes) if scopes is None else scopes,
        **values,
    )
    return token


def make_user(
    organization: Organization,
    *,
    email: str = "ada@example.com",
    role: str = Member.Role.OWNER,
    **values: Any,
) -> User:
    user = User.objects.create_user(email, PASSWORD, **values)
    Member.objects.create(organization=organization, user=user, role=role)
    return user


def make_grant(user: User, environment: Environment, product: str, level: str) -> Grant:
    member = Member.objects.get(user=user, organization=environment.organization)
    return Grant.objects.create(
        member=member, environment=environment, product=product, level=level
    )
