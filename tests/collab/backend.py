"""The customer's backend and their users' browsers, as seen by a running deployment."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support import live, servers
from tests.support.live import LiveServer
from tests.support.shell import Shell

QUIET_SECONDS = 0.4
SILENT_SECONDS = 4.0
SWEEP_SECONDS = 2.5


@dataclass
class Socket:
    """One browser's socket; ``greeting`` is what answered its first message."""

    connection: ClientConnection
    greeting: dict[str, Any] = field(default_factory=dict)

    def say(self, kind: str, **members: Any) -> None:
        self.connection.send(json.dumps({"type": kind, **members}))

    def hear(self, kind: str, timeout: float = 5.0) -> dict[str, Any]:
        """The next message of that kind; others are passed over."""
        while True:
            message = json.loads(self.connection.recv(timeout))
            if message["type"] == kind:
                return message

    def rest(self) -> list[dict[str, Any]]:
        """Everything said up to now, but comings and goings, which are written in the background.

        A message of no known type is answered behind everything this socket was sent before, so
        the tests need not wait for silence.
        """
        mark = f"mark-{uuid.uuid4()}"
        self.say(mark)
        found = []
        while True:
            message = json.loads(self.connection.recv(10))
            if mark in message.get("message", ""):
                return [one for one in found if not _visit(one)]
            found.append(message)

    def kinds(self) -> list[str]:
        """The types of ``rest``, without the feed."""
        return [one["type"] for one in self.rest() if one["type"] != "activity:logged"]

    def lull(self, quiet: float = QUIET_SECONDS) -> list[dict[str, Any]]:
        """Everything said until it has been quiet for a while."""
        found = []
        while True:
            try:
                found.append(json.loads(self.connection.recv(quiet)))
            except (TimeoutError, ConnectionClosed):
                return found

    def closed(self, timeout: float = 10.0) -> int | None:
        """The code the server closed with."""
        try:
            while True:
                self.connection.recv(timeout)
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else None

    @property
    def me(self) -> str:
        return self.greeting["user"]["id"]


def _visit(message: dict[str, Any]) -> bool:
    return message["type"] == "activity:logged" and message["activityLog"]["type"] in (
        "join",
        "leave",
    )


@dataclass
class Backend:
    """Calls with the secret key."""

    live: LiveServer
    shell: Shell
    path: str = ""

    @property
    def secret(self) -> str:
        return self.live.keys["PULSE_COLLAB_SECRET_KEY"]

    @property
    def publishable(self) -> str:
        return self.live.keys["PULSE_COLLAB_PUBLISHABLE_KEY"]

    @property
    def pid(self) -> int:
        return self.live.processes["web"].pid

    @property
    def ws_url(self) -> str:
        return self.live.base_url.replace("http", "ws") + self.path

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.secret}"}
        return httpx.request(
            method, self.live.base_url + path, json=body, headers=headers, timeout=30
        )

    def token(self, user: str = "user-1", name: str = "Alice Chen", **extra: Any) -> str:
        answer = self.call("POST", "/auth/token", {"userId": user, "name": name, **extra})
        assert answer.status_code == 200, answer.text
        return answer.json()["token"]

    def thread(self, room: str, user: str = "user-1", body: str = "Hello") -> dict[str, Any]:
        sent = {"userId": user, "body": body}
        answer = self.call("POST", f"/api/v1/rooms/{room}/threads", sent)
        assert answer.status_code == 201, answer.text
        return answer.json()["thread"]

    def knock(self, **first: Any) -> Socket:
        """A socket that has said ``first`` and whose answer is still to come."""
        socket = Socket(connect(self.ws_url, max_size=None, open_timeout=10, legacy=True))
        if first:
            socket.connection.send(json.dumps(first))
        return socket

    def enter(
        self, room: str, user: str = "user-1", name: str = "Alice Chen", **extra: Any
    ) -> Socket:
        """A socket in ``room``, past its snapshot."""
        token = extra.pop("token", None) or self.token(user, name)
        socket = self.knock(type="auth", apiKey=self.publishable, token=token, room=room, **extra)
        socket.greeting = socket.hear("auth:ok")
        return socket

    @contextmanager
    def together(self, *people: tuple[str, str], room: str = "") -> Iterator[list[Socket]]:
        """Sockets of several people in one new room, after everybody has seen everybody."""
        name = room or f"room-{uuid.uuid4()}"
        sockets = [self.enter(name, *one) for one in people]
        for socket in sockets:
            socket.rest()
        try:
            yield sockets
        finally:
            for socket in sockets:
                socket.connection.close()

    def run(self, code: str) -> str:
        """Python in a process of the deployment, for what no API does; answers what it prints."""
        return self.shell.run(code)


ALICE = ("user-1", "Alice Chen")
BOB = ("user-2", "Bob Smith")


def at_scale() -> bool:
    """Whether this run of the suite is about PostgreSQL and Redis."""
    return bool(os.environ.get("PULSE_DATABASE_URL"))


@contextmanager
def web_processes(number: int, **variables: str) -> Iterator[list[Backend]]:
    """One deployment through each of its ``number`` web processes; more than one only at scale."""
    with live.running(**variables) as first, ExitStack() as stack:
        shell = Shell(first.environment)
        stack.callback(shell.close)
        backends = [Backend(first, shell)]
        for _ in range(number - 1):
            port = servers.free_port()
            environment = {**first.environment, "PULSE_PORT": str(port)}
            other = replace(first, port=port, environment=environment, processes={})
            stack.callback(other.stop)
            other.start("web")
            other.ready()
            backends.append(Backend(other, shell))
        yield backends
