"""One HTTP request to an address that a customer named: pinned, bounded in time and in bytes.

No redirect is followed, no proxy or cookie is taken from anywhere, nothing is inflated. ``requests``
and ``urllib3`` limit each read, so a server that drips a byte a second holds the caller for ever;
here every read shares one deadline.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import certifi

from pulse.outbound import targets
from pulse.outbound.targets import Target

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 15.0
MAX_ANSWER_BYTES = 64 * 1024


class CallFailed(Exception):
    """No answer. ``kind`` is ``timeout``, ``connection``, ``tls`` or ``forbidden_target``."""

    def __init__(self, kind: str, message: str, peer_ip: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.peer_ip = peer_ip


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``headers`` have lower-case names, ``body`` is cut at the asked size."""

    status: int
    headers: dict[str, str]
    body: bytes
    peer_ip: str
    complete: bool


def call(
    method: str,
    url: str,
    *,
    headers: dict[str, str],
    body: bytes = b"",
    total_seconds: float = TOTAL_SECONDS,
    max_answer_bytes: int = MAX_ANSWER_BYTES,
) -> Answer:
    """Check the address, connect to exactly what was checked, and send. Raises CallFailed."""
    deadline = time.monotonic() + total_seconds
    try:
        target = targets.resolve(url)
    except targets.Unresolvable as error:
        raise CallFailed("connection", str(error)) from error
    except (targets.ForbiddenAddress, targets.BadAddress) as error:
        raise CallFailed("forbidden_target", str(error)) from error
    connection = _Pinned(target, deadline)
    try:
        return _exchange(connection, method, target, headers, body, max_answer_bytes)
    except TimeoutError as error:
        raise CallFailed("timeout", "no answer in time", target.ip) from error
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or "TLS failed"
        raise CallFailed("tls", str(reason), target.ip) from error
    except (OSError, http.client.HTTPException) as error:
        message = f"{type(error).__name__}: {error}"[:300]
        raise CallFailed("connection", message, target.ip) from error
    finally:
        connection.hang_up()


def _exchange(
    connection: _Pinned,
    method: str,
    target: Target,
    headers: dict[str, str],
    body: bytes,
    max_answer_bytes: int,
) -> Answer:
    connection.putrequest(method, target.path, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": target.host_header, "Connection": "close", **headers}.items():
        connection.putheader(name, value)
    if body or method in ("POST", "PUT", "PATCH"):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    received = b""
    complete = True
    try:
        received = response.read(max_answer_bytes + 1)
    except (OSError, http.client.HTTPException):
        complete = False  # the status counts; who answers 200 and then stalls has the message
    return Answer(
        status=response.status,
        headers={name.lower(): value for name, value in response.getheaders()},
        body=received[:max_answer_bytes],
        peer_ip=target.ip,
        complete=complete and len(received) <= max_answer_bytes,
    )


class _Pinned(http.client.HTTPConnection):
    """Dials the address that was checked, and verifies the certificate for the name."""

    def __init__(self, target: Target, deadline: float) -> None:
        super().__init__(target.host, target.port)
        self.target = target
        self.deadline = deadline
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
        self.sock: Any = _Timed(secure, self.deadline)
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

    def __init__(self, inner: socket.socket, deadline: float) -> None:
        self.inner = inner
        self.deadline = deadline

    def sendall(self, data: bytes) -> None:
        self.inner.settimeout(_left(self.deadline))
        self.inner.sendall(data)

    def makefile(self, mode: str, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self.inner, self.deadline), 16 * 1024)

    def close(self) -> None:
        """http.client closes before the body is read, where it knows that no more requests follow."""


class _Reader(io.RawIOBase):
    def __init__(self, inner: socket.socket, deadline: float) -> None:
        self.inner = inner
        self.deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.inner.settimeout(min(READ_SECONDS, _left(self.deadline)))
        return self.inner.recv_into(buffer)


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
