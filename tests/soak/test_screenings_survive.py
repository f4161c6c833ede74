"""The server is killed while candidates write, and again when their time runs out."""

from __future__ import annotations

import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.screening.recruiting import NUMBER, Account, eventually
from tests.support import later, live
from tests.support.receiver import Receiver

pytestmark = pytest.mark.soak

LONG = bool(os.environ.get("PULSE_TEST_SOAK"))
KILLS = 20 if LONG else 2
WRITERS = 6
PAUSE_SECONDS = 0.0 if LONG else 0.05
"""Between two answers of a candidate: the short run shares its machine with the rest of the suite."""
QUESTIONS = 3
TWO_DAYS = 2 * 86_400
LEASES = 120


@pytest.fixture(scope="module")
def server() -> Iterator[live.LiveServer]:
    with live.running(PULSE_DEMO="0") as server:
        yield server


@pytest.fixture
def account(server) -> Iterator[Account]:
    account = Account(server)
    yield account
    account.http.close()


def begin(account: Account, name: str, *, start: bool = True) -> dict[str, Any]:
    """A screening that ends within a day, of an attempt that has started if it is wanted."""
    created = account.invite(name, questions=[NUMBER] * QUESTIONS, expires_in_days=1)
    if start:
        put_start(created)
    return created


def put_start(created: dict[str, Any]) -> None:
    said = httpx.post(f"{created['candidate_url']}/start", data={"consent": "yes"}, timeout=30)
    assert said.status_code == 302


class Candidate:
    """Saves numbers as the page does: again and again until the server has acknowledged one."""

    def __init__(self, link: str) -> None:
        self.link = link
        self.acknowledged: dict[str, int] = {}
        self.sent = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._write)
        self.thread.start()

    def _write(self) -> None:
        with httpx.Client(timeout=5) as http:
            while not self.stopping.is_set():
                self.sent += 1
                self._save(http, f"q{self.sent % QUESTIONS + 1}", self.sent)
                time.sleep(PAUSE_SECONDS)

    def _save(self, http: httpx.Client, question: str, value: int) -> None:
        body = {"value": value, "revision": int(time.time() * 1000), "active_seconds": 0}
        while not self.stopping.is_set():
            try:
                said = http.put(f"{self.link}/answers/{question}", json=body)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if said.status_code == 200:
                self.acknowledged[question] = value
                return
            assert said.status_code == 503, said.text

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(30)


def shown(link: str, question: str) -> int:
    """The answer that the candidate's page shows."""
    page = httpx.get(f"{link}/questions/{question[1:]}", timeout=30).text
    found = re.search(rf'name="answer-{question}" value="(\d+)"', page)
    assert found is not None
    return int(found[1])


def test_no_acknowledged_answer_is_lost_when_the_server_is_killed_while_candidates_write(
    server, account
):
    chance = random.Random(11)
    links = [begin(account, f"Writer{one}")["candidate_url"] for one in range(WRITERS)]
    writers = [Candidate(link) for link in links]
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.4, 1.2))
        server.kill("web")
        server.start("web")
        server.ready()
    eventually(lambda: all(len(one.acknowledged) == QUESTIONS for one in writers))
    for one in writers:
        one.stop()

    for one in writers:
        for question, value in one.acknowledged.items():
            # The last one may have been stored although its acknowledgement was cut off.
            assert shown(one.link, question) in (value, one.sent)


def test_attempts_end_right_and_once_when_server_and_worker_are_away_at_that_moment(
    server, account, receiver
):
    account.post("/v1/webhooks", {"url": receiver.url, "events": ENDINGS})
    answered = [begin(account, f"Answered{one}") for one in range(WRITERS)]
    for one in answered:
        save(one, "q1", 42)
    silent = begin(account, "Silent")
    waiting = begin(account, "Waiting", start=False)
    for name in server.commands:
        server.kill(name)

    commands = dict(server.commands)
    for turn in range(KILLS):  # killed while it ends what is over, and back when leases have ended
        server.commands = {
            name: later.command(TWO_DAYS + turn * LEASES, command)
            for name, command in commands.items()
        }
        server.start("web")
        server.ready()
        if turn < KILLS - 1:
            reader = threading.Thread(target=read_all, args=(account,))
            reader.start()
            time.sleep(0.02)
            server.kill("web")
            reader.join()

    for one in answered:
        done = account.screening(one["id"])
        assert (done["status"], done["score"], done["completion_reason"]) == (
            "completed",
            33,
            "time_expired",
        )
        assert minutes_between(done["started_at"], done["completed_at"]) == 10
        assert httpx.get(one["candidate_url"], timeout=30).status_code == 410
    assert account.screening(silent["id"])["status"] == "expired"
    assert account.screening(waiting["id"])["status"] == "expired"
    for name in set(server.commands) - {"web"}:
        server.start(name)
    for one in answered:
        assert account.report(one["id"])["score"] == 33
    check_told_once(receiver, [one["id"] for one in answered])


ENDINGS = ["screening.completed", "report.generated"]


def save(created: dict[str, Any], question: str, value: int) -> None:
    body = {"value": value, "revision": int(time.time() * 1000)}
    said = httpx.put(f"{created['candidate_url']}/answers/{question}", json=body, timeout=30)
    assert said.status_code == 200


def read_all(account: Account) -> None:
    """Any read of the account ends what is over."""
    try:
        account.http.get("/v1/screenings")
    except httpx.TransportError:
        return


def minutes_between(start: str, end: str) -> int:
    moments = [time.mktime(time.strptime(one, "%Y-%m-%dT%H:%M:%SZ")) for one in (start, end)]
    return round((moments[1] - moments[0]) / 60)


def check_told_once(receiver: Receiver, ids: list[str]) -> None:
    """Each ending has one event; a delivery that was cut off may come again under its own id."""
    wanted = {(name, one) for name in ENDINGS for one in ids}

    def told() -> Counter[tuple[str, str]]:
        events = {one.headers["x-pihupulse-delivery"]: one.json() for one in receiver.requests}
        told = ((one["event"], one["data"]["screening_id"]) for one in events.values())
        return Counter(one for one in told if one[1] in ids)

    eventually(lambda: set(told()) >= wanted, seconds=60)
    assert told() == dict.fromkeys(wanted, 1)
