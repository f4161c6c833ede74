"""Finding a free port when the wanted one is taken."""

from __future__ import annotations

import socket
from ipaddress import ip_address

TRIES = 50


def free_from(host: str, port: int) -> int:
    """The first port from ``port`` on that can be bound. Raises OSError after 50."""
    for candidate in range(port, port + TRIES):
        if _bindable(host, candidate):
            return candidate
    raise OSError(f"no free port between {port} and {port + TRIES}")


def _bindable(host: str, port: int) -> bool:
    try:
        with open_socket(host, port):
            return True
    except OSError:
        return False


def open_socket(host: str, port: int) -> socket.socket:
    """A bound TCP socket that a restarted server may take over at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def listening_sockets(host: str, port: int) -> list[socket.socket]:
    """One socket, and on IPv4 loopback a second on ::1, because ``localhost`` may mean either."""
    sockets = [open_socket(host, port)]
    if host == "localhost" or (":" not in host and ip_address(host).is_loopback):
        try:
            sockets.append(open_socket("::1", port))
        except OSError:
            return sockets  # a machine without IPv6
    return sockets
