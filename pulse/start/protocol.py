"""uvicorn's HTTP protocol, with the head of an answer and its body in one write."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Protocol(HttpToolsProtocol):
    """uvicorn writes the head and the body apart: two system calls, and a packet each."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._joined: Any = _Joined(transport, self.loop)

    def on_headers_complete(self) -> None:
        """Let the answer write through the joining transport; the connection itself keeps its own."""
        own = self.transport
        self.transport = self._joined
        try:
            super().on_headers_complete()
        finally:
            self.transport = own


class _Joined:
    """Holds the head of an answer until its body comes, or the event loop's next turn at the latest."""

    __slots__ = ("_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(b"HTTP/1.1 "):
            self._head = data
            self._loop.call_soon(self._flush)
            return
        self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def _flush(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""
