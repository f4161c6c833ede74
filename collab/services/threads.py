"""Starting, resolving, moving and deleting threads."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from collab import events, frames, shapes
from collab.errors import IdTaken, NotYours
from collab.models import Comment, Participant, Room, Thread
from collab.selectors import people, rooms, threads
from collab.services import comments, notifications, uploads
from collab.services.comments import Said
from collab.services.rooms import announce, ensure_room, note_activity
from collab.shapes import Voice, thread_row
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish


@transaction.atomic
def create_thread(
    environment: Environment,
    *,
    room_name: str,
    user_id: str,
    said: Said,
    position: dict[str, Any] | None,
    thread_id: UUID | None = None,
    now: datetime,
) -> tuple[Thread, Comment]:
    """Start a thread with its first comment, in a room that is made if it is new, and tell the room.

    Raises UserNotFound, IdTaken, and what ``comments.write`` raises.
    """
    author = people.get_person(environment, user_id)
    room = ensure_room(environment, name=room_name, now=now)
    room = rooms.lock_room(environment, room.pk)
    if thread_id is not None and threads.id_taken(
        environment, thread_id=thread_id, comment_id=None
    ):
        raise IdTaken
    chosen_id = {"public_id": thread_id} if thread_id is not None else {}
    thread = Thread.objects.create(
        environment=environment,
        room=room,
        position=position,
        created_at=now,
        updated_at=now,
        **chosen_id,
    )
    comment = comments.write(thread, author=author, said=said, now=now)
    announce(
        room,
        frames.thread_created(
            _whole(Voice(environment, live=True), thread, comment),
            shapes.face(author, environment),
        ),
        note_activity(room, kind="thread", person=author, description="started a thread", now=now),
    )
    notifications.notify_mentioned(comment.mentions, actor=author, comment=comment, now=now)
    data = {"thread": _whole(Voice(environment), thread, comment)}
    about = events.people_in(author.external_id, comment.mentions)
    publish(environment, events.ThreadCreated(data=data, subject_ref=about))
    return thread, comment


def _whole(voice: Voice, thread: Thread, comment: Comment) -> dict[str, Any]:
    said = shapes.comments(voice, [comment])
    return voice.thread(thread, thread.room.name, said)


@transaction.atomic
def resolve_thread(
    environment: Environment,
    *,
    thread_id: UUID,
    resolved: bool,
    room: Room | None = None,
    actor: Participant | None = None,
    now: datetime,
) -> Thread:
    """Resolve or reopen a thread, and tell the room; its authors hear of a resolve.

    Nothing is announced when it already is as wished. Raises ThreadNotFound.
    """
    thread = lock_thread(environment, thread_id, room)
    if thread.resolved == resolved:
        return thread
    before = {"resolved": thread.resolved}
    thread.resolved = resolved
    thread.updated_at = now
    thread.save(update_fields=["resolved", "updated_at"])
    description = "resolved a thread" if resolved else "reopened a thread"
    if actor is None:
        description = "A thread was resolved" if resolved else "A thread was reopened"
    announce(
        thread.room,
        frames.thread_resolved(str(thread.public_id), resolved),
        note_activity(thread.room, kind="resolve", person=actor, description=description, now=now),
    )
    if resolved:
        notifications.notify(
            people.people_by_pk(environment, threads.author_pks(environment, thread)),
            kind=notifications.THREAD_RESOLVED,
            actor=actor,
            thread=thread,
            comment=None,
            now=now,
        )
    event = events.ThreadResolved if resolved else events.ThreadReopened
    data = {"thread": thread_row(thread, thread.room.name)}
    about = actor.external_id if actor else ""
    publish(environment, event(data=data, previous=before, subject_ref=about))
    return thread


@transaction.atomic
def move_thread(
    environment: Environment,
    *,
    thread_id: UUID,
    position: dict[str, Any] | None,
    room: Room,
    actor: Participant,
    now: datetime,
) -> Thread:
    """Put a thread's pin elsewhere: its creator may. Raises ThreadNotFound, NotYours."""
    thread = lock_thread(environment, thread_id, room)
    first = threads.oldest_comment(environment, thread)
    if first is None or first.author_id != actor.pk:
        raise NotYours
    thread.position = position
    thread.updated_at = now
    thread.save(update_fields=["position", "updated_at"])
    announce(thread.room, frames.thread_moved(str(thread.public_id), position))
    return thread


@transaction.atomic
def delete_thread(environment: Environment, *, thread_id: UUID) -> None:
    """Delete a thread with its comments, reactions and notifications. Raises ThreadNotFound."""
    thread = lock_thread(environment, thread_id)
    room = thread.room
    uploads.drop_files(environment, thread=thread)
    data = {"thread": thread_row(thread, room.name)}
    shown_id = str(thread.public_id)
    thread.delete()
    announce(room, frames.thread_deleted(shown_id))
    publish(environment, events.ThreadDeleted(data=data))


def lock_thread(environment: Environment, thread_id: UUID, room: Room | None = None) -> Thread:
    """The thread under its room's lock, with ``thread.room`` being the locked row.

    Raises ThreadNotFound.
    """
    found = threads.get_thread(environment, thread_id, room)
    locked = rooms.lock_room(environment, found.room_id)
    thread = threads.get_thread(environment, thread_id, locked)
    thread.room = locked
    return thread
