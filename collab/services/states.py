"""The shared document of a room: merged, never overwritten."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from django.db import transaction
from pycrdt import Doc

from collab.errors import FeatureOff, InvalidState, StateTooLarge
from collab.models import EnvironmentConfig, Room, SharedState
from collab.selectors import files, rooms
from pulse.tenancy.models import Environment


def check_sharing(config: EnvironmentConfig) -> None:
    """Raises FeatureOff."""
    if not config.allow_p2p:
        raise FeatureOff("P2P is switched off in this environment")


def decode_state(text: str, config: EnvironmentConfig) -> bytes:
    """Raises InvalidState, StateTooLarge."""
    if len(text) > config.p2p_max_state_bytes * 4 // 3 + 4:
        raise StateTooLarge
    try:
        update = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidState from error
    if len(update) > config.p2p_max_state_bytes:
        raise StateTooLarge
    return update


def merge_state(
    environment: Environment, *, room: Room, update: bytes, config: EnvironmentConfig, now: datetime
) -> SharedState:
    """Merge a full state into the room's, so that of two writers neither loses an edit.

    A state past its time to live is replaced. Raises InvalidState, StateTooLarge, RoomNotFound.
    """
    _applied(update)  # before the lock: a junk state costs nobody else anything
    with transaction.atomic():
        locked = rooms.lock_room(environment, room.pk)
        live = files.live_state(environment, locked, ttl_days=config.p2p_state_ttl_days, now=now)
        merged = _applied(bytes(live.state), update) if live else _applied(update)
        if len(merged) > config.p2p_max_state_bytes:
            raise StateTooLarge
        row, _ = SharedState.unscoped.update_or_create(
            environment=environment, room=locked, defaults={"state": merged, "updated_at": now}
        )
    return row


def encode_state(row: SharedState) -> str:
    return base64.b64encode(bytes(row.state)).decode()


def _applied(*updates: bytes) -> bytes:
    document: Doc[Any] = Doc()
    try:
        for update in updates:
            document.apply_update(update)
        return document.get_update()
    except (ValueError, RuntimeError) as error:
        raise InvalidState from error
