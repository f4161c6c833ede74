"""One of everything in an environment, so that a stranger can be sent to look for it.

Each product's ``tests/<product>/tenant.py`` has ``samples(environment) -> Samples``, a plain function
that makes one of each resource and says where it is found.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model

from pulse.tenancy.models import Environment, TenantModel

BOOKKEEPING = {"keys.ApiKey", "idempotency.StoredAnswer", "requestlog.Entry"}
"""What a request writes about itself, whoever sends it."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Where one environment's resources are.

    ``parameters`` are values of path parameters by name, or by ``"/path/{name}"`` where one name means
    two things. ``bodies`` are JSON bodies by operation (``"POST /v1/leave"``); those of operations
    without a path parameter should refer to this environment's rows. ``queries`` are query strings by
    operation, and ``headers`` what else its callers bring, such as a user's token. ``markers`` are texts that no stranger may ever read. ``public`` operations need no key,
    each with the contract's clause that says so; ``own`` operations never look at anybody's rows;
    ``named`` ones take names that every environment gives out itself, so a stranger has his own.
    """

    parameters: dict[str, str | dict[str, str]]
    bodies: dict[str, Any] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    markers: frozenset[str] = frozenset()
    public: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)


def samples_of(product: str, environment: Environment) -> Samples:
    name = f"tests.{product}.tenant"
    present = importlib.util.find_spec(f"tests.{product}") and importlib.util.find_spec(name)
    assert present, f"tests/{product}/tenant.py is missing: it makes what a stranger must not find"
    made: Samples = importlib.import_module(name).samples(environment)
    return made


def rows_of(environment: Environment) -> dict[str, list[dict[str, Any]]]:
    """Every tenant row of an environment, to be compared before and after."""
    models: list[type[Model]] = [
        model
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, TenantModel) and model._meta.managed
        if model._meta.label not in BOOKKEEPING
    ]
    return {
        model._meta.label: list(
            model.unscoped.filter(environment=environment).order_by("pk").values()  # type: ignore[attr-defined]
        )
        for model in models
    }
