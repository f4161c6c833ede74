"""A backup taken while people write comes back as a server that does everything it should."""

from __future__ import annotations

import os
import time

import pytest

from tests.docs.blocks import blocks, name, pasted
from tests.soak.load import Hiring, call
from tests.support import live

pytestmark = pytest.mark.soak

LONG = bool(os.environ.get("PULSE_TEST_SOAK"))
LOAD_SECONDS = 30.0 if LONG else 2.0
EXAMPLES = [
    block
    for block in blocks(language="sh")
    if "Authorization" in block.code or not os.environ.get("PULSE_DATABASE_URL")
]
"""Requests without a key are for the embedded default."""
PER_SECOND = 40.0 if LONG else 15.0


def hire(server: live.LiveServer, who: str) -> str:
    body = {"email": f"{who}@example.test", "full_name": who}
    return call("POST", f"{server.base_url}/v1/employees", server.keys["PULSE_HR_KEY"], body)["id"]


def erase(server: live.LiveServer, employee_id: str) -> None:
    made = server.manage("shell", "-c", MINT)
    key = made.stdout.split()[-1]
    call("POST", f"{server.base_url}/v1/employees/{employee_id}/erase", key)


MINT = """
from pulse.keys import services
from pulse.tenancy.models import Environment
_, token = services.mint_key(
    Environment.objects.get(kind="test"), product="hr", prefix="pk_test_", name="dpo", scopes=["admin:erase"]
)
print(token)
"""


def test_a_backup_under_load_restores_to_a_server_that_passes_every_example(tmp_path):
    backup = tmp_path / "pulse.tar"
    with live.running() as server:
        key = server.keys["PULSE_HR_KEY"]
        erased = hire(server, "erased-after-the-backup")
        with Hiring(server.base_url, key, per_second=PER_SECOND) as load:
            time.sleep(LOAD_SECONDS / 2)
            before = list(load.accepted)
            written = server.manage("backup", str(backup))
            time.sleep(LOAD_SECONDS / 2)
        erase(server, erased)
        server.stop()

        restored = server.manage("restore", str(backup))
        for process in server.commands:
            server.start(process)
        server.ready()

        assert written.returncode == 0, written.stderr
        assert restored.returncode == 0, restored.stderr
        assert "Erased again, as since the backup: 1." in restored.stdout
        assert load.failures == []
        missing = [one for one in before if not found(server, one)]
        assert missing == []
        person = call("GET", f"{server.base_url}/v1/employees/{erased}", key)
        assert "erased-after-the-backup" not in str(person)
        top = f"{server.base_url}/api/v1/pulse/reports/top-events"
        assert call("GET", top, server.keys["PULSE_ANALYTICS_QUERY_KEY"])["success"] is True
        answers = {name(block): pasted(block, server) for block in EXAMPLES}
        wrong = {
            name(block): answers[name(block)]
            for block in EXAMPLES
            if not all(one.startswith(block.status) for one in answers[name(block)][0] or [""])
        }
        assert wrong == {}


def found(server: live.LiveServer, employee_id: str) -> bool:
    path = f"{server.base_url}/v1/employees/{employee_id}"
    return call("GET", path, server.keys["PULSE_HR_KEY"])["id"] == employee_id
