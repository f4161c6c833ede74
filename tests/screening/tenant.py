"""One of everything in an environment, for the walk with a stranger's key."""

from __future__ import annotations

from pulse.tenancy.models import Environment
from tests.support.tenants import Samples
from tests.support.webhooks import make_endpoint, publish_sample


def samples(environment: Environment) -> Samples:
    url = f"https://example.com/hook-{environment.pk}"
    endpoint, _ = make_endpoint(environment, url, product="screening")
    publish_sample(environment, product="screening")
    delivery = endpoint.deliveries.get()
    return Samples(
        parameters={"webhook_id": endpoint.public_id, "delivery_id": delivery.public_id},
        bodies={"PATCH /v1/webhooks/{webhook_id}": {"description": "Mallory's"}},
        markers=frozenset({endpoint.public_id, delivery.public_id, url}),
    )
