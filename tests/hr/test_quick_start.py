"""The published TypeScript quick start, as the HTTP calls its client makes, on a real deployment."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

ENTRY = {
    "employee_id": "emp_01HR3000000000000000000001",
    "lines": [
        "Shipped the OG localiser. Three locales live.",
        "Hit a CLS regression on /product; fix in 1742.",
        "Pairing with Niccolò on the workload trend curve.",
    ],
}
KUDOS = {
    "to_employee_id": "emp_01HR4000000000000000000002",
    "coins": 10,
    "tag": "craft",
    "note": "Picked up the failing migration without anyone asking.",
}


def call(
    base: str, key: str, path: str, body: dict[str, Any] | None = None
) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(
        f"{base}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.status, json.loads(answer.read())


def test_the_published_quick_start_works_with_the_printed_key(live_server):
    base, key = live_server.keys["PULSE_BASE_URL"], live_server.keys["PULSE_HR_KEY"]

    posted, entry = call(base, key, "/v1/status-log", ENTRY)
    awarded, kudos = call(base, key, "/v1/kudos", KUDOS)

    assert (posted, awarded) == (201, 201)
    assert (entry["employee_id"], entry["lines"]) == (ENTRY["employee_id"], ENTRY["lines"])
    assert entry["topic"] == "status"
    assert kudos["from_employee_id"] == ENTRY["employee_id"]
    assert {name: kudos[name] for name in KUDOS} == KUDOS
    assert call(base, key, f"/v1/status-log/{entry['id']}") == (200, entry)
