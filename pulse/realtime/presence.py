"""Who is where: a seat per connection, and one announced status per person and room.

Every operation answers with what changed for the others, if anything: a person appears with the
first visible seat and leaves with the last one. A seat is visible while its heartbeat is fresh; the
seats of a dead process go when that process's lease ends.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from django.conf import settings
from redis import Redis
from redis import asyncio as aioredis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

LEASE_SECONDS, LEAST_LEASE_SECONDS = 25, 6
ONLINE, IDLE = "online", "idle"
JOINED, LEFT, CHANGED = "joined", "left", "changed"


@dataclass(frozen=True, slots=True)
class Seat:
    """One connection's place in a room."""

    room: str
    user: str
    connection: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What the others should hear: ``kind`` is joined, left or changed."""

    room: str
    user: str
    kind: str
    status: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A person present in a room; ``seen_at`` is in epoch seconds."""

    user: str
    status: str
    seen_at: float
    device: str


class Presence(Protocol):
    async def beat(self, seat: Seat, status: str) -> Change | None:
        """Enter or stay, with this status."""

    async def leave(self, seat: Seat) -> Change | None: ...

    async def sweep(self, rooms: list[str]) -> list[Change]:
        """Notice who has gone silent in ``rooms``."""

    async def newest_connection(self, room: str, user: str) -> str:
        """The connection of ``user`` that came last, or an empty string."""

    def entries(self, room: str) -> list[Entry]:
        """Who is present, oldest first; from any thread but the event loop's."""


def silent_seconds() -> float:
    """How long a seat stays visible without a heartbeat."""
    return float(settings.PULSE_SOCKET_SILENT_SECONDS)


def lease_seconds() -> int:
    """How long the seats of a dead process stay; renewed by every sweep, so never below two."""
    return round(max(LEAST_LEASE_SECONDS, min(LEASE_SECONDS, silent_seconds() / 2)))


def _difference(room: str, user: str, before: str, after: str) -> Change | None:
    if before == after:
        return None
    if not after:
        return Change(room, user, LEFT)
    return Change(room, user, CHANGED if before else JOINED, after)


@dataclass(slots=True)
class _Place:
    status: str
    beat_at: float
    joined_at: float
    device: str


@dataclass(slots=True)
class _RoomSeats:
    places: dict[str, dict[str, _Place]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


class MemoryPresence:
    """For one process."""

    def __init__(self) -> None:
        self._rooms: dict[str, _RoomSeats] = {}
        self._lock = threading.Lock()

    async def beat(self, seat: Seat, status: str) -> Change | None:
        now = time.time()
        with self._lock:
            room = self._rooms.setdefault(seat.room, _RoomSeats())
            places = room.places.setdefault(seat.user, {})
            place = places.get(seat.connection)
            if place is None:
                places[seat.connection] = _Place(status, now, now, seat.device)
            else:
                place.status, place.beat_at = status, now
            return self._settle(seat.room, seat.user, now)

    async def leave(self, seat: Seat) -> Change | None:
        with self._lock:
            room = self._rooms.get(seat.room)
            if room is None:
                return None
            room.places.get(seat.user, {}).pop(seat.connection, None)
            return self._settle(seat.room, seat.user, time.time())

    async def sweep(self, rooms: list[str]) -> list[Change]:
        now = time.time()
        with self._lock:
            told = [
                (name, user)
                for name in rooms
                if name in self._rooms
                for user in self._rooms[name].told
            ]
            changes = [self._settle(name, user, now) for name, user in told]
        return [change for change in changes if change is not None]

    async def newest_connection(self, room: str, user: str) -> str:
        with self._lock:
            known = self._rooms.get(room)
            places = known.places.get(user, {}) if known else {}
            return max(places, key=lambda one: places[one].joined_at, default="")

    def entries(self, room: str) -> list[Entry]:
        with self._lock:
            known = self._rooms.get(room)
            if known is None:
                return []
            return [self._entry(user, known) for user in known.told]

    @staticmethod
    def _entry(user: str, room: _RoomSeats) -> Entry:
        places = list(room.places.get(user, {}).values())
        newest = max(places, key=lambda one: one.joined_at, default=None)
        seen_at = max((place.beat_at for place in places), default=0.0)
        return Entry(user, room.told[user], seen_at, newest.device if newest else "")

    def _settle(self, name: str, user: str, now: float) -> Change | None:
        room = self._rooms[name]
        places = room.places.get(user, {})
        silent = silent_seconds()
        visible = [one.status for one in places.values() if now - one.beat_at <= silent]
        after = (ONLINE if ONLINE in visible else IDLE) if visible else ""
        before = room.told.get(user, "")
        if after:
            room.told[user] = after
        else:
            room.told.pop(user, None)
        if not places:
            room.places.pop(user, None)
            if not room.places:
                del self._rooms[name]
        return _difference(name, user, before, after)


# KEYS: none, because the seats' names are made from the arguments (one Redis, not a cluster).
# ARGV: operation, room, now, silent seconds, then user, connection, status, device, process.
# Answers a flat list of user, before, after.
_SCRIPT = """
local operation, room, now, silent = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local told_key = 'pulse:told:' .. room
local function seats_key(user) return 'pulse:seats:' .. room .. ':' .. user end
local answer = {}
local function settle(user)
  local key = seats_key(user)
  local after = ''
  local seats = redis.call('HGETALL', key)
  for i = 1, #seats, 2 do
    local seat = cjson.decode(seats[i + 1])
    if redis.call('EXISTS', 'pulse:process:' .. seat.process) == 0 then
      redis.call('HDEL', key, seats[i])
    elseif now - seat.beat <= silent then
      if seat.status == 'online' or after == '' then after = seat.status end
    end
  end
  local before = redis.call('HGET', told_key, user) or ''
  if before ~= after then
    if after == '' then redis.call('HDEL', told_key, user)
    else redis.call('HSET', told_key, user, after) end
    table.insert(answer, user) table.insert(answer, before) table.insert(answer, after)
  end
end
if operation == 'sweep' then
  for _, user in ipairs(redis.call('HKEYS', told_key)) do settle(user) end
elseif operation == 'leave' then
  redis.call('HDEL', seats_key(ARGV[5]), ARGV[6])
  settle(ARGV[5])
elseif operation == 'beat' then
  local key = seats_key(ARGV[5])
  local known = redis.call('HGET', key, ARGV[6])
  local joined = known and cjson.decode(known).joined or now
  redis.call('SETEX', 'pulse:process:' .. ARGV[9], ARGV[10], '1')
  redis.call('HSET', key, ARGV[6], cjson.encode({
    status = ARGV[7], beat = now, joined = joined, device = ARGV[8], process = ARGV[9]}))
  redis.call('EXPIRE', key, 86400)
  settle(ARGV[5])
  redis.call('EXPIRE', told_key, 86400)
elseif operation == 'newest' then
  local seats = redis.call('HGETALL', seats_key(ARGV[5]))
  local newest, at = '', -1
  for i = 1, #seats, 2 do
    local seat = cjson.decode(seats[i + 1])
    if seat.joined > at and redis.call('EXISTS', 'pulse:process:' .. seat.process) == 1 then
      newest, at = seats[i], seat.joined
    end
  end
  return {newest}
elseif operation == 'entries' then
  for _, user in ipairs(redis.call('HKEYS', told_key)) do
    local seen, joined, device = 0, -1, ''
    local seats = redis.call('HGETALL', seats_key(user))
    for i = 1, #seats, 2 do
      local seat = cjson.decode(seats[i + 1])
      if seat.beat > seen then seen = seat.beat end
      if seat.joined > joined then joined, device = seat.joined, seat.device end
    end
    if now - seen <= silent + 10 then
      table.insert(answer, user) table.insert(answer, redis.call('HGET', told_key, user))
      table.insert(answer, string.format('%.3f', seen)) table.insert(answer, device)
    end
  end
end
return answer
"""


class RedisPresence:
    """For many processes: the seats live in Redis, each under its process's lease.

    While Redis is away nobody is announced and nobody leaves; the next heartbeats put it right.
    """

    def __init__(self, url: str, process: str) -> None:
        self._process = process
        options: dict[str, Any] = {
            "socket_connect_timeout": 1,
            "socket_timeout": 2,
            "decode_responses": True,
        }
        self._loop_redis = aioredis.Redis.from_url(url, **options)
        self._script = self._loop_redis.register_script(_SCRIPT)
        self._thread_redis = Redis.from_url(url, **options)
        self._thread_script = self._thread_redis.register_script(_SCRIPT)

    async def beat(self, seat: Seat, status: str) -> Change | None:
        changes = await self._run(
            "beat",
            seat.room,
            seat.user,
            seat.connection,
            status,
            seat.device,
            self._process,
            str(lease_seconds()),
        )
        return changes[0] if changes else None

    async def leave(self, seat: Seat) -> Change | None:
        changes = await self._run("leave", seat.room, seat.user, seat.connection)
        return changes[0] if changes else None

    async def sweep(self, rooms: list[str]) -> list[Change]:
        try:
            await self._loop_redis.setex(f"pulse:process:{self._process}", lease_seconds(), "1")
        except (RedisError, OSError) as error:
            log.warning("presence_unavailable", error=type(error).__name__)
            return []
        return [change for room in rooms for change in await self._run("sweep", room)]

    async def newest_connection(self, room: str, user: str) -> str:
        try:
            answer = await self._script(args=self._arguments("newest", room, user))
        except (RedisError, OSError):
            return ""
        return str(answer[0])

    def entries(self, room: str) -> list[Entry]:
        try:
            flat = self._thread_script(args=self._arguments("entries", room))
        except (RedisError, OSError):
            return []
        rows = [flat[index : index + 4] for index in range(0, len(flat), 4)]
        return [Entry(user, status, float(seen), device) for user, status, seen, device in rows]

    async def _run(self, operation: str, room: str, *arguments: str) -> list[Change]:
        try:
            flat = await self._script(args=self._arguments(operation, room, *arguments))
        except (RedisError, OSError) as error:
            log.warning("presence_unavailable", error=type(error).__name__)
            return []
        rows = [flat[index : index + 3] for index in range(0, len(flat), 3)]
        changes = [_difference(room, user, before, after) for user, before, after in rows]
        return [change for change in changes if change is not None]

    @staticmethod
    def _arguments(operation: str, room: str, *rest: str) -> list[str]:
        return [operation, room, f"{time.time():.3f}", str(silent_seconds()), *rest]


_store: Presence | None = None
_store_process = ""


def store(process: str = "") -> Presence:
    """This process's presence store; the hub's process id names its lease."""
    global _store, _store_process
    if _store is None or (process and process != _store_process):
        redis_url = settings.PULSE_REDIS_URL
        _store = RedisPresence(redis_url, process) if redis_url else MemoryPresence()
        _store_process = process
    return _store


def present(room: str) -> list[Entry]:
    """Who is in ``room`` now, for synchronous code."""
    return store().entries(room)
