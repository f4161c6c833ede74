"""Everything this product announces to webhooks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from pulse.webhooks.events import Event

MAX_SUBJECT = 240


def people_in(author: str, mentioned: Iterable[str] = ()) -> str:
    """The ``subject_ref`` of what ``author`` said to the ``mentioned``, as far as it holds them."""
    subject = author
    for external_id in mentioned:
        if len(subject) + len(external_id) < MAX_SUBJECT:
            subject += f" {external_id}"
    return subject


@dataclass(frozen=True, kw_only=True)
class CollabEvent(Event):
    product: ClassVar[str] = "collab"


@dataclass(frozen=True, kw_only=True)
class ThreadCreated(CollabEvent):
    type: ClassVar[str] = "thread.created"
    description: ClassVar[str] = "A thread was started; data has it with its first comment"


@dataclass(frozen=True, kw_only=True)
class ThreadResolved(CollabEvent):
    type: ClassVar[str] = "thread.resolved"
    description: ClassVar[str] = "A thread was resolved"


@dataclass(frozen=True, kw_only=True)
class ThreadReopened(CollabEvent):
    type: ClassVar[str] = "thread.reopened"
    description: ClassVar[str] = "A resolved thread was opened again"


@dataclass(frozen=True, kw_only=True)
class ThreadDeleted(CollabEvent):
    type: ClassVar[str] = "thread.deleted"
    description: ClassVar[str] = "A thread was deleted, or lost its last comment"


@dataclass(frozen=True, kw_only=True)
class CommentCreated(CollabEvent):
    type: ClassVar[str] = "comment.created"
    description: ClassVar[str] = "A comment was added to an existing thread"


@dataclass(frozen=True, kw_only=True)
class CommentEdited(CollabEvent):
    type: ClassVar[str] = "comment.edited"
    description: ClassVar[str] = "A comment was edited; previous has the old body"


@dataclass(frozen=True, kw_only=True)
class CommentDeleted(CollabEvent):
    type: ClassVar[str] = "comment.deleted"
    description: ClassVar[str] = "A comment was deleted"


@dataclass(frozen=True, kw_only=True)
class ReactionAdded(CollabEvent):
    type: ClassVar[str] = "reaction.added"
    description: ClassVar[str] = "Somebody reacted to a comment or a thread"


@dataclass(frozen=True, kw_only=True)
class ReactionRemoved(CollabEvent):
    type: ClassVar[str] = "reaction.removed"
    description: ClassVar[str] = "A reaction was taken back"
