"""Telling people: a row per recipient, a message to each of their sockets, and its read mark."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from collab import frames
from collab.errors import NotificationNotFound
from collab.models import Comment, Notification, Participant, Thread
from collab.selectors import feeds, people
from collab.shapes import Voice
from pulse.realtime.broadcasting import broadcast
from pulse.realtime.frames import frame
from pulse.tenancy.models import Environment

COMMENT_MENTION = "comment:mention"
COMMENT_REPLY = "comment:reply"
REACTION_ADDED = "reaction:added"
THREAD_RESOLVED = "thread:resolved"


def notify(
    recipients: Iterable[Participant],
    *,
    kind: str,
    actor: Participant | None,
    thread: Thread,
    comment: Comment | None,
    now: datetime,
) -> None:
    """Write a notification for each recipient but the actor, and tell their sockets after the commit.

    No actor is a secret key, which is nobody. The caller's transaction holds the room's lock.
    """
    voice = Voice(thread.environment, live=True)
    told = {person.pk: person for person in recipients if person != actor}
    held = people.hold_people(thread.environment, told) if told else set()
    for person in (person for pk, person in told.items() if pk in held):
        row = Notification.objects.create(
            environment=thread.environment,
            user=person,
            actor=actor,
            type=kind,
            room=thread.room,
            thread=thread,
            comment=comment,
            created_at=now,
        )
        message = frames.notification(voice.notification(row))
        broadcast(frames.user_group(person.pk), frame(message, reference=str(row.public_id)))


def notify_mentioned(
    external_ids: Iterable[str], *, actor: Participant, comment: Comment, now: datetime
) -> set[int]:
    """Tell the mentioned; answers their primary keys, so that a reply does not tell them twice."""
    known = people.people_by_external_id(comment.environment, set(external_ids))
    mentioned = list(known.values())
    notify(
        mentioned,
        kind=COMMENT_MENTION,
        actor=actor,
        thread=comment.thread,
        comment=comment,
        now=now,
    )
    return {person.pk for person in mentioned}


@transaction.atomic
def mark_read(
    environment: Environment, *, notification_id: UUID, person: Participant | None = None
) -> Notification:
    """Mark one notification as read, of ``person`` only when one is given.

    Raises NotificationNotFound.
    """
    row = feeds.get_notification(environment, notification_id)
    if person is not None and row.user_id != person.pk:
        raise NotificationNotFound
    if not row.read:
        row.read = True
        row.save(update_fields=["read"])
    return row


@transaction.atomic
def mark_all_read(environment: Environment, *, person: Participant) -> int:
    """Mark everything of ``person`` as read; answers how many were not."""
    unread = feeds.list_notifications(environment, person, unread_only=True)
    return unread.select_related(None).update(read=True)
