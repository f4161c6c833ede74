"""The last metre to a socket.

Through ``send`` each message costs a coroutine and an encoding per receiver. Where the server is
uvicorn's sans-io protocol and nothing is compressed, a ready-made frame can be handed to the
transport, which is what ``websockets.broadcast`` does. Any other server gets the ordinary way.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

ABORT_AFTER_SECONDS = 10.0
KERNEL_BYTES = 128 * 1024
"""What the kernel may hold for a reader (Linux doubles it). Left alone it takes up to 4 MB, and a
reader who has stopped is noticed only when that is full."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Outlet:
    """Writes to one accepted socket."""

    def __init__(self, send: Send) -> None:
        self._send = send
        owner = getattr(send, "__self__", None)
        direct = isinstance(owner, WebSocketsSansIOProtocol) and not owner.conn.extensions
        self._protocol: WebSocketsSansIOProtocol | None = owner if direct else None
        if self._protocol is not None:
            plain = self._protocol.transport.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)

    @property
    def ready(self) -> bool:
        """Whether a frame may be written at once, because the reader keeps up."""
        protocol = self._protocol
        return (
            protocol is not None
            and protocol.writable.is_set()
            and not protocol.close_sent
            and not protocol.disconnected
        )

    def write(self, wire: bytes) -> None:
        """Only when ``ready``."""
        assert self._protocol is not None  # noqa: S101 - ready was asked
        self._protocol.transport.write(wire)

    async def send(self, text: str) -> None:
        """Write when the reader has room again."""
        await self._send({"type": "websocket.send", "text": text})

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye behind what is already written, and hang up on a reader who never reads it."""
        protocol = self._protocol
        if protocol is None:
            closing = asyncio.ensure_future(
                self._send({"type": "websocket.close", "code": code, "reason": reason})
            )
            closing.add_done_callback(lambda done: done.cancelled() or done.exception())
            return
        if protocol.close_sent or protocol.disconnected or protocol.transport.is_closing():
            return
        protocol.conn.send_close(code, reason)
        protocol.transport.write(b"".join(protocol.conn.data_to_send()))
        protocol.close_sent = True
        protocol.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        protocol.stop_keepalive()
        if protocol.read_paused:
            protocol.read_paused = False
            protocol.transport.resume_reading()
        transport = protocol.transport
        protocol.close_timer = asyncio.get_running_loop().call_later(
            ABORT_AFTER_SECONDS, transport.abort
        )
