"""The recruiter's system: speaks the API of a running deployment with the printed key."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from tests.support.live import LiveServer

SINGLE = {
    "type": "single_choice",
    "prompt": "Pick the first letter",
    "skill": "Letters",
    "points": 1,
    "options": [{"id": "x1", "text": "A"}, {"id": "x2", "text": "B"}],
    "correct": ["x1"],
    "shuffle_options": False,
}
NUMBER = {"type": "numeric", "prompt": "6 × 7", "skill": "Numbers", "points": 1, "answer": 42}
WORD = {
    "type": "short_text",
    "prompt": "Seven, as a word",
    "skill": "Numbers",
    "points": 1,
    "accepted": ["seven"],
}
ESSAY = {"type": "long_text", "prompt": "Write", "skill": "Text", "points": 1}
Found = TypeVar("Found")


class Account:
    def __init__(self, server: LiveServer) -> None:
        self.server = server
        self.http = httpx.Client(
            base_url=server.base_url,
            timeout=30,
            headers={"Authorization": f"Bearer {server.keys['PULSE_SCREENING_KEY']}"},
        )

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = self.http.post(path, json=body)
        assert response.status_code < 300, response.text
        made: dict[str, Any] = response.json()["data"]
        return made

    def screening(self, screening_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.http.get(f"/v1/screenings/{screening_id}").json()["data"]
        return shown

    def report(self, screening_id: str) -> dict[str, Any]:
        """The report, once it has been written."""
        path = f"/v1/screenings/{screening_id}/report"
        found = eventually(lambda: _when_ok(self.http.get(path)))
        report: dict[str, Any] = found.json()["data"]
        return report

    def invite(
        self, name: str, *, questions: list[dict[str, Any]] | None = None, **terms: Any
    ) -> dict[str, Any]:
        """A screening for a new candidate, with a template of its own."""
        template = self.post(
            "/v1/templates",
            {
                "name": name,
                "duration_minutes": 10,
                "questions": questions or [SINGLE, NUMBER, WORD],
            },
        )
        candidate = self.post(
            "/v1/candidates",
            {"name": f"{name} Taker", "email": f"{name.lower()}@example.com"},
        )
        return self.post(
            "/v1/screenings",
            {"candidate_id": candidate["id"], "template_id": template["id"], **terms},
        )

    def mailed_link(self, address: str) -> str:
        """The link in the mail that went to ``address``, as the mail server would have got it."""

        def look() -> str:
            logs = "".join(self.server.log(name) for name in self.server.commands)
            _, _, after = logs.replace("=\n", "").partition(f"To: {address}")
            found = re.search(r"http://\S+/s/[\w-]{43}", after)
            return found[0] if found else ""

        return eventually(look)


def _when_ok(response: httpx.Response) -> httpx.Response | None:
    return response if response.status_code == 200 else None


def eventually(check: Callable[[], Found | None], seconds: float = 15) -> Found:
    """What ``check`` finds, once it finds something; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = check()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")
