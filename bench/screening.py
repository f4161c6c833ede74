"""500 candidates who save answers at once: the autosave of the candidate's page, beside a bare view.

The bare view is the server's own liveness answer over the same connections in the same run: what a
request costs before anything is read, locked or stored.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from bench.load import drive, request_bytes
from bench.servers import DATABASES, deployment
from bench.table import Row
from tests.soak.load import call

CANDIDATES = 500
ROUNDS = 4
EVERY_SECONDS = 8
"""How often each candidate saves. The page does it a second after a pause in typing or a choice, and
every 15 seconds anyway: this is everybody answering without a rest."""
PACE_PER_SECOND = CANDIDATES / EVERY_SECONDS
CONNECTIONS = 32
"""Enough that a save never waits for a free connection of the generator at this pace."""


def run(*, large: bool) -> list[Row]:
    rows = []
    for database in DATABASES:
        with deployment(database) as server:
            _raise_plan(server.environment)
            tokens = _start_all(server.base_url, server.keys["PULSE_SCREENING_KEY"])
            bare = _paced(server.base_url, [("GET", "/health/live", b"")] * CANDIDATES * ROUNDS)
            ours = _paced(server.base_url, _saves(tokens))
            burst = _burst(server.base_url, tokens)
        rows.append(
            Row(
                what=f"autosave of {CANDIDATES} candidates, each every {EVERY_SECONDS} s",
                ours=f"p99 {ours[1] * 1e3:.0f} ms, p50 {ours[0] * 1e3:.0f} ms",
                reference=f"p99 {bare[1] * 1e3:.0f} ms, p50 {bare[0] * 1e3:.0f} ms, bare view",
                ratio=ours[1] / bare[1],
                target="p99 ≤ 100 ms",
                met=ours[1] <= 0.1,
                database=database,
            )
        )
        rows.append(
            Row(
                what="autosaves a second, closed loop",
                ours=f"{burst:.0f}/s",
                reference=f"{PACE_PER_SECOND:.0f}/s, what {CANDIDATES} candidates send",
                ratio=burst / PACE_PER_SECOND,
                target="≥ 2 times",
                met=burst >= 2 * PACE_PER_SECOND,
                database=database,
            )
        )
    return rows


def _raise_plan(environment: dict[str, str]) -> None:
    """Making 500 candidates on the Starter plan would take ten minutes."""
    command = [sys.executable, "manage.py", "screening_plan", "enterprise"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    time.sleep(5)  # until the server has read its keys anew


def _start_all(base: str, key: str) -> list[str]:
    """One template, and a candidate with a running attempt for each of the 500."""
    question = {"type": "long_text", "prompt": "Write", "skill": "Text", "points": 1}
    template = call(
        "POST",
        f"{base}/v1/templates",
        key,
        {"name": "Bench", "duration_minutes": 60, "questions": [question] * 5},
    )["data"]["id"]
    tokens = []
    for number in range(CANDIDATES):
        body = {"name": f"Bench {number}", "email": f"b{number}@example.test"}
        candidate = _patient(f"{base}/v1/candidates", key, body)["id"]
        made = _patient(
            f"{base}/v1/screenings", key, {"candidate_id": candidate, "template_id": template}
        )
        tokens.append(made["candidate_url"].rpartition("/")[2])
    with ThreadPoolExecutor(8) as pool:
        started = pool.map(
            lambda token: (
                requests.post(
                    f"{base}/s/{token}/start", {"consent": "yes"}, allow_redirects=False, timeout=30
                ).status_code
            ),
            tokens,
        )
        assert set(started) == {302}
    return tokens


def _patient(url: str, key: str, body: dict[str, object]) -> dict[str, str]:
    """Create, waiting where the account's plan says so."""
    while True:
        response = requests.post(
            url, json=body, headers={"Authorization": f"Bearer {key}"}, timeout=30
        )
        if response.status_code != 429:
            response.raise_for_status()
            return response.json()["data"]
        time.sleep(float(response.headers["Retry-After"]))


def _saves(tokens: list[str]) -> list[tuple[str, str, bytes]]:
    made = []
    for turn in range(ROUNDS):
        stamp = int(time.time() * 1000) + turn
        body = json.dumps(
            {"value": f"{turn} " + "word " * 100, "revision": stamp, "active_seconds": 10}
        ).encode()
        made += [("PUT", f"/s/{token}/answers/q{turn + 1}", body) for token in tokens]
    return made


def _paced(base: str, sent: list[tuple[str, str, bytes]]) -> tuple[float, float]:
    """p50 and p99 in seconds at the pace of 500 browsers; a late start counts as waiting."""
    began = time.perf_counter()
    sessions = [requests.Session() for _ in range(CONNECTIONS)]

    def one(number: int) -> float:
        due = began + number / PACE_PER_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        method, path, body = sent[number]
        response = sessions[number % CONNECTIONS].request(
            method, base + path, data=body, headers={"Content-Type": "application/json"}, timeout=30
        )
        assert response.status_code == 200, response.text
        return time.perf_counter() - due

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        taken = sorted(pool.map(one, range(len(sent))))
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)]


def _burst(base: str, tokens: list[str]) -> float:
    def make(number: int) -> bytes:
        body = json.dumps(
            {"value": f"{number}", "revision": int(time.time() * 1000) + number}
        ).encode()
        path = f"{base}/s/{tokens[number % len(tokens)]}/answers/q5"
        return request_bytes("PUT", path, {"Content-Type": "application/json"}, body)

    outcome = drive(base, make, connections=CONNECTIONS, seconds=5.0)
    assert outcome.failures == 0
    return outcome.per_second
