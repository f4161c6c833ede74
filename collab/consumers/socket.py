"""The socket: authenticate, subscribe, hand messages over, forward what the room says."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Any, ClassVar

import structlog
from django.db import Error as DatabaseProblem

from collab import frames, messages
from collab.consumers import admission as admissions
from collab.consumers import changes, lobby, relays
from collab.consumers.admission import Admission
from collab.consumers.lobby import Guest
from collab.dialect import sentence
from collab.errors import InvalidToken
from collab.frames import room_group, user_group
from collab.selectors import people, threads
from pulse.errors import ApiError
from pulse.realtime.blocking import in_thread
from pulse.realtime.consumer import HubConsumer
from pulse.realtime.frames import Frame, frame

log = structlog.get_logger(__name__)

MAX_SOCKETS_IN_ROOM = 2000
SIGNALS = (messages.SignalOffer, messages.SignalAnswer, messages.SignalIce)
_TABLET = re.compile(r"iPad|Tablet|Android(?!.*Mobile)", re.IGNORECASE)
_MOBILE = re.compile(r"Mobi|iPhone|Android", re.IGNORECASE)


def device_type(user_agent: str) -> str:
    """``desktop``, ``mobile`` or ``tablet``: the client shows a badge but never says."""
    if _TABLET.search(user_agent):
        return "tablet"
    return "mobile" if _MOBILE.search(user_agent) else "desktop"


class CollabConsumer(HubConsumer):
    """One browser in one room."""

    large_prefix: ClassVar[str] = "p2p:sync"

    guest: Guest | None = None
    joining = False
    expiry: asyncio.TimerHandle | None = None

    async def said(self, text: str) -> None:
        try:
            message = messages.read(text)
        except messages.NoMessage as problem:
            if self.guest is None and '"auth"' in text:
                self.refuse(f"Not an auth message: {problem}", code="malformed")
            elif self.guest is not None:
                self.complain(f"Not a message: {problem}", "malformed")
            return
        if isinstance(message, messages.Auth):
            if self.guest is None and not self.joining:
                await self._authenticate(message)
        elif self.guest is not None:
            await self._act(message, self.guest)
        # Anything else before auth:ok is ignored: the client sends cursors while it waits.

    def refusal(self, text: str, code: str) -> Frame:
        return frame(frames.auth_error(text, code))

    def complain(self, text: str, code: str) -> None:
        if self.guest is not None:
            self.reply(frames.error(text, code))

    def overrun(self, text: str | None) -> None:
        kind = (text or "")[:60]
        if not any(word in kind for word in ("cursor:", "viewport:", "selection:", "typing:")):
            self.complain("Too many messages", "rate_limited")

    # --- coming in ---------------------------------------------------------------------------

    async def _authenticate(self, auth: messages.Auth) -> None:
        self.joining = True
        try:
            admission = await in_thread(
                admissions.admit, auth, self._header(b"origin"), datetime.now(UTC)
            )
        except ApiError as error:
            self.refuse(sentence(error), code=error.code)
            return
        except DatabaseProblem:
            self.connection.close(1013, "try again later")
            return
        room = self.hub.groups.get(room_group(admission.room.pk))
        if room is not None and len(room.members) >= MAX_SOCKETS_IN_ROOM:
            self.refuse("This room is full", code="room_full")
            return
        await self._join(admission)

    async def _join(self, admission: Admission) -> None:
        """Listen first, then take a seat, then read: nothing said meanwhile is lost or doubled."""
        self.groups_heard = [room_group(admission.room.pk), user_group(admission.person.pk)]
        for group in self.groups_heard:
            await self.hub.join(self.connection, group)
        device = device_type(self._header(b"user-agent"))
        seat = lobby.seat_of(admission, self.connection.id, device)
        guest = Guest(admission, seat, self._expel)
        self.lobby = lobby.lobby(self.hub)
        await self.lobby.enter(guest)
        self.guest = guest
        try:
            snapshot = await in_thread(admissions.read_snapshot, admission)
        except (ApiError, DatabaseProblem):
            self.connection.close(1013, "try again later")
            return
        if self.connection.closing:
            return
        self.introduced()
        self.connection.release(frame(snapshot.message), snapshot.contains)
        known = self.hub.groups.get(self.groups_heard[0])
        if known is not None:
            known.delivered = max(known.delivered, snapshot.sequence)
        left = (admission.claims.expires_at - datetime.now(UTC)).total_seconds()
        self.expiry = self.hub.loop.call_later(max(0.0, left), self._expel, InvalidToken())

    def _expel(self, reason: ApiError) -> None:
        self.refuse(sentence(reason), code=reason.code)

    def _header(self, name: bytes) -> str:
        return next(
            (value.decode("latin-1") for key, value in self.scope["headers"] if key == name), ""
        )

    # --- being there -------------------------------------------------------------------------

    async def _act(self, message: messages.ClientMessage, guest: Guest) -> None:
        if isinstance(message, messages.PresenceUpdate):
            await self.lobby.beat(guest, message.status)
        elif isinstance(message, changes.STORED):
            await self._store(message, guest.admission)
        elif isinstance(message, SIGNALS):
            await self._signal(message, guest)
        elif isinstance(message, messages.P2PSync):
            self._share(message, guest)
        elif not isinstance(message, messages.TypingStart) or await self._typed_here(
            message, guest
        ):
            made = relays.relayed(
                message,
                user_id=guest.admission.user_id,
                config=guest.admission.config,
                skip=self.connection.id,
            )
            if made is not None:
                self.hub.publish(guest.seat.room, made)

    async def _typed_here(self, message: messages.TypingStart, guest: Guest) -> bool:
        """Whether the thread is of this room; the sender is told if not."""
        admission = guest.admission
        if not admission.config.show_typing_indicators:
            return False
        try:
            await in_thread(
                threads.get_thread, admission.environment, message.thread_id, admission.room
            )
        except ApiError as error:
            self.complain(sentence(error), error.code)
            return False
        except DatabaseProblem:
            return False  # nobody misses it
        return True

    async def _store(self, message: messages.ClientMessage, admission: Admission) -> None:
        try:
            await in_thread(changes.apply, message, admission, datetime.now(UTC))
        except ApiError as error:
            about = getattr(message, "id", None)
            self.reply(frames.error(sentence(error), error.code, str(about or "")))
        except DatabaseProblem as error:
            log.warning("message_not_stored", error=type(error).__name__)
            self.complain("Nothing was stored; please try again", "unavailable")
        except Exception:
            log.exception("socket_message_failed", kind=type(message).__name__)
            self.complain("Something went wrong on our side", "server_error")

    async def _signal(self, message: messages.ClientMessage, guest: Guest) -> None:
        """Pass a WebRTC signal on to the newest connection of its target in this room."""
        admission = guest.admission
        if not admission.config.allow_p2p:
            self.complain("P2P is switched off in this environment", "feature_off")
            return
        target = await in_thread(
            people.find_person,
            admission.environment,
            message.target_user_id,  # type: ignore[union-attr]
        )
        connection = (
            await self.lobby.newest_connection(
                guest, frames.seat_user(target.pk, target.external_id)
            )
            if target is not None
            else ""
        )
        if not connection:
            self.complain("That user is not here", "user_not_found")
            return
        shape: dict[str, Any] = {"fromUserId": admission.user_id}
        if isinstance(message, messages.SignalIce):
            shape["candidate"] = message.candidate
            shape["type"] = "signal:ice"
        elif isinstance(message, messages.SignalOffer | messages.SignalAnswer):
            shape["sdp"] = {"type": message.sdp.type, "sdp": message.sdp.sdp}
            offer = isinstance(message, messages.SignalOffer)
            shape["type"] = "signal:offer" if offer else "signal:answer"
        self.hub.publish(guest.seat.room, frame(shape, only=connection))

    def _share(self, message: messages.P2PSync, guest: Guest) -> None:
        if not guest.admission.config.allow_p2p:
            self.complain("P2P is switched off in this environment", "feature_off")
            return
        shape = {
            "type": "p2p:sync",
            "fromUserId": guest.admission.user_id,
            "update": message.update,
        }
        self.hub.publish(guest.seat.room, frame(shape, skip=self.connection.id))

    async def left(self) -> None:
        if self.expiry is not None:
            self.expiry.cancel()
        for group in getattr(self, "groups_heard", ()):
            self.hub.leave(self.connection, group)
        if self.guest is not None:
            await self.lobby.leave(self.guest)
