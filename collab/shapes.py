"""How this product spells its resources, for answers, webhooks and frames alike.

Two voices: callers of the REST API see a person's external id where a comment names its author, as
the documentation shows; sockets see one namespaced id everywhere, because the published client
compares them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from collab.models import (
    Activity,
    Attachment,
    Comment,
    Notification,
    Participant,
    Reaction,
    Room,
    Thread,
    namespaced,
    position_number,
)
from collab.selectors import threads
from pulse.tenancy.models import Environment
from pulse.times import utc_millis

ZERO_WIDTH_SPACE = "\u200b"
_MARKUP_START = re.compile(r"<(?=[A-Za-z/!?])")


def harmless(text: str) -> str:
    """Text that stays text even where the published client writes it into innerHTML.

    A zero-width space after every ``<`` that could open a tag stops the parser, and is invisible in
    the views that do escape; entities would be shown there.
    """
    return _MARKUP_START.sub("<" + ZERO_WIDTH_SPACE, text)


def as_written(text: str) -> str:
    """The reverse of ``harmless``: an edit sends the text back as it was delivered."""
    return text.replace("<" + ZERO_WIDTH_SPACE, "<")


def file_path(environment: Environment, attachment: Attachment) -> str:
    path = f"/files/{environment.public_id}/{attachment.public_id}"
    return settings.PULSE_FILES_ORIGIN.rstrip("/") + path


def room(row: Room, environment: Environment) -> dict[str, Any]:
    return {
        "id": row.name,
        "environmentId": environment.public_id,
        "metadata": row.metadata,
        "createdAt": utc_millis(row.created_at),
    }


def user(row: Participant, environment: Environment) -> dict[str, Any]:
    return {
        "id": namespaced(environment.public_id, row.external_id),
        "externalId": row.external_id,
        "name": row.name,
        "avatar": row.avatar or None,
        "color": row.color,
        "createdAt": utc_millis(row.created_at),
    }


def face(row: Participant, environment: Environment) -> dict[str, Any]:
    """A person as presence shows them."""
    return {
        "id": namespaced(environment.public_id, row.external_id),
        "name": harmless(row.name),
        "avatar": row.avatar or None,
        "color": row.color,
    }


def thread_row(row: Thread, room_name: str) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "roomId": room_name,
        "resolved": row.resolved,
        "positionX": position_number(row.position, "x"),
        "positionY": position_number(row.position, "y"),
        "createdAt": utc_millis(row.created_at),
        "updatedAt": utc_millis(row.updated_at),
    }


def attachment(row: Attachment, environment: Environment) -> dict[str, Any]:
    path = file_path(environment, row)
    shape: dict[str, Any] = {
        "id": str(row.public_id),
        "type": row.type,
        "filename": harmless(row.filename),
        "mimeType": row.mime_type,
        "sizeBytes": row.size_bytes,
        "url": path,
    }
    if row.type == Attachment.Type.IMAGE:
        shape["thumbnailUrl"] = f"{path}?thumb=1"
    if row.width and row.height:
        shape |= {"width": row.width, "height": row.height}
    if row.duration_ms is not None:
        shape["durationMs"] = row.duration_ms
    return shape


@dataclass(frozen=True, slots=True)
class Voice:
    """Who is spoken to: ``live`` is a socket, otherwise a caller of the REST API."""

    environment: Environment
    live: bool = False

    def person(self, external_id: str) -> str:
        return namespaced(self.environment.public_id, external_id) if self.live else external_id

    def text(self, written: str) -> str:
        return harmless(written) if self.live else written

    def comment(self, row: Comment, attachments: Iterable[Attachment] = ()) -> dict[str, Any]:
        """``row.author`` must be loaded; ``attachments`` are the comment's, oldest first."""
        shape: dict[str, Any] = {
            "id": str(row.public_id),
            "threadId": str(row.thread.public_id),
            "userId": self.person(row.author.external_id),
            "body": self.text(row.body),
            "mentions": [self.person(external_id) for external_id in row.mentions],
            "createdAt": utc_millis(row.created_at),
            "editedAt": utc_millis(row.edited_at),
        }
        files = [attachment(one, self.environment) for one in attachments]
        if files or self.live:
            shape["attachments"] = files
        return shape

    def thread(self, row: Thread, room_name: str, comments: list[dict[str, Any]]) -> dict[str, Any]:
        """A thread with its comments, oldest first."""
        return {
            "id": str(row.public_id),
            "roomId": room_name,
            "resolved": row.resolved,
            "position": row.position,
            "comments": comments,
            "createdAt": utc_millis(row.created_at),
            "updatedAt": utc_millis(row.updated_at),
        }

    def reaction(self, row: Reaction) -> dict[str, Any]:
        return {
            "id": str(row.public_id),
            "targetId": str(row.target_id),
            "targetType": row.target_type,
            "userId": self.person(row.user.external_id),
            "emoji": row.emoji,
            "createdAt": utc_millis(row.created_at),
        }

    def notification(self, row: Notification) -> dict[str, Any]:
        return {
            "id": str(row.public_id),
            "type": row.type,
            "userId": self.person(row.user.external_id),
            "actorId": self.person(row.actor.external_id) if row.actor else None,
            "roomId": row.room.name,
            "threadId": str(row.thread.public_id),
            "commentId": str(row.comment.public_id) if row.comment else None,
            "read": row.read,
            "createdAt": utc_millis(row.created_at),
        }

    def activity(self, row: Activity) -> dict[str, Any]:
        return {
            "id": str(row.public_id),
            "type": row.type,
            "userId": self.person(row.user.external_id) if row.user else None,
            "description": self.text(row.description),
            "createdAt": utc_millis(row.created_at),
        }


def presence_entry(
    person: dict[str, Any], *, status: str, last_seen: datetime, device: str | None
) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "user": person,
        "status": status,
        "lastSeen": utc_millis(last_seen),
    }
    if device:
        shape["deviceType"] = device
    return shape


def comments(voice: Voice, rows: list[Comment]) -> list[dict[str, Any]]:
    """Comments with their attachments, in the order given."""
    files = threads.attachments_of(voice.environment, rows)
    return [voice.comment(row, files.get(row.pk, ())) for row in rows]


def room_threads(voice: Voice, row: Room, limit: int) -> tuple[list[dict[str, Any]], set[int]]:
    """The newest ``limit`` threads of a room with all their comments, and their authors' keys."""
    found = threads.newest_threads(voice.environment, row, limit)
    by_pk = {thread.pk: thread for thread in found}
    said = [one for one in threads.comments_in(voice.environment, row) if one.thread_id in by_pk]
    for comment in said:
        comment.thread = by_pk[comment.thread_id]
    spelled: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for comment, shape in zip(said, comments(voice, said), strict=True):
        spelled[comment.thread_id].append(shape)
    whole = [voice.thread(thread, row.name, spelled[thread.pk]) for thread in found]
    return whole, {comment.author_id for comment in said}
