"""One of everything in an environment, for the walk with a stranger's key."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from analytics import services
from pulse.exports import services as exports
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
    export = client.post(f"{BASE}/exports?name={secret}").json()["data"]
    while exports.write_next():
        pass
    return Samples(
        parameters={
            "kind": "track",
            "export_id": export["id"],
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
            f"GET {BASE}/reports/breakdown": f"name={secret}&property=page",
            f"GET {BASE}/properties": f"name={secret}&prop=page",
        },
        named={
            f"DELETE {BASE}/users/{{user_id}}/events": "users are named by the caller: an own one of that name"
        },
        public={
            f"POST {BASE}/segment/v1/{{kind}}": "Segment's clients are told 200, with or without a key",
            f"POST {BASE}/segment/v1/batch": "Segment's clients are told 200, with or without a key",
        },
        markers=frozenset({event["id"]}),
    )
