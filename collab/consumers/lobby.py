"""What one process keeps about its open sockets: presence told to rooms, visits, and who must go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from weakref import WeakSet

import structlog

from collab import frames, shapes
from collab.consumers import admission as admissions
from collab.consumers.admission import Admission
from collab.errors import RoomNotFound, UserNotFound
from collab.frames import room_group
from collab.models import namespaced
from collab.services.rooms import log_visit
from pulse.errors import ApiError
from pulse.realtime import presence
from pulse.realtime.blocking import in_thread
from pulse.realtime.frames import frame
from pulse.realtime.hub import Hub
from pulse.realtime.presence import Change, Seat

log = structlog.get_logger(__name__)

MOST_AWAY_SECONDS = 10.0


def away_seconds() -> float:
    """A visit ends in the feed when its person stays away that long: reconnects are no news."""
    return min(MOST_AWAY_SECONDS, presence.silent_seconds() / 6)


class Guest:
    """An admitted socket, as the lobby sees it."""

    def __init__(self, admission: Admission, seat: Seat, expel: Callable[[ApiError], None]) -> None:
        self.admission = admission
        self.seat = seat
        self.expel = expel


class Lobby:
    """One per hub; all methods run on the event loop."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.store = presence.store(hub.process)
        self.guests: WeakSet[Guest] = WeakSet()
        self._departures: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._notes: set[asyncio.Task[None]] = set()
        hub.sweeps += [self._notice_silence, self._check_standing]

    async def enter(self, guest: Guest) -> None:
        """Take a seat, and let the others know if the person was not there yet."""
        self.guests.add(guest)
        change = await self.store.beat(guest.seat, presence.ONLINE)
        await self._tell(guest.admission, change, skip=guest.seat.connection)

    async def beat(self, guest: Guest, status: str) -> None:
        change = await self.store.beat(guest.seat, status)
        await self._tell(guest.admission, change)

    async def leave(self, guest: Guest) -> None:
        self.guests.discard(guest)
        change = await self.store.leave(guest.seat)
        await self._tell(guest.admission, change)

    async def newest_connection(self, guest: Guest, user: str) -> str:
        """The latest connection in the guest's room of the person with this seat name."""
        return await self.store.newest_connection(guest.seat.room, user)

    async def _tell(self, admission: Admission, change: Change | None, skip: str = "") -> None:
        if change is None:
            return
        user_id = admission.user_id
        if change.kind == presence.JOINED:
            entry = shapes.presence_entry(
                shapes.face(admission.person, admission.environment),
                status=change.status,
                last_seen=datetime.now(UTC),
                device=self._device_of(change),
            )
            message = frames.presence_join(entry)
            self._arrived(admission, change)
        elif change.kind == presence.LEFT:
            message = frames.presence_leave(user_id)
            self._departed(admission, change)
        else:
            message = frames.presence_update(user_id, change.status)
        self.hub.publish(change.room, frame(message, skip=skip))

    def _device_of(self, change: Change) -> str | None:
        for guest in self.guests:
            if guest.seat.room == change.room and guest.seat.user == change.user:
                return guest.seat.device or None
        return None

    async def _notice_silence(self) -> None:
        """Tell rooms with a listener here who has gone silent, or whose process has died."""
        rooms: dict[str, Admission] = {}
        for guest in list(self.guests):
            rooms.setdefault(guest.seat.room, guest.admission)
        for change in await self.store.sweep(list(rooms)):
            somebody = rooms[change.room]
            external_id = frames.external_id(change.user)
            user_id = namespaced(somebody.environment.public_id, external_id)
            if change.kind == presence.LEFT:
                self.hub.publish(change.room, frame(frames.presence_leave(user_id)))
                self._departed(somebody, change)
            else:
                update = frames.presence_update(user_id, change.status)
                self.hub.publish(change.room, frame(update))

    async def _check_standing(self) -> None:
        """Close the sockets of revoked keys, blocked or forgotten people and withdrawn tokens."""
        guests = list(self.guests)
        if not guests:
            return
        why = await in_thread(admissions.fallen, [guest.admission for guest in guests])
        for guest in guests:
            reason = why(guest.admission)
            if reason:
                guest.expel(reason)

    def _arrived(self, somebody: Admission, change: Change) -> None:
        """Note that the person of ``change`` came; ``somebody`` is anyone of the same room."""
        departure = self._departures.pop((change.room, change.user), None)
        if departure is not None:
            departure.cancel()
        else:
            self._note(somebody, change.user, joined=True)

    def _departed(self, somebody: Admission, change: Change) -> None:
        key = (change.room, change.user)
        older = self._departures.pop(key, None)
        if older is not None:
            older.cancel()
        self._departures[key] = self.hub.loop.call_later(
            away_seconds(), self._gone_for_good, key, somebody
        )

    def _gone_for_good(self, key: tuple[str, str], somebody: Admission) -> None:
        self._departures.pop(key, None)
        self._note(somebody, key[1], joined=False)

    def _note(self, somebody: Admission, user: str, *, joined: bool) -> None:
        task = self.hub.loop.create_task(self._write_note(somebody, user, joined))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    @staticmethod
    async def _write_note(somebody: Admission, user: str, joined: bool) -> None:
        try:
            await in_thread(_note_visit, somebody, user, joined)
        except (RoomNotFound, UserNotFound):
            return
        except Exception as error:
            log.warning("visit_not_logged", error=type(error).__name__)


def _note_visit(somebody: Admission, user: str, joined: bool) -> None:
    if not joined and any(
        one.user == user for one in presence.present(room_group(somebody.room.pk))
    ):
        return  # back by another process
    log_visit(
        somebody.environment,
        room_pk=somebody.room.pk,
        person_pk=frames.person_pk(user),
        joined=joined,
        now=datetime.now(UTC),
    )


_lobby: Lobby | None = None


def lobby(hub: Hub) -> Lobby:
    """The lobby of this process."""
    global _lobby
    if _lobby is None or _lobby.hub is not hub:
        _lobby = Lobby(hub)
    return _lobby


def seat_of(admission: Admission, connection: str, device: str) -> Seat:
    return Seat(room_group(admission.room.pk), admission.seat_user, connection, device)
