"""One of everything in an environment, for the walk with a stranger's key."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from analytics import services
from pulse.tenancy.models import Environment
from tests.support import tenancy
from tests.support.api import Api
from tests.support.tenants import Samples

BASE = "/api/v1/pulse"


def samples(environment: Environment) -> Samples:
    client = Api("analytics", tenancy.make_key("analytics", environment))
    secret = f"secret.of.{environment.pk}"
    event = client.post(
        f"{BASE}/events", {"name": secret, "userId": secret, "properties": {"page": secret}}
    ).json()["data"]
    with transaction.atomic():
        erasure = services.request_erasure(
            environment, user_id="nobody", actor="key_1", now=datetime.now(UTC)
        )
    return Samples(
        parameters={
            "event_id": event["id"],
            "erasure_id": erasure.public_id,
            "user_id": secret,
        },
        bodies={
            f"POST {BASE}/events": {"name": "page.viewed"},
            f"POST {BASE}/events/batch": {"events": [{"name": "page.viewed"}]},
        },
        queries={
            f"GET {BASE}/events": f"name={secret}",
            f"GET {BASE}/properties": f"name={secret}&prop=page",
        },
        markers=frozenset({event["id"]}),
    )
