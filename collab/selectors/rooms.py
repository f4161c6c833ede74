"""Reads of rooms."""

from __future__ import annotations

from django.db.models import QuerySet

from collab.errors import RoomNotFound
from collab.models import Room
from pulse.tenancy.models import Environment


def list_rooms(environment: Environment) -> QuerySet[Room]:
    return Room.objects.within(environment)


def find_room(environment: Environment, name: str) -> Room | None:
    return Room.objects.within(environment).filter(name=name).first()


def get_room(environment: Environment, name: str) -> Room:
    """Raises RoomNotFound."""
    row = find_room(environment, name)
    if row is None:
        raise RoomNotFound
    return row


def lock_room(environment: Environment, room_pk: int) -> Room:
    """The room's row, locked: whoever announces a durable event in a room holds it.

    It is the first lock of every change, so sequence numbers leave in the order of the commits.
    Raises RoomNotFound.
    """
    row = Room.objects.within(environment).select_for_update().filter(pk=room_pk).first()
    if row is None:
        raise RoomNotFound
    row.environment = environment
    return row


def sequence_of(environment: Environment, room_pk: int) -> int:
    """The number of the newest durable event; -1 when the room is gone."""
    number = (
        Room.objects.within(environment)
        .filter(pk=room_pk)
        .values_list("sequence", flat=True)
        .first()
    )
    return -1 if number is None else number
