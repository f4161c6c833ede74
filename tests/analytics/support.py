"""Short hands for the tests of event analytics."""

from __future__ import annotations

from typing import Any

from analytics.models import Event, Rollup
from pulse.tenancy.models import Environment
from tests.support.api import Api

BASE = "/api/v1/pulse"
NOW_MS = 1_800_000_000_000  # 2027-01-15T08:00:00Z


def track(api: Api, name: str = "page.viewed", **members: Any) -> Any:
    """POST one event and give what was stored."""
    response = api.post(f"{BASE}/events", {"name": name, **members})
    assert response.status_code == 201, response.content
    return response.json()["data"]


def refusal(response: Any) -> dict[str, Any]:
    body = response.json()
    assert body["success"] is False
    return {"status": response.status_code, **body["error"]}


def stored(environment: Environment) -> list[str]:
    """Names of the stored events, in the order they were stored."""
    return list(Event.objects.within(environment).order_by("id").values_list("name", flat=True))


def rollup(environment: Environment) -> dict[tuple[int, int, str], int]:
    return {
        (row.grain, row.start_ms, row.name): row.count for row in Rollup.objects.within(environment)
    }
