"""The first start: an organization with two environments, an operator, a key per product, samples."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from pulse import products
from pulse.keys import services as keys
from pulse.tenancy import selectors
from pulse.tenancy.models import Environment, Member, Organization, User

DEMO_ACTOR = "emp_01HR3000000000000000000001"


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """One line of keys.env."""

    variable: str
    product: str
    kind: str
    prefix: str
    scopes: tuple[str, ...]
    actor: str = ""


EVERYTHING = ("read:*", "write:*")
PLANS = (
    KeyPlan(
        "PULSE_HR_KEY", "hr", "test", "pk_test_",
        (*EVERYTHING, "admin:keys", "admin:test", "admin:erase", "write:scim"), DEMO_ACTOR,
    ),
    KeyPlan(
        "PULSE_HR_LIVE_KEY", "hr", "live", "pk_live_",
        (*EVERYTHING, "admin:keys", "admin:erase", "write:scim"),
    ),
    KeyPlan("PULSE_HR_READ_KEY", "hr", "test", "pk_test_", ("read:*",), DEMO_ACTOR),
    KeyPlan(
        "PULSE_COLLAB_SECRET_KEY", "collab", "test", "sk_", (*EVERYTHING, "admin:erase"),
    ),
    KeyPlan("PULSE_COLLAB_PUBLISHABLE_KEY", "collab", "test", "pk_", ("connect:rooms",)),
    KeyPlan(
        "PULSE_SCREENING_KEY", "screening", "test", "pp_test_",
        (
            "candidates:read", "candidates:write", "candidates:delete", "screenings:read",
            "screenings:write", "templates:read", "templates:write", "reports:read", "webhooks:manage",
        ),
    ),
    KeyPlan("PULSE_ANALYTICS_WRITE_KEY", "analytics", "test", "pa_write_", ("ingest",)),
    KeyPlan("PULSE_ANALYTICS_QUERY_KEY", "analytics", "test", "pa_query_", ("query",)),
    KeyPlan("PULSE_TRACES_KEY", "traces", "test", "pulse_sk_", EVERYTHING),
)  # fmt: skip


def keys_file() -> Path:
    return settings.DATA_DIR / "keys.env"


def base_url() -> str:
    host = f"[{settings.PULSE_HOST}]" if ":" in settings.PULSE_HOST else settings.PULSE_HOST
    return f"http://{host}:{settings.PULSE_PORT}"


def first_start(*, email: str = "operator@pulse.localhost") -> bool:
    """Make what a new deployment needs, once. True if this was the first start."""
    if selectors.first_organization() is not None:
        return False
    settings.DATA_DIR.mkdir(
        parents=True, exist_ok=True, mode=0o700
    )  # before samples put files there
    with transaction.atomic():
        organization = Organization.objects.create(
            name="Pulse", plans={"screening": "starter", "hr": "standard"}
        )
        environments = {
            kind: Environment.objects.create(
                organization=organization, name=kind.title(), kind=kind
            )
            for kind in ("live", "test")
        }
        operator = User.objects.create_superuser(email, None, operator=True, name="Operator")
        Member.objects.create(organization=organization, user=operator, role=Member.Role.OWNER)
        minted = {plan.variable: _mint(environments[plan.kind], plan) for plan in PLANS}
        if settings.PULSE_DEMO:
            seed(environments["test"])
        _write_keys(minted)  # inside: keys that could not be written down must not exist
    return True


def seed(environment: Environment) -> None:
    """Every product's sample data, in one environment."""
    for config in products.installed():
        if config.seed:
            import_string(config.seed)(environment)


def _mint(environment: Environment, plan: KeyPlan) -> str:
    which = plan.variable.removeprefix(f"PULSE_{plan.product.upper()}_").replace("_", " ").lower()
    _, token = keys.mint_key(
        environment,
        product=plan.product,
        prefix=plan.prefix,
        name=f"{products.by_name(plan.product).title} {which}",
        scopes=list(plan.scopes),
        actor=plan.actor if settings.PULSE_DEMO else "",
    )
    return token


def read_keys() -> dict[str, str]:
    """The lines of keys.env, in their order; empty when it is gone."""
    if not keys_file().exists():
        return {}
    lines = keys_file().read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _write_keys(values: dict[str, str]) -> None:
    descriptor = os.open(keys_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"PULSE_BASE_URL={base_url()}\n")
        file.writelines(
            f"{name}={value}\n" for name, value in values.items() if name != "PULSE_BASE_URL"
        )


def point_keys_at(url: str) -> None:
    """Keep PULSE_BASE_URL true when the port was taken and the next one is used."""
    known = read_keys()
    if known and known.get("PULSE_BASE_URL") != url:
        _write_keys(known)


def mint_missing_keys() -> None:
    """Keys of products that came after the first start."""
    organization = selectors.first_organization()
    known = read_keys()
    if organization is None or not known:
        return
    missing = [plan for plan in PLANS if plan.variable not in known]
    if missing:
        environments = {
            one.kind: one for one in selectors.environments_in(organization).order_by("-pk")
        }
        _write_keys(
            known | {plan.variable: _mint(environments[plan.kind], plan) for plan in missing}
        )
