"""One HTTP request to an address that a customer named: pinned, bounded in time and in bytes.

No redirect is followed, no proxy or cookie is taken from anywhere, nothing is inflated.
"""

from __future__ import annotations

import http.client
import ssl
import time
from dataclasses import dataclass

from pulse.outbound import targets
from pulse.outbound.connections import IDLE_SECONDS, Kept, Pinned
from pulse.outbound.targets import Target

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
    live: bool,
    headers: dict[str, str],
    body: bytes = b"",
    total_seconds: float = TOTAL_SECONDS,
    max_answer_bytes: int = MAX_ANSWER_BYTES,
    keep_alive: bool = False,
) -> Answer:
    """Check the address, connect to exactly what was checked, and send. Raises CallFailed.

    ``live`` is the environment's that named the address, see ``targets.resolve``.

    ``keep_alive`` saves the connection for another call to the same address, within a second. Such a
    one may be closed by the other side at the moment it is used; then the request is sent again, so
    this is for receivers who know a repetition when they see it.
    """
    deadline = time.monotonic() + total_seconds
    try:
        target = targets.resolve(url, live=live)
    except targets.Unresolvable as error:
        raise CallFailed("connection", str(error)) from error
    except (targets.ForbiddenAddress, targets.BadAddress) as error:
        raise CallFailed("forbidden_target", str(error)) from error
    request = _Request(method, target, headers, body, max_answer_bytes, keep_alive)
    try:
        if keep_alive and (kept := _kept.take(target)) is not None:
            try:
                return _sent(kept, request, deadline)
            except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
                pass  # closed while it rested
        return _sent(Pinned(target), request, deadline)
    except TimeoutError as error:
        raise CallFailed("timeout", "no answer in time", target.ip) from error
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or "TLS failed"
        raise CallFailed("tls", str(reason), target.ip) from error
    except (OSError, http.client.HTTPException) as error:
        message = f"{type(error).__name__}: {error}"[:300]
        raise CallFailed("connection", message, target.ip) from error


def close_idle(idle_seconds: float = IDLE_SECONDS) -> None:
    """Hang up kept connections that nobody has used for that long."""
    _kept.close_idle(idle_seconds)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: Target
    headers: dict[str, str]
    body: bytes
    max_answer_bytes: int
    keep_alive: bool


_kept = Kept()


def _sent(connection: Pinned, request: _Request, deadline: float) -> Answer:
    """Send and read; the connection is at rest afterwards, or closed."""
    connection.deadline = deadline
    reusable = False
    try:
        _write(connection, request)
        response = connection.getresponse()
        received = b""
        complete = True
        try:
            received = response.read(request.max_answer_bytes + 1)
        except (OSError, http.client.HTTPException):
            complete = False  # the status counts; who answers 200 and then stalls has the message
        reusable = request.keep_alive and response.isclosed() and not response.will_close
    finally:
        if reusable:
            _kept.put(connection)
        else:
            connection.hang_up()
    return Answer(
        status=response.status,
        headers={name.lower(): value for name, value in response.getheaders()},
        body=received[: request.max_answer_bytes],
        peer_ip=request.target.ip,
        complete=complete and len(received) <= request.max_answer_bytes,
    )


def _write(connection: Pinned, request: _Request) -> None:
    target = request.target
    connection.putrequest(request.method, target.path, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", target.host_header)
    if not request.keep_alive:
        connection.putheader("Connection", "close")
    for name, value in request.headers.items():
        connection.putheader(name, value)
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body)
