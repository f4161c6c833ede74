"""Endpoints, events and the pump, for tests of what is delivered."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import transaction

from pulse.tenancy.models import Environment
from pulse.webhooks import delivery, events, services
from pulse.webhooks.models import Endpoint, Event


@dataclass(frozen=True, kw_only=True)
class SampleHappened(events.Event):
    """Something of HR's happened."""

    type: ClassVar[str] = "sample.happened"
    product: ClassVar[str] = "hr"


@dataclass(frozen=True, kw_only=True)
class SampleScreened(events.Event):
    """Something of screening's happened."""

    type: ClassVar[str] = "sample.screened"
    product: ClassVar[str] = "screening"


def make_endpoint(environment: Environment, url: str, **values: Any) -> tuple[Endpoint, str]:
    """An endpoint that wants everything, and its secret."""
    values.setdefault("product", "hr")
    values.setdefault("subscriptions", ["*"])
    return services.create_endpoint(environment, url=url, now=datetime.now(UTC), **values)


def publish_sample(environment: Environment, *, product: str = "hr", **values: Any) -> Event:
    values.setdefault("data", {"id": "smp_1", "note": "café"})
    kind = SampleScreened if product == "screening" else SampleHappened
    with transaction.atomic():
        return services.publish(environment, kind(**values))


def pump_until_idle(timeout_seconds: float = 20.0) -> int:
    """Run the pump until nothing is due or in flight; how many rows it touched."""
    deadline = time.monotonic() + timeout_seconds
    touched = 0
    while True:
        done = delivery.pump()
        touched += done
        assert delivery.drain(timeout_seconds), "deliveries still in flight"
        if not done:
            return touched
        assert time.monotonic() < deadline, "the pump does not come to rest"
