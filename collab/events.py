"""Everything this product announces to webhooks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from pulse.webhooks.events import Event

MAX_SUBJECT = 240


def people_in(author: str, mentioned: Iterable[str] = ()) -> str:
    """The ``subject_ref`` of what ``author`` said to the ``mentioned``, as far as it holds them."""
    subject = author
    for external_id in mentioned:
        if len(subject) + len(external_id) < MAX_SUBJECT:
            subject += f" {external_id}"
    return subject


_ROW = {
    "id": "5f0c7d1e-8a55-4f0b-9f0e-0c6f6a1d2b3c",
    "roomId": "dashboard",
    "resolved": False,
    "positionX": 42.5,
    "positionY": 18.0,
    "createdAt": "2026-04-20T10:05:00.000Z",
    "updatedAt": "2026-04-20T10:12:03.000Z",
}
_OPENING = {
    "id": "b1f6a7c2-3d94-4e58-a7b0-6f2d9c8e1a54",
    "threadId": "5f0c7d1e-8a55-4f0b-9f0e-0c6f6a1d2b3c",
    "userId": "user-1",
    "body": "Should this chart start at zero? @user-2",
    "mentions": ["user-2"],
    "createdAt": "2026-04-20T10:12:03.000Z",
    "editedAt": None,
}
_REPLY: dict[str, Any] = {
    "id": "e94b2d07-51c8-4b6f-8d3a-2a7f0c5b9e16",
    "threadId": "5f0c7d1e-8a55-4f0b-9f0e-0c6f6a1d2b3c",
    "userId": "user-2",
    "body": "Yes, and in euros.",
    "mentions": [],
    "createdAt": "2026-04-20T10:12:03.000Z",
    "editedAt": None,
}
_REACTION = {
    "id": "0d8e5b3a-7c26-4a91-b5f4-93e1d6c7a208",
    "targetId": "b1f6a7c2-3d94-4e58-a7b0-6f2d9c8e1a54",
    "targetType": "comment",
    "userId": "user-2",
    "emoji": "👍",
    "createdAt": "2026-04-20T10:12:03.000Z",
}


@dataclass(frozen=True, kw_only=True)
class CollabEvent(Event):
    product: ClassVar[str] = "collab"


@dataclass(frozen=True, kw_only=True)
class ThreadCreated(CollabEvent):
    """A thread was started; data has it with its first comment."""

    type: ClassVar[str] = "thread.created"
    sample: ClassVar[dict[str, Any]] = {
        "thread": {
            "id": "5f0c7d1e-8a55-4f0b-9f0e-0c6f6a1d2b3c",
            "roomId": "dashboard",
            "resolved": False,
            "position": {"x": 42.5, "y": 18.0},
            "comments": [_OPENING],
            "createdAt": "2026-04-20T10:12:03.000Z",
            "updatedAt": "2026-04-20T10:12:03.000Z",
        }
    }


@dataclass(frozen=True, kw_only=True)
class ThreadResolved(CollabEvent):
    """A thread was resolved."""

    type: ClassVar[str] = "thread.resolved"
    sample: ClassVar[dict[str, Any]] = {"thread": _ROW | {"resolved": True}}
    sample_previous: ClassVar[dict[str, Any] | None] = {"resolved": False}


@dataclass(frozen=True, kw_only=True)
class ThreadReopened(CollabEvent):
    """A resolved thread was opened again."""

    type: ClassVar[str] = "thread.reopened"
    sample: ClassVar[dict[str, Any]] = {"thread": _ROW}
    sample_previous: ClassVar[dict[str, Any] | None] = {"resolved": True}


@dataclass(frozen=True, kw_only=True)
class ThreadDeleted(CollabEvent):
    """A thread was deleted, or lost its last comment."""

    type: ClassVar[str] = "thread.deleted"
    sample: ClassVar[dict[str, Any]] = {"thread": _ROW}


@dataclass(frozen=True, kw_only=True)
class CommentCreated(CollabEvent):
    """A comment was added to an existing thread."""

    type: ClassVar[str] = "comment.created"
    sample: ClassVar[dict[str, Any]] = {"comment": _REPLY, "roomId": "dashboard"}


@dataclass(frozen=True, kw_only=True)
class CommentEdited(CollabEvent):
    """A comment was edited; previous has the old body."""

    type: ClassVar[str] = "comment.edited"
    sample: ClassVar[dict[str, Any]] = {
        "comment": _REPLY
        | {"createdAt": "2026-04-20T10:10:00.000Z", "editedAt": "2026-04-20T10:12:03.000Z"},
        "roomId": "dashboard",
    }
    sample_previous: ClassVar[dict[str, Any] | None] = {"body": "Yes."}


@dataclass(frozen=True, kw_only=True)
class CommentDeleted(CollabEvent):
    """A comment was deleted."""

    type: ClassVar[str] = "comment.deleted"
    sample: ClassVar[dict[str, Any]] = {"comment": _REPLY, "roomId": "dashboard"}


@dataclass(frozen=True, kw_only=True)
class ReactionAdded(CollabEvent):
    """Somebody reacted to a comment or a thread."""

    type: ClassVar[str] = "reaction.added"
    sample: ClassVar[dict[str, Any]] = {"reaction": _REACTION, "roomId": "dashboard"}


@dataclass(frozen=True, kw_only=True)
class ReactionRemoved(CollabEvent):
    """A reaction was taken back."""

    type: ClassVar[str] = "reaction.removed"
    sample: ClassVar[dict[str, Any]] = {"reaction": _REACTION, "roomId": "dashboard"}
