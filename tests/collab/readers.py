"""Many light sockets in one event loop: they count and time what they hear, and do nothing else."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import socket
import time
from typing import Any
from urllib.parse import urlsplit

_SEQUENCE = re.compile(rb'"seq":(\d+)\}$')
_SENT_AT = re.compile(rb'"body":"sent (\d+\.\d+)')
_CURSOR = b'{"type":"cursor:move"'
HEARTBEAT_SECONDS = 30.0
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class Reader(asyncio.Protocol):
    """One socket in a room.

    ``numbers`` are the sequence numbers heard, ``delays`` the seconds that comments which say when
    they were sent took to arrive, ``left`` who was said to have gone, ``code`` what the server closed
    with (1006 for a connection that just ended).
    """

    def __init__(self, first: dict[str, Any]) -> None:
        self.first = first
        self.numbers: list[int] = []
        self.delays: list[float] = []
        self.left: set[str] = set()
        self.code = 0
        self.me = ""
        self.waiting = bytearray()
        self.upgraded = False
        loop = asyncio.get_running_loop()
        self.greeted: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self.heart: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        if not self.upgraded:
            head, found, rest = self.waiting.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.transport.abort()
                return
            self.upgraded = True
            self.waiting = rest
            self.say(self.first)
        self._frames()

    def _frames(self) -> None:
        waiting, at = self.waiting, 0
        while len(waiting) - at >= 2:
            kind, size, begins = waiting[at] & 0x0F, waiting[at + 1], at + 2
            if size >= 126:
                begins += 2 if size == 126 else 8
                if len(waiting) < begins:
                    break
                size = int.from_bytes(waiting[at + 2 : begins], "big")
            if len(waiting) < begins + size:
                break
            self._frame(kind, bytes(waiting[begins : begins + size]))
            at = begins + size
        del waiting[:at]

    def _frame(self, kind: int, payload: bytes) -> None:
        if payload.startswith(_CURSOR):
            return  # most of what comes; a reader must cost little
        if kind == PING:
            self._send(PONG, payload)
        elif kind == CLOSE:
            self.code = int.from_bytes(payload[:2], "big")
            self._send(CLOSE, payload[:2])
            self.transport.close()
        elif payload.startswith(b'{"type":"auth:ok"'):
            self.me = json.loads(payload)["user"]["id"]
            self.greeted.set_result(None)
            self._beat()
        elif payload.startswith(b'{"type":"presence:leave"'):
            self.left.add(json.loads(payload)["userId"])
        elif number := _SEQUENCE.search(payload[-40:]):
            self.numbers.append(int(number.group(1)))
            if sent := _SENT_AT.search(payload):
                self.delays.append(time.time() - float(sent.group(1)))

    def say(self, message: dict[str, Any]) -> None:
        self._send(TEXT, json.dumps(message).encode())

    def _send(self, kind: int, payload: bytes) -> None:
        """A client's frame; its mask is zero, which is allowed and cheap."""
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        if not self.transport.is_closing():
            self.transport.write(bytes([0x80 | kind]) + length + b"\0\0\0\0" + payload)

    def _beat(self) -> None:
        self.say({"type": "presence:update", "status": "online"})
        self.heart = asyncio.get_running_loop().call_later(HEARTBEAT_SECONDS, self._beat)

    def connection_lost(self, error: Exception | None) -> None:
        self.code = self.code or 1006
        if self.heart is not None:
            self.heart.cancel()
        if not self.greeted.done():
            self.greeted.set_exception(ConnectionError("refused"))
        self.closed.set_result(None)


async def enter(url: str, first: dict[str, Any], *, receive_bytes: int = 0) -> Reader:
    """A reader past its snapshot. ``receive_bytes`` makes the kernel take little when it stops.

    Raises OSError where there is nobody to talk to.
    """
    where = urlsplit(url)
    plain = socket.socket()
    plain.setblocking(False)
    if receive_bytes:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_connect(plain, (where.hostname, where.port))
        _, reader = await loop.create_connection(lambda: Reader(first), sock=plain)
    except BaseException:
        plain.close()
        raise
    try:
        await asyncio.wait_for(reader.greeted, 30)
    except BaseException:
        reader.transport.abort()
        raise
    return reader
