"""Rooms come into being with their first visitor or thread, and number what happens in them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from collab.errors import UserNotFound
from collab.frames import Message, activity_logged, room_group
from collab.models import Activity, Participant, Room
from collab.selectors import people, rooms
from collab.shapes import Voice
from pulse.realtime.broadcasting import broadcast
from pulse.realtime.frames import frame
from pulse.tenancy.models import Environment


@transaction.atomic
def ensure_room(environment: Environment, *, name: str, now: datetime) -> Room:
    """The room called ``name``, made now if nobody was there before."""
    row, _ = Room.unscoped.get_or_create(
        environment=environment, name=name, defaults={"created_at": now}
    )
    return row


def announce(room: Room, *messages: Message) -> None:
    """Number durable messages and send them to everyone in ``room`` after the commit.

    The caller holds the room's lock (``rooms.lock_room``), so numbers and commits have one order,
    and a snapshot with number n contains exactly the messages up to n.
    """
    first = room.sequence + 1
    room.sequence += len(messages)
    room.save(update_fields=["sequence"])
    broadcast(
        room_group(room.pk),
        *(
            frame({**message, "seq": number}, sequence=number)
            for number, message in enumerate(messages, first)
        ),
    )


def note_activity(
    room: Room, *, kind: str, person: Participant | None, description: str, now: datetime
) -> Message:
    """Write a line of the room's feed; answers the message that tells the room about it."""
    row = Activity.objects.create(
        environment=room.environment,
        room=room,
        type=kind,
        user=person,
        description=description,
        created_at=now,
    )
    return activity_logged(Voice(room.environment, live=True).activity(row))


@transaction.atomic
def log_visit(
    environment: Environment, *, room_pk: int, person_pk: int, joined: bool, now: datetime
) -> None:
    """Say in the room's feed that somebody came or went. Raises RoomNotFound, UserNotFound."""
    room = rooms.lock_room(environment, room_pk)
    held = people.people_by_pk(environment, people.hold_people(environment, [person_pk]))
    if not held:
        raise UserNotFound
    (person,) = held
    kind, description = ("join", "joined the room") if joined else ("leave", "left the room")
    announce(room, note_activity(room, kind=kind, person=person, description=description, now=now))
