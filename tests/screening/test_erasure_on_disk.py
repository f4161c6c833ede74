"""Experiment T22: a person whose every member carries a marker goes the whole way and is erased."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.screening.recruiting import ESSAY, NUMBER, WORD, Account, eventually
from tests.support import live
from tests.support.receiver import Receiver, Reply
from tests.support.remains import places_of

MARK = "zqxmarkerjw"
EVENTS = ["candidate.created", "screening.created", "screening.completed", "report.generated"]


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    folder = tmp_path / "mails"
    folder.mkdir()
    return folder


@pytest.fixture
def account(mails: Path) -> Iterator[Account]:
    with live.running(PULSE_DEMO="0", PULSE_EMAIL_URL=f"file:///{mails}") as server:
        account = Account(server)
        yield account
        account.http.close()


def go_the_whole_way(account: Account) -> tuple[str, str]:
    """Ids of a candidate and of a reported screening."""
    body = {
        "name": f"{MARK} Person",
        "email": f"{MARK}@example.com",
        "phone": "+48225550100",
        "skills": [MARK],
        "education": [{"institution": MARK, "degree": MARK, "year": 2020}],
    }
    keyed = {"Idempotency-Key": "one"}
    person = account.http.post("/v1/candidates", json=body, headers=keyed).json()["data"]["id"]
    assert account.http.post("/v1/candidates", json=body).status_code == 409
    account.http.get("/v1/candidates", params={"q": MARK, "email": f"{MARK}@example.com"})
    file = {"file": (f"{MARK}.txt", f"{MARK} did things".encode(), "text/plain")}
    assert account.http.post(f"/v1/candidates/{person}/resume", files=file).status_code == 201
    questions = [NUMBER, WORD, ESSAY]
    template = account.post(
        "/v1/templates", {"name": "All", "duration_minutes": 10, "questions": questions}
    )
    terms = {"job_title": MARK, "send_invitation": True, "metadata": {"note": MARK}}
    made = account.post(
        "/v1/screenings", {"candidate_id": person, "template_id": template["id"], **terms}
    )
    link = made["candidate_url"]
    with httpx.Client(headers={"User-Agent": MARK}, timeout=30) as browser:
        browser.post(f"{link}/start", data={"consent": "yes"})
        for revision, (question, value) in enumerate({"q1": 42, "q2": MARK, "q3": MARK}.items(), 1):
            answer = {"value": value, "revision": revision}
            assert browser.put(f"{link}/answers/{question}", json=answer).status_code == 200
        browser.post(f"{link}/submit")
    account.post(
        f"/v1/screenings/{made['id']}/answers/q3/review", {"points": 1, "note": f"{MARK} wrote it"}
    )
    account.report(made["id"])
    return person, made["id"]


def test_nothing_tells_who_an_erased_person_was(account, mails, receiver: Receiver):
    receiver.default = lambda got: Reply(200, got.body)  # an answer that says it all again
    account.post("/v1/webhooks", {"url": receiver.url, "events": EVENTS})
    person, screening = go_the_whole_way(account)
    receiver.wait(len(EVENTS))
    eventually(lambda: any(MARK in one.read_text() for one in mails.iterdir()))
    assert places_of(account.server, MARK) != []

    assert account.http.delete(f"/v1/candidates/{person}").status_code == 204

    assert places_of(account.server, MARK) == []
    assert account.http.get(f"/v1/candidates/{person}").status_code == 404
    assert account.http.get(f"/v1/screenings/{screening}/report").status_code == 404
