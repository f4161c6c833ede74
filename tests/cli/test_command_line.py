"""The command line client as a process of its own, against a running server."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pulse.webhooks.signing import verify_timed_signature
from tests.soak.load import call
from tests.support import surroundings

PACKAGE = Path(surroundings.ROOT) / "sdks" / "cli"
WAIT_SECONDS = 20.0


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pulse_cli", *arguments]


def variables(server, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PACKAGE),
        "PULSE_API_BASE": server.base_url,
        "PULSE_API_KEY": server.keys["PULSE_HR_KEY"],
        **more,
    }


def pulse(server, *arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(*arguments),
        env=variables(server, **more),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Running:
    """A command that goes on until it is stopped; ``said`` waits for a line of its output."""

    def __init__(self, server, *arguments: str, **more: str) -> None:
        self.process = subprocess.Popen(
            command(*arguments),
            env=variables(server, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A suite in the background of a shell ignores it, and so would its children.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        with self.process.stdout as output:
            for line in output:
                self.lines.put(line)
        self.lines.put("")

    def said(self, pattern: str) -> re.Match[str]:
        deadline = time.monotonic() + WAIT_SECONDS
        lines = []
        with contextlib.suppress(queue.Empty):
            while not lines or lines[-1]:
                lines.append(self.lines.get(timeout=max(0.0, deadline - time.monotonic())))
                found = re.search(pattern, lines[-1])
                if found:
                    return found
        raise AssertionError(f"no {pattern!r} in {lines}")

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(20)


@contextlib.contextmanager
def running(server, *arguments: str, **more: str) -> Iterator[Running]:
    started = Running(server, *arguments, **more)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()
        started.reader.join()


def hire(server, name: str) -> str:
    body = {"email": f"{name}@example.test", "full_name": name}
    return call("POST", f"{server.base_url}/v1/employees", server.keys["PULSE_HR_KEY"], body)["id"]


def test_the_script_that_is_installed_is_the_one_tested_here(monkeypatch):
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    module, _, function = project["scripts"]["pulse"].partition(":")
    monkeypatch.syspath_prepend(str(PACKAGE))

    assert callable(getattr(importlib.import_module(module), function))
    assert project["dependencies"] == []


def test_api_prints_an_answer_with_indentation(live_server):
    said = pulse(live_server, "api", "get", "/v1/employees?limit=1")

    page = json.loads(said.stdout)
    assert (said.returncode, said.stderr) == (0, "")
    assert len(page["data"]) == 1
    assert said.stdout == json.dumps(page, indent=2, ensure_ascii=False) + "\n"


def test_api_sends_a_body_and_headers(live_server):
    body = json.dumps({"email": "by-command@example.test", "full_name": "By Command"})
    sent = ("api", "POST", "/v1/employees", "-d", "-", "-H", "Idempotency-Key: from-the-terminal")

    first, again = (pulse(live_server, *sent, stdin=body) for _ in range(2))

    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["full_name"] == "By Command"
    assert again.stdout == first.stdout


def test_a_refusal_is_printed_and_ends_with_1(live_server):
    said = pulse(live_server, "api", "GET", "/v1/employees/emp_nobody")

    assert said.returncode == 1
    assert json.loads(said.stdout)["error"]["code"] == "not_found"
    assert said.stderr == "GET /v1/employees/emp_nobody: 404\n"


@pytest.mark.parametrize(
    ("arguments", "more", "sentence"),
    [
        (("api", "GET", "/v1/employees"), {"PULSE_API_KEY": ""}, "No key."),
        (("api", "GET", "/"), {"PULSE_API_BASE": "http://127.0.0.1:9"}, "does not answer"),
        (("trigger", "x", "--endpoint", "whk_none"), {}, "No active endpoint."),
        (("trigger", "x"), {"PULSE_API_KEY": "pk_test_wrong"}, ": 401: "),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(live_server, arguments, more, sentence):
    said = pulse(live_server, *arguments, **more)

    assert said.returncode == 1
    assert said.stdout == ""
    assert sentence in said.stderr
    assert said.stderr.count("\n") == 1


def endpoints(server) -> list[str]:
    key = server.keys["PULSE_HR_KEY"]
    return [
        one["id"] for one in call("GET", f"{server.base_url}/v1/webhook-endpoints", key)["data"]
    ]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_deliveries_reach_a_laptop_as_they_were_signed(live_server, receiver, how):
    before = endpoints(live_server)
    with running(live_server, "listen", "--forward-to", receiver.url) as listening:
        secret = listening.said("Signing secret: (whsec_.+)")[1]
        triggered = pulse(live_server, "trigger", "employee.created")
        (received,) = receiver.wait(1, WAIT_SECONDS)
        hired = hire(live_server, f"heard-{how.name.lower()}")
        real = receiver.wait(2, WAIT_SECONDS)[1]
        listening.said(r"employee\.created .* → 200 in \d+ ms")

        assert triggered.returncode == 0, triggered.stderr
        assert received.json()["type"] == "employee.created"
        assert received.json()["data"]["test"] is True
        assert real.json()["data"]["id"] == hired
        for one in (received, real):
            header = one.headers["x-pulse-signature"]
            assert verify_timed_signature(header, secret, one.body, now=datetime.now(UTC))
        assert listening.stop(how) == 0
    assert endpoints(live_server) == before


def test_a_laptop_that_refuses_is_told_about(live_server, receiver):
    receiver.answer(500)
    with running(live_server, "listen", "--forward-to", receiver.url) as listening:
        listening.said("Signing secret")
        pulse(live_server, "trigger", "leave.approved")

        listening.said(r"leave\.approved .* → 500 in")
        receiver.stop()
        pulse(live_server, "trigger", "leave.approved")
        listening.said(r"leave\.approved .* → not reached: ")
        assert listening.stop(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("key", "event"),
    [
        ("PULSE_COLLAB_SECRET_KEY", "thread.created"),
        ("PULSE_SCREENING_KEY", "screening.completed"),
        ("PULSE_ANALYTICS_QUERY_KEY", "erasure.finished"),
        ("PULSE_TRACES_KEY", "alert.fired"),
    ],
)
def test_events_of_every_product_are_triggered_and_heard(live_server, receiver, key, event):
    mine = {"PULSE_API_KEY": live_server.keys[key]}
    with running(live_server, "listen", "--forward-to", receiver.url, **mine) as listening:
        listening.said("Signing secret")
        triggered = pulse(live_server, "trigger", event, **mine)
        listening.said(rf"{re.escape(event)} .* → 200 in")

        assert (triggered.returncode, triggered.stderr) == (0, "")
        assert listening.stop(signal.SIGTERM) == 0


def test_events_are_followed_from_now_on(live_server):
    earlier = hire(live_server, "before-the-events")
    with running(live_server, "logs", "events", "--type", "employee.*") as tail:
        tail.said("Waiting for events.")
        later = hire(live_server, "after-the-events")

        line = tail.said(rf"employee\.created +evt_\S+  {later}")
        assert earlier not in line.string


def test_the_log_of_requests_is_followed_from_now_on(live_server):
    with running(live_server, "logs", "tail", "--status", "failing") as tail:
        tail.said("Waiting for requests.")
        hire(live_server, "in-the-log")
        pulse(live_server, "api", "GET", "/v1/employees/emp_of_the_log")

        tail.said(r"^\S+Z  404  GET +\d+ ms  /v1/employees/emp_of_the_log  req_\S+  key_\S+$")
