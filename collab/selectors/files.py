"""Reads of uploads and shared state."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from collab.errors import FileNotFound
from collab.models import Attachment, Participant, Room, SharedState
from pulse.tenancy.models import Environment


def loose_attachments(
    environment: Environment, ids: Collection[UUID], uploader: Participant
) -> list[Attachment]:
    """Uploads of this person that no comment has taken yet, in the order they were made."""
    rows = Attachment.objects.within(environment).filter(
        public_id__in=ids, comment=None, uploader=uploader
    )
    return list(rows.order_by("pk"))


def attachments_by(environment: Environment, uploader: Participant) -> list[Attachment]:
    return list(Attachment.objects.within(environment).filter(uploader=uploader))


def get_attachment(environment_id: str, attachment_id: UUID) -> Attachment:
    """The file behind an address; the id is unguessable and is the permission. Raises FileNotFound."""
    row = (
        Attachment.unscoped.select_related("environment")
        .filter(public_id=attachment_id, environment__public_id=environment_id)
        .first()
    )
    if row is None:
        raise FileNotFound
    return row


def live_state(
    environment: Environment, room: Room, *, ttl_days: int, now: datetime
) -> SharedState | None:
    """The shared state of a room, unless nobody has written it for ``ttl_days``."""
    row = SharedState.objects.within(environment).filter(room=room).first()
    if row is None or row.updated_at < now - timedelta(days=ttl_days):
        return None
    return row
