"""The base of a product's socket consumer: the door, the first message's deadline, and the limits."""

from __future__ import annotations

import asyncio
import time
from typing import Any, ClassVar

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from pulse.realtime import hub
from pulse.realtime.connection import Connection
from pulse.realtime.frames import Frame, frame
from pulse.realtime.limits import Allowance, doorway
from pulse.realtime.outlet import Outlet

ABUSE = 4429
UNAUTHORIZED = 4401
MAX_BYTES = 64 * 1024


class HubConsumer(AsyncWebsocketConsumer):
    """One socket. Subclasses say how to introduce a client and what its messages do.

    A socket is *known* once the subclass has called ``introduced``; until then it counts as waiting
    at the door, of which an address and a process have a limited number.
    """

    large_prefix: ClassVar[str] = ""
    """Text frames beyond 64 kB must contain this near their start, else they are refused unread."""

    connection: Connection

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        client = self.scope.get("client")
        self.address: str = client[0] if client else ""
        self.waiting = False
        self.known = False
        self.deadline: asyncio.TimerHandle | None = None
        live = hub.hub()
        if live.draining or doorway.full(self.address):
            await self._refuse_upgrade()
            raise StopConsumer
        doorway.enter(self.address)
        self.waiting = True
        self.hub = live
        self.allowance = Allowance(time.monotonic())
        self.connection = Connection(Outlet(self.base_send))
        live.connections[self.connection.id] = self.connection
        await self.accept()
        self.deadline = live.loop.call_later(
            settings.PULSE_SOCKET_AUTH_SECONDS, self.refuse, "Authentication timed out"
        )

    async def _refuse_upgrade(self) -> None:
        """503: the published client then backs off, while after an accepted one it would not."""
        await self.base_send(
            {
                "type": "websocket.http.response.start",
                "status": 503,
                "headers": [(b"retry-after", b"5"), (b"content-type", b"text/plain")],
            }
        )
        await self.base_send({"type": "websocket.http.response.body", "body": b"Overloaded"})

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        if self.connection.closing:
            return
        text = message.get("text")
        if not self.allowance.spend(time.monotonic()):
            if self.allowance.abused:
                self.refuse("Too many messages", code="rate_limited", close=ABUSE)
            else:
                self.overrun(text)
            return
        if text is None:
            self.complain("Send text frames", "malformed")
        elif not self.known and len(text) > MAX_BYTES:
            self.refuse("The first message is too large", code="too_large")
        elif len(text) > MAX_BYTES and self.large_prefix not in text[:200]:
            self.complain("The message is too large", "too_large")
        else:
            await self.said(text)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
        self._leave_doorway()
        if hasattr(self, "connection"):
            self.connection.gone()
            self.hub.forget(self.connection)
            await self.left()
        raise StopConsumer

    def introduced(self) -> None:
        """The client has said who it is."""
        self.known = True
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None
        self._leave_doorway()

    def _leave_doorway(self) -> None:
        if self.waiting:
            self.waiting = False
            doorway.leave(self.address)

    def reply(self, message: dict[str, Any]) -> None:
        self.connection.reply(frame(message))

    def refuse(self, text: str, *, code: str = "unauthorized", close: int = UNAUTHORIZED) -> None:
        """Say why in the form after which the client stays away, and close."""
        self.connection.reply(self.refusal(text, code))
        self.connection.close(close, code)

    def refusal(self, text: str, code: str) -> Frame:
        raise NotImplementedError

    def complain(self, text: str, code: str) -> None:
        """Say that a message was not acted upon."""
        raise NotImplementedError

    def overrun(self, text: str | None) -> None:
        """A message beyond the rate limit: drop it, or complain if it should have been stored."""
        raise NotImplementedError

    async def said(self, text: str) -> None:
        raise NotImplementedError

    async def left(self) -> None:
        raise NotImplementedError
