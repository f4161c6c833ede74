"""Which addresses that a customer names may be called: checked when saved, and again at each call."""

from __future__ import annotations

import queue
import socket
import threading
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

MAX_URL_LENGTH = 2048
MAX_HOST_LENGTH = 253
RESOLVE_SECONDS = 5.0
LOW_PORTS = (80, 443)
"""Below 1024 only these are called; mail, SSH and the like are nobody's webhook."""

Address = IPv4Address | IPv6Address

UNICAST_V6 = ip_network("2000::/3")
REFUSED = tuple(
    ip_network(one)
    for one in (
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # Teredo, ORCHID and other protocol assignments
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation; Python 3.11 calls it global
    )
)


class BadAddress(ValueError):
    """The text is no address that could be called; the message says why."""


class ForbiddenAddress(Exception):
    """The address leads, wholly or in part, where customers may not send us."""


class Unresolvable(OSError):
    """The name has no address at the moment."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: ``host`` is verified in TLS and sent as Host, ``ip`` is what is dialled."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        standard = {"http": 80, "https": 443}[self.scheme]
        return name if self.port == standard else f"{name}:{self.port}"


def check_form(url: str, *, https_only: bool) -> None:
    """Raise BadAddress unless ``url`` is a plain http(s) address; nothing is resolved."""
    parts = _split(url)
    if https_only and parts.scheme != "https":
        raise BadAddress("must be an https address in a live environment")


def check(url: str, *, live: bool) -> None:
    """Raise ForbiddenAddress when ``url`` leads where it may not, as far as DNS knows at the moment.

    A name that does not resolve passes: it may be set up later, and each call checks again.
    """
    try:
        resolve(url, live=live)
    except Unresolvable:
        return


def resolve(url: str, *, live: bool) -> Target:
    """Resolve once, judge every address of the answer, and pin the first.

    On the embedded default a test environment may call its own machine, a ``live`` one may not.
    Raises BadAddress, ForbiddenAddress (one bad address spoils the answer) or Unresolvable.
    """
    parts = _split(url)
    host, port = _host_of(parts), parts.port or {"http": 80, "https": 443}[parts.scheme]
    addresses = _addresses(host, port)
    for address in addresses:
        reason = objection(address, port, live=live)
        if reason:
            raise ForbiddenAddress(f"{host} resolves to {address}: {reason}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, str(addresses[0]))


def objection(address: Address, port: int, *, live: bool) -> str:
    """Why ``address`` may not be called, or an empty string."""
    if address.is_loopback and port == settings.PULSE_PORT:
        return "that is this server itself"
    if any(address.version == one.version and address in one for one in _allowed(live)):
        return ""
    if any(address.version == one.version and address in one for one in REFUSED):
        return "not a public address"
    if not address.is_global or address.is_multicast or address.is_reserved:
        return "not a public address"
    if isinstance(address, IPv6Address) and address not in UNICAST_V6:
        return "not a public address"
    return ""


def _split(url: str) -> SplitResult:
    if len(url) > MAX_URL_LENGTH:
        raise BadAddress(f"must be at most {MAX_URL_LENGTH} characters")
    if any(ord(character) <= 32 or ord(character) == 127 for character in url) or "\\" in url:
        raise BadAddress("must not contain blanks, control characters or backslashes")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress("is not a valid address") from None
    if parts.scheme not in ("http", "https"):
        raise BadAddress("must start with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("must not contain a user name or password")
    if port is not None and port not in LOW_PORTS and not 1024 <= port <= 65535:
        raise BadAddress("must use port 80, 443 or one from 1024")
    _host_of(parts)
    if not (parts.path + parts.query).isascii():
        raise BadAddress("must percent-encode its path and query")
    return parts


def _host_of(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not host or "%" in host:
        raise BadAddress("must name a host")
    if ":" in host:
        return host
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadAddress("does not name a valid host") from None
    if len(name) > MAX_HOST_LENGTH:
        raise BadAddress(f"must name a host of at most {MAX_HOST_LENGTH} characters")
    return name


def _addresses(host: str, port: int) -> list[Address]:
    try:
        return [ip_address(host)]
    except ValueError:
        pass
    answer = _ask(host, port)
    if isinstance(answer, Exception):
        raise Unresolvable(f"{host} has no address at the moment") from answer
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in answer]


def _ask(host: str, port: int) -> list[Any] | Exception:
    """getaddrinfo cannot be given a time limit, so it is asked in a thread that may be left behind."""
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="pulse-resolver", daemon=True).start()
    try:
        return answers.get(timeout=RESOLVE_SECONDS)
    except queue.Empty as late:
        return late


def _allowed(live: bool) -> tuple[IPv4Network | IPv6Network, ...]:
    own_machine = () if live else settings.PULSE_WEBHOOK_TEST_CIDRS
    return _networks((*settings.PULSE_WEBHOOK_ALLOW_CIDRS, *own_machine))


@cache
def _networks(written: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(one, strict=False) for one in written)
