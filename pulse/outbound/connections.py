"""Connections to addresses that were checked: dialled within a deadline, and kept for the next call.

``requests`` and ``urllib3`` limit each read, so a server that drips a byte a second holds the caller
for ever; here every read shares one deadline.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
import time
from collections import defaultdict, deque
from functools import cache
from typing import Any

import certifi

from pulse.outbound.targets import Target

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
IDLE_SECONDS = 1.0
"""Shorter than any server we know of keeps one open: gunicorn 2 s, Node 5 s, nginx 75 s."""
MOST_KEPT = 64


class Pinned(http.client.HTTPConnection):
    """Dials the address that was checked, and verifies the certificate for the name."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port)
        self.target = target
        self.deadline = 0.0
        self.dialled: socket.socket | None = None

    def connect(self) -> None:
        patience = min(CONNECT_SECONDS, _left(self.deadline))
        plain = socket.create_connection((self.target.ip, self.target.port), patience)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            secure = self._secured(plain)
        except BaseException:
            plain.close()
            raise
        self.sock: Any = _Timed(secure, self)
        self.dialled = secure

    def hang_up(self) -> None:
        if self.dialled is not None:
            self.dialled.close()

    def _secured(self, plain: socket.socket) -> socket.socket:
        if self.target.scheme == "http":
            return plain
        plain.settimeout(min(CONNECT_SECONDS, _left(self.deadline)))
        return _tls().wrap_socket(plain, server_hostname=self.target.host)


class _Timed:
    """The few things http.client asks of a socket, each within what is left of the deadline."""

    def __init__(self, inner: socket.socket, owner: Pinned) -> None:
        self.inner = inner
        self.owner = owner

    def sendall(self, data: bytes) -> None:
        self.inner.settimeout(_left(self.owner.deadline))
        self.inner.sendall(data)

    def makefile(self, mode: str, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self.inner, self.owner), 16 * 1024)

    def close(self) -> None:
        """http.client closes before the body is read, where it knows that no more requests follow."""


class _Reader(io.RawIOBase):
    def __init__(self, inner: socket.socket, owner: Pinned) -> None:
        self.inner = inner
        self.owner = owner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.inner.settimeout(min(READ_SECONDS, _left(self.owner.deadline)))
        return self.inner.recv_into(buffer)


class Kept:
    """Connections at rest, by everything that was checked of their target but the path."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resting: defaultdict[_Place, deque[tuple[float, Pinned]]] = defaultdict(deque)

    def take(self, target: Target) -> Pinned | None:
        """The one to this target that rested last, if it has not rested too long."""
        with self._lock:
            resting = self._resting.get(_place(target))
            if not resting:
                return None
            since, connection = resting.pop()
        if time.monotonic() - since > IDLE_SECONDS:
            connection.hang_up()
            return None
        return connection

    def put(self, connection: Pinned) -> None:
        with self._lock:
            if sum(map(len, self._resting.values())) < MOST_KEPT:
                self._resting[_place(connection.target)].append((time.monotonic(), connection))
                return
        connection.hang_up()

    def close_idle(self, idle_seconds: float) -> None:
        """Hang up what has rested longer than that."""
        before = time.monotonic() - idle_seconds
        with self._lock:
            for place, resting in list(self._resting.items()):
                while resting and resting[0][0] <= before:
                    resting.popleft()[1].hang_up()
                if not resting:
                    del self._resting[place]


_Place = tuple[str, str, int, str]


def _place(target: Target) -> _Place:
    return (target.scheme, target.host, target.port, target.ip)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("deadline")
    return left


@cache
def _tls() -> ssl.SSLContext:
    """The system's certificate authorities, a private one included, and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
