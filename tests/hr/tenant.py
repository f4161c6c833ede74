"""One of everything in an environment, for the walk with a stranger's key."""

from __future__ import annotations

from pulse.tenancy.models import Environment
from tests.support.tenants import Samples
from tests.support.webhooks import make_endpoint, publish_sample


def samples(environment: Environment) -> Samples:
    url = f"https://example.com/hook-{environment.pk}"
    endpoint, _ = make_endpoint(environment, url)
    event = publish_sample(environment)
    delivery = endpoint.deliveries.get()
    return Samples(
        parameters={
            "endpoint_id": endpoint.public_id,
            "event_id": event.public_id,
            "delivery_id": delivery.public_id,
        },
        bodies={
            "PATCH /v1/webhook-endpoints/{endpoint_id}": {"description": "Mallory's"},
            "POST /v1/webhook-endpoints/{endpoint_id}/recover": {"since": "2026-04-20T00:00:00Z"},
        },
        markers=frozenset({endpoint.public_id, event.public_id, delivery.public_id, url}),
    )
