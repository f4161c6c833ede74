"""A person's data, driven everywhere it can go on a real deployment, then erased and searched for.

What is searched: the bytes of every file of the deployment (database, write-ahead log, exports, logs),
and at scale every row that a dump would hold and every key of Redis.
"""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from tests.support import servers
from tests.support.live import LiveServer
from tests.support.receiver import Received, Receiver, Reply

PATIENCE_SECONDS = 20
Call = Callable[..., Any]


@pytest.fixture
def call(live_server: LiveServer) -> Call:
    """``call("POST", path, body)`` with the printed key; the parsed answer, refusals too."""

    def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
        request = urllib.request.Request(
            f"{live_server.base_url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {live_server.keys['PULSE_HR_KEY']}",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refused:
            text = refused.read()
        return json.loads(text) if text else None

    return send


@pytest.fixture
def endpoint_id(call: Call, receiver: Receiver) -> Iterator[str]:
    """An endpoint at ``receiver`` for every event, while the test lasts; beside it one that is down."""
    receiver.default = lambda request: Reply(200, body=request.body)
    made = [
        call("POST", "/v1/webhook-endpoints", {"url": url, "events": ["*"]})["id"]
        for url in (receiver.url, f"http://127.0.0.1:{servers.free_port()}/")
    ]
    yield made[0]
    for one in made:
        call("DELETE", f"/v1/webhook-endpoints/{one}")


def until(found: Callable[[], Any]) -> Any:
    """What ``found`` gives once it gives something; fails when that takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (answer := found()):
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.1)
    return answer


def write_everywhere(call: Call, marker: str) -> str:
    """Put the marker into everything that is about one person; their id."""
    person = call(
        "POST",
        "/v1/employees",
        {
            "email": f"{marker}@x.test",
            "full_name": f"Ms {marker}",
            "role": f"role {marker}",
            "location": f"at {marker}",
            "custom_fields": {"nickname": marker},
        },
        Idempotency_Key=f"create-{secrets.token_hex(4)}",
    )
    about = {"employee_id": person["id"]}
    other = call("GET", "/v1/employees?status=active&limit=1")["data"][0]["id"]
    call("PATCH", f"/v1/employees/{person['id']}", {"role": f"new role {marker}"})
    call("PATCH", f"/scim/v2/Users/{person['id']}", scim_change(marker))
    call("POST", "/v1/status-log", {**about, "lines": [marker, f"again {marker}"]})
    for giver, receiver_id in ((person["id"], other), (other, person["id"])):
        kudos = {"from_employee_id": giver, "to_employee_id": receiver_id, "coins": 5}
        key = f"kudos-{secrets.token_hex(4)}"
        call("POST", "/v1/kudos", {**kudos, "tag": "craft", "note": marker}, Idempotency_Key=key)
    call("POST", "/v1/workload-checkins", {**about, "level": "heavy"})
    call("PUT", f"/v1/employees/{person['id']}/score-inputs", {"focus_sessions": 3})
    start = time.strftime("%Y-%m-%d")
    sick = {**about, "kind": "sick", "start_date": start, "end_date": start, "note": marker}
    call("POST", "/v1/leave", sick)
    call("POST", "/v1/calendar-feeds", {**about, "audience": "person"})
    call("POST", f"/v1/employees/{person['id']}/export")
    call("POST", "/v1/employees", {"email": f"{marker}@x.test", "full_name": marker})  # 409
    call("POST", "/v1/leave", {"kind": marker, "note": marker})  # 400
    call("GET", f"/v1/employees?q={marker}")
    for kind in ("employees", "kudos"):
        started = call("POST", "/v1/exports", {"kind": kind, "format": "csv"})
        until(lambda export=started: call("GET", f"/v1/exports/{export['id']}")["status"] == "done")
    return str(person["id"])


def scim_change(marker: str) -> dict[str, Any]:
    name = {"givenName": "Ms", "familyName": marker}
    change = {"op": "add", "value": {"name": name, "externalId": f"ext-{marker}"}}
    return {"Operations": [change]}


def delivered(requests: list[Received], marker: str) -> set[str]:
    return {one.json()["type"] for one in list(requests) if marker.encode() in one.body}


def places(live: LiveServer, marker: str) -> set[str]:
    """Where the marker lies: names of files, tables and keys."""
    wanted = marker.encode()
    found = {
        path.name for path in live.folder.rglob("*") if path.is_file() and wanted in _read(path)
    }
    url = live.environment.get("PULSE_DATABASE_URL")
    if url:
        found |= _tables_with(url, wanted)
        found |= _keys_with(live.environment["PULSE_REDIS_URL"], wanted)
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a file that went away meanwhile
        return b""


def _tables_with(url: str, wanted: bytes) -> set[str]:
    found = set()
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            with cursor.copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as copy:
                if wanted in b"".join(bytes(block) for block in copy):
                    found.add(table)
    return found


def _keys_with(url: str, wanted: bytes) -> set[str]:
    client = redis.Redis.from_url(url)
    keys = [
        key for key in client.scan_iter(count=1000) if wanted in key + (client.dump(key) or b"")
    ]
    return {key.decode(errors="replace") for key in keys}


def test_an_erased_person_is_found_in_no_byte_that_is_kept(
    live_server, call, receiver, endpoint_id
):
    marker = f"zq{secrets.token_hex(8)}"
    employee_id = write_everywhere(call, marker)
    until(lambda: delivered(receiver.requests, marker) >= {"employee.created", "kudos.awarded"})
    waiting = f"/v1/webhook-deliveries?status=pending&endpoint_id={endpoint_id}"
    until(lambda: not call("GET", waiting)["data"])
    before = places(live_server, marker)

    erased = call("POST", f"/v1/employees/{employee_id}/erase")

    assert erased["employee_id"] == employee_id
    assert any(name.endswith((".csv", ".sqlite3", "hr_employee")) for name in before), before
    until(lambda: not places(live_server, marker))
    shown = call("GET", f"/v1/employees/{employee_id}")
    assert (shown["status"], shown["full_name"]) == ("former", "[erased]")
    assert len(call("GET", f"/v1/kudos?employee_id={employee_id}")["data"]) == 2
