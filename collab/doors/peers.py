"""What browsers need to talk to each other: TURN credentials and the shared state of a room."""

from __future__ import annotations

from datetime import UTC, datetime

from collab.doors.callers import UNCACHED, Caller, answered, caller_by_token
from collab.errors import InvalidState, RoomForbidden, RoomNotFound
from collab.models import is_room_id, namespaced
from collab.selectors import files, rooms
from collab.services import states, turn
from collab.views.base import SHARED_STATE, split_room_path
from pulse import fastjson, strictjson
from pulse.doors.plain import Request, Response
from pulse.doors.threads import in_thread
from pulse.errors import NotFound


async def turn_credentials(request: Request) -> Response:
    """GET /api/v1/turn-credentials with a user's token."""
    now = datetime.now(UTC)
    caller = await in_thread(caller_by_token, request.token(), now)
    user_id = namespaced(caller.environment.public_id, caller.person.external_id)
    servers = turn.ice_servers(caller.config, user_id=user_id, now=now)
    if not servers:
        # Anything but 200 makes the client use its own list; an empty one would leave it without.
        raise NotFound("No TURN server is configured")
    return Response(200, fastjson.dumps({"iceServers": servers}), {**UNCACHED})


async def get_state(request: Request) -> Response:
    """GET /api/v1/rooms/{room}/p2p/state with a user's token."""
    now = datetime.now(UTC)
    caller = await in_thread(caller_by_token, request.token(), now)
    return answered({"state": await in_thread(_read_state, caller, _room_of(request), now)})


def _read_state(caller: Caller, name: str, now: datetime) -> str | None:
    _check_room(caller, name)
    room = rooms.find_room(caller.environment, name)
    if room is None:
        return None
    days = caller.config.p2p_state_ttl_days
    row = files.live_state(caller.environment, room, ttl_days=days, now=now)
    return states.encode_state(row) if row else None


async def put_state(request: Request) -> Response:
    """PUT /api/v1/rooms/{room}/p2p/state with a user's token."""
    now = datetime.now(UTC)
    caller = await in_thread(caller_by_token, request.token(), now)
    body = await request.body()
    await in_thread(_merge_state, caller, _room_of(request), body, now)
    return answered({"saved": True})


def _merge_state(caller: Caller, name: str, body: bytes, now: datetime) -> None:
    _check_room(caller, name)
    sent = strictjson.loads(body)
    state = sent.get("state") if isinstance(sent, dict) else None
    if not isinstance(state, str):
        raise InvalidState("state must be a base64 string")
    update = states.decode_state(state, caller.config)
    room = rooms.get_room(caller.environment, name)
    states.merge_state(caller.environment, room=room, update=update, config=caller.config, now=now)


def _check_room(caller: Caller, name: str) -> None:
    states.check_sharing(caller.config)
    if not caller.claims.opens(name):
        raise RoomForbidden


def _room_of(request: Request) -> str:
    raw = request.scope.get("raw_path") or request.path.encode()
    name, suffix = split_room_path(raw.decode("latin-1"))
    if suffix != SHARED_STATE or not is_room_id(name):
        raise RoomNotFound
    return name
