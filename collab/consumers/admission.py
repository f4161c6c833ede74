"""Letting a socket in: key, token, room and person; and the snapshot it starts from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from collab import shapes
from collab.errors import InvalidRoom, InvalidToken, RoomForbidden, WrongKey
from collab.frames import person_pk, room_group, seat_user
from collab.messages import Auth
from collab.models import EnvironmentConfig, Participant, Room, is_room_id, namespaced
from collab.selectors import configs, feeds, people, rooms, threads
from collab.services import people as people_services
from collab.services import rooms as room_services
from collab.services import tokens
from pulse.errors import ApiError
from pulse.keys import bearer
from pulse.realtime.frames import Frame
from pulse.realtime.presence import Entry, present
from pulse.tenancy.models import Environment

KNOWN_USERS = 500
SNAPSHOT_THREADS = 10_000
OPTIMISTIC_READS = 4


@dataclass(frozen=True, slots=True)
class Admission:
    """A verified client: who, where, and what their environment allows."""

    environment: Environment
    person: Participant
    room: Room
    config: EnvironmentConfig
    claims: tokens.Claims
    api_key: str

    @property
    def user_id(self) -> str:
        return namespaced(self.environment.public_id, self.person.external_id)

    @property
    def seat_user(self) -> str:
        return seat_user(self.person.pk, self.person.external_id)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``auth:ok`` and what it already contains of the messages that were held meanwhile."""

    message: dict[str, Any]
    sequence: int
    notifications: frozenset[str]

    def contains(self, frame: Frame) -> bool:
        if frame.sequence:
            return frame.sequence <= self.sequence
        return frame.reference in self.notifications


def admit(auth: Auth, origin: str, now: datetime) -> Admission:
    """Check the first message, and make the person and the room if they are new.

    Raises WrongKey, InvalidToken, RoomForbidden, InvalidRoom.
    """
    environment = check_key(auth.api_key, origin)
    claims = tokens.read_token(environment, auth.token)
    name = auth.room
    if not is_room_id(name):
        raise InvalidRoom
    if not claims.opens(name):
        raise RoomForbidden
    person = people_services.keep_person(
        environment,
        external_id=claims.external_id,
        name=claims.name,
        avatar=claims.avatar,
        now=now,
        seen=True,
    )
    if person.blocked:
        raise InvalidToken("This user may not connect")
    room = room_services.ensure_room(environment, name=name, now=now)
    config = configs.config_of(environment)
    return Admission(environment, person, room, config, claims, auth.api_key)


def check_key(api_key: str, origin: str = "") -> Environment:
    """The environment of a live publishable key, from a web origin it is for. Raises WrongKey."""
    credential = bearer.identify(api_key, ("pk_",))
    if credential is None or credential.product != "collab":
        raise WrongKey
    if credential.origins and origin not in credential.origins:
        raise WrongKey("This key is not for this origin")
    return credential.environment


def read_snapshot(admission: Admission) -> Snapshot:
    """Everything in the room as of one sequence number.

    Every durable change moves the room's number in its own transaction, so reading the number
    before and after tells whether the rows in between belong together. A busy room gets its last
    attempt under the lock.
    """
    environment, room = admission.environment, admission.room
    for _ in range(OPTIMISTIC_READS):
        before = rooms.sequence_of(environment, room.pk)
        message = _read(admission)
        if rooms.sequence_of(environment, room.pk) == before:
            return _snapshot(message, before)
    with transaction.atomic():
        before = rooms.lock_room(environment, room.pk).sequence
        return _snapshot(_read(admission), before)


def _snapshot(message: dict[str, Any], sequence: int) -> Snapshot:
    told = frozenset(str(one["id"]) for one in message["notifications"])
    return Snapshot({**message, "seq": sequence}, sequence, told)


def _read(admission: Admission) -> dict[str, Any]:
    environment, room = admission.environment, admission.room
    voice = shapes.Voice(environment, live=True)
    said, authors = shapes.room_threads(voice, room, SNAPSHOT_THREADS)
    reactions = threads.reactions_in(environment, room)
    entries = present(room_group(room.pk))
    here = {person_pk(entry.user) for entry in entries}
    known = {one.pk: one for one in people.recent_people(environment, KNOWN_USERS)}
    needed = authors | here | {one.user_id for one in reactions} | {admission.person.pk}
    known |= {one.pk: one for one in people.people_by_pk(environment, needed - set(known))}
    return {
        "type": "auth:ok",
        "user": shapes.face(admission.person, environment),
        "users": [shapes.face(one, environment) for one in known.values()],
        "presence": [
            _entry(entry, known[person_pk(entry.user)], environment)
            for entry in entries
            if person_pk(entry.user) in known
        ],
        "threads": said,
        "reactions": [voice.reaction(one) for one in reactions],
        "notifications": [
            voice.notification(one)
            for one in feeds.newest_notifications(environment, admission.person)
        ],
        "activityLogs": [voice.activity(one) for one in feeds.newest_activity(environment, room)],
        "config": configs.flags(admission.config),
        "p2pConfig": configs.p2p_config(admission.config),
    }


def _entry(entry: Entry, person: Participant, environment: Environment) -> dict[str, Any]:
    return shapes.presence_entry(
        shapes.face(person, environment),
        status=entry.status,
        last_seen=datetime.fromtimestamp(entry.seen_at, UTC),
        device=entry.device or None,
    )


def fallen(admissions: list[Admission]) -> Callable[[Admission], ApiError | None]:
    """A function that says why an open socket must close now, with what would refuse it anew."""
    keys = {one.api_key for one in admissions}
    dead = {key for key in keys if bearer.identify(key, ("pk_",)) is None}
    welcome = people.welcome_pks({one.person.pk for one in admissions})
    current = {
        one.environment.pk: configs.config_of(one.environment).token_generation
        for one in admissions
    }

    def reason(admission: Admission) -> ApiError | None:
        if admission.api_key in dead:
            return WrongKey("This key has been revoked")
        if admission.person.pk not in welcome:
            return InvalidToken("This user may not connect")
        if current[admission.environment.pk] != admission.config.token_generation:
            return InvalidToken()
        return None

    return reason
