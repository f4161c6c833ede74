"""What is stored: each message becomes one call of a service, in a thread."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from collab import messages
from collab.consumers.admission import Admission
from collab.serializers import position_problem
from collab.services import comments, notifications, reactions, threads
from collab.services.comments import Said
from pulse.errors import FieldError, InvalidInput

STORED = (
    messages.ThreadCreate,
    messages.ThreadResolve,
    messages.ThreadMove,
    messages.CommentCreate,
    messages.CommentEdit,
    messages.CommentDelete,
    messages.ReactionAdd,
    messages.ReactionRemove,
    messages.NotificationRead,
    messages.NotificationReadAll,
)


def apply(message: messages.ClientMessage, admission: Admission, now: datetime) -> None:
    """Carry out a message that changes something. Raises what the services raise.

    Every id is looked up inside the room the socket was let into.
    """
    match message:
        case messages.ThreadCreate() | messages.ThreadResolve() | messages.ThreadMove():
            _thread(message, admission, now)
        case messages.CommentCreate() | messages.CommentEdit() | messages.CommentDelete():
            _comment(message, admission, now)
        case messages.ReactionAdd() | messages.ReactionRemove():
            _reaction(message, admission, now)
        case messages.NotificationRead():
            notifications.mark_read(
                admission.environment,
                notification_id=message.notification_id,
                person=admission.person,
            )
        case messages.NotificationReadAll():
            notifications.mark_all_read(admission.environment, person=admission.person)


def _thread(
    message: messages.ThreadCreate | messages.ThreadResolve | messages.ThreadMove,
    admission: Admission,
    now: datetime,
) -> None:
    environment, person = admission.environment, admission.person
    match message:
        case messages.ThreadCreate():
            threads.create_thread(
                environment,
                room_name=admission.room.name,
                user_id=person.external_id,
                said=_said(message),
                position=_position(message.position),
                thread_id=UUID(message.id),
                now=now,
            )
        case messages.ThreadResolve():
            threads.resolve_thread(
                environment,
                thread_id=message.thread_id,
                resolved=message.resolved,
                room=admission.room,
                actor=person,
                now=now,
            )
        case messages.ThreadMove():
            threads.move_thread(
                environment,
                thread_id=message.thread_id,
                position=_position(message.position),
                room=admission.room,
                actor=person,
                now=now,
            )


def _comment(
    message: messages.CommentCreate | messages.CommentEdit | messages.CommentDelete,
    admission: Admission,
    now: datetime,
) -> None:
    environment, person = admission.environment, admission.person
    match message:
        case messages.CommentCreate():
            comments.create_comment(
                environment,
                thread_id=message.thread_id,
                user_id=person.external_id,
                said=_said(message),
                comment_id=UUID(message.id),
                room=admission.room,
                now=now,
            )
        case messages.CommentEdit():
            comments.edit_comment(
                environment,
                comment_id=message.comment_id,
                said=Said(message.body, tuple(message.mentions), by_name=True),
                room=admission.room,
                actor=person,
                now=now,
            )
        case messages.CommentDelete():
            comments.delete_comment(
                environment, comment_id=message.comment_id, room=admission.room, actor=person
            )


def _reaction(
    message: messages.ReactionAdd | messages.ReactionRemove, admission: Admission, now: datetime
) -> None:
    environment, person = admission.environment, admission.person
    if isinstance(message, messages.ReactionRemove):
        reactions.remove_reaction(
            environment, reaction_id=message.reaction_id, room=admission.room, actor=person
        )
        return
    reactions.add_reaction(
        environment,
        target_id=message.target_id,
        target_type=message.target_type,
        user_id=person.external_id,
        emoji=message.emoji,
        room=admission.room,
        now=now,
    )


def _said(message: messages.ThreadCreate | messages.CommentCreate) -> Said:
    return Said(
        body=message.body,
        mentions=tuple(message.mentions),
        attachment_ids=tuple(message.attachment_ids or ()),
        by_name=True,
    )


def _position(position: dict[str, Any] | None) -> dict[str, Any] | None:
    if position is not None and position_problem(position):
        problem = (
            "must have finite x and y, members of their documented types, and at most 4096 plain"
            " bytes"
        )
        raise InvalidInput(fields=[FieldError("position", problem)])
    return position
