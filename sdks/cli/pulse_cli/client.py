"""Requests to a Pulse server."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

DEFAULT_BASE = "http://127.0.0.1:3000"
TIMEOUT_SECONDS = 30.0
MOST_PATIENCE_SECONDS = 60.0


class CommandFailed(Exception):
    """Ends the program with this sentence and status 1."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        return json.loads(self.body)

    def reason(self) -> str:
        """The sentence of a refusal, whichever product wrote it."""
        try:
            body = self.json()
        except ValueError:
            return self.body.decode("utf-8", "replace")[:300]
        error = body.get("error", body) if isinstance(body, dict) else body
        if isinstance(error, dict):
            error = error.get("message") or error.get("detail") or error
        return error if isinstance(error, str) else json.dumps(error)


class Client:
    """One server and one key."""

    def __init__(self, base: str, key: str) -> None:
        self.base = base.rstrip("/")
        self.key = key

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Any answer of the server, good or bad. Raises CommandFailed when there is none."""
        sent = {"Authorization": f"Bearer {self.key}", "User-Agent": "pulse-cli/0.1"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        request = urllib.request.Request(
            self.base + path, data=body, method=method, headers=sent | (headers or {})
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                return Answer(response.status, response.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.read())
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise CommandFailed(f"{self.base} does not answer: {reason}") from error

    def call(
        self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None
    ) -> Any:
        """The JSON of a good answer, None for an empty one. Waits where the server says to.

        Raises CommandFailed for a refusal.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        data = None if body is None else json.dumps(body).encode()
        patience = time.monotonic() + MOST_PATIENCE_SECONDS
        while True:
            answer = self.send(method, target, body=data)
            if answer.status not in (429, 503) or time.monotonic() > patience:
                break
            time.sleep(1)
        if not answer.good:
            raise CommandFailed(f"{method} {path}: {answer.status}: {answer.reason()}")
        return answer.json() if answer.body else None


def from_environment() -> Client:
    """The server and key of PULSE_API_BASE and PULSE_API_KEY. Raises CommandFailed."""
    key = os.environ.get("PULSE_API_KEY", "")
    if not key:
        raise CommandFailed(
            "No key. Mint one in the console under Keys, then: export PULSE_API_KEY=pk_test_…"
        )
    return Client(os.environ.get("PULSE_API_BASE", "") or DEFAULT_BASE, key)
