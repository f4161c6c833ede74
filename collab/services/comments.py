"""Writing, editing and deleting comments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from collab import events, frames, shapes
from collab.errors import IdTaken, NotYours, UserNotFound
from collab.models import MAX_BODY, Attachment, Comment, Participant, Room, Thread
from collab.selectors import configs, files, people, rooms, threads
from collab.services import mentions, notifications, uploads
from collab.services.rooms import announce, note_activity
from collab.shapes import Voice, as_written, thread_row
from pulse.errors import FieldError, InvalidInput
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish

ATTACHMENT_ONLY = "(attachment)"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says. ``by_name`` marks a socket's comment, whose mentions are display names."""

    body: str
    mentions: tuple[str, ...] = ()
    attachment_ids: tuple[UUID, ...] = ()
    by_name: bool = False


def write(
    thread: Thread,
    *,
    author: Participant,
    said: Said,
    comment_id: UUID | None = None,
    now: datetime,
) -> Comment:
    """Store a comment with its mentions and attachments; telling anyone is the caller's part.

    The caller holds the room's lock. Raises UserNotFound, InvalidInput, IdTaken.
    """
    environment = thread.environment
    if not people.hold_people(environment, [author.pk]):
        raise UserNotFound
    if comment_id is not None and threads.id_taken(
        environment, thread_id=None, comment_id=comment_id
    ):
        raise IdTaken
    taken = _attachments(environment, said, author)
    chosen_id = {"public_id": comment_id} if comment_id is not None else {}
    comment = Comment.objects.create(
        environment=environment,
        thread=thread,
        author=author,
        body=_body(said, bool(taken)),
        mentions=_mentioned(thread, said),
        created_at=now,
        **chosen_id,
    )
    if taken:
        # Another room's comment may have taken them meanwhile, and its commit is waited for here.
        pks = [one.pk for one in taken]
        loose = Attachment.objects.within(environment).filter(pk__in=pks, comment=None)
        if loose.update(comment=comment) != len(taken):
            raise _not_loose()
    return comment


def _body(said: Said, has_files: bool) -> str:
    body = as_written(said.body)
    if not body.strip() and has_files:
        return ATTACHMENT_ONLY
    if not body.strip() or len(body) > MAX_BODY:
        reason = f"must have 1 to {MAX_BODY} characters"
        raise InvalidInput(fields=[FieldError("body", reason)])
    return body


def _mentioned(thread: Thread, said: Said) -> list[str]:
    environment = thread.environment
    if not configs.config_of(environment).allow_mentions:
        return []
    if not said.by_name:
        return mentions.by_id(environment, said.mentions)
    place = mentions.Place(thread.room, thread)
    return mentions.by_name(environment, body=said.body, tokens=said.mentions, place=place)


def _attachments(environment: Environment, said: Said, author: Participant) -> list[Attachment]:
    if not said.attachment_ids:
        return []
    most = configs.config_of(environment).max_attachments_per_comment
    wanted = set(said.attachment_ids)
    if len(wanted) > most:
        reason = f"must name at most {most} files"
        raise InvalidInput(fields=[FieldError("attachmentIds", reason)])
    found = files.loose_attachments(environment, wanted, author)
    if len(found) != len(wanted):
        raise _not_loose()
    return found


def _not_loose() -> InvalidInput:
    reason = "must name files that this user uploaded and has not used yet"
    return InvalidInput(fields=[FieldError("attachmentIds", reason)])


@transaction.atomic
def create_comment(
    environment: Environment,
    *,
    thread_id: UUID,
    user_id: str,
    said: Said,
    comment_id: UUID | None = None,
    room: Room | None = None,
    now: datetime,
) -> Comment:
    """Add a comment to a thread, tell the room, the mentioned, and the other authors of the thread.

    Raises ThreadNotFound, UserNotFound, and what ``write`` raises.
    """
    thread = threads.get_thread(environment, thread_id, room)
    author = people.get_person(environment, user_id)
    locked = rooms.lock_room(environment, thread.room_id)
    thread = threads.get_thread(environment, thread_id, locked)
    thread.room = locked
    earlier = threads.author_pks(environment, thread)
    comment = write(thread, author=author, said=said, comment_id=comment_id, now=now)
    thread.updated_at = now
    thread.save(update_fields=["updated_at"])
    announce(
        locked,
        frames.comment_created(
            _shape(Voice(environment, live=True), comment), shapes.face(author, environment)
        ),
        note_activity(
            locked, kind="comment", person=author, description="replied to a thread", now=now
        ),
    )
    told = notifications.notify_mentioned(comment.mentions, actor=author, comment=comment, now=now)
    notifications.notify(
        people.people_by_pk(environment, earlier - told),
        kind=notifications.COMMENT_REPLY,
        actor=author,
        thread=thread,
        comment=comment,
        now=now,
    )
    data = {"comment": _shape(Voice(environment), comment), "roomId": locked.name}
    about = events.people_in(author.external_id, comment.mentions)
    publish(environment, events.CommentCreated(data=data, subject_ref=about))
    return comment


def _shape(voice: Voice, comment: Comment) -> dict[str, object]:
    return shapes.comments(voice, [comment])[0]


@transaction.atomic
def edit_comment(
    environment: Environment,
    *,
    comment_id: UUID,
    said: Said,
    keep_mentions: bool = False,
    room: Room | None = None,
    actor: Participant | None = None,
    now: datetime,
) -> Comment:
    """Change a comment's text, tell the room, and notify whoever is newly mentioned.

    With an ``actor`` only the author may; a secret key (no actor) edits anything. ``keep_mentions``
    leaves the mentions as they are. Raises CommentNotFound, NotYours, InvalidInput.
    """
    comment = lock_comment(environment, comment_id, room)
    if actor is not None and comment.author_id != actor.pk:
        raise NotYours
    before = {"body": comment.body}
    known = set(comment.mentions)
    files_of = threads.attachments_of(environment, [comment])
    comment.body = _body(said, bool(files_of.get(comment.pk)))
    if not keep_mentions:
        comment.mentions = _mentioned(comment.thread, said)
    comment.edited_at = now
    comment.save(update_fields=["body", "mentions", "edited_at"])
    locked = comment.thread.room
    announce(locked, frames.comment_edited(_shape(Voice(environment, live=True), comment)))
    fresh = [one for one in comment.mentions if one not in known]
    notifications.notify_mentioned(fresh, actor=comment.author, comment=comment, now=now)
    data = {"comment": _shape(Voice(environment), comment), "roomId": locked.name}
    about = events.people_in(comment.author.external_id, {*known, *comment.mentions})
    publish(environment, events.CommentEdited(data=data, previous=before, subject_ref=about))
    return comment


@transaction.atomic
def delete_comment(
    environment: Environment,
    *,
    comment_id: UUID,
    room: Room | None = None,
    actor: Participant | None = None,
) -> None:
    """Delete a comment; the last one takes its thread along. Raises CommentNotFound, NotYours."""
    comment = lock_comment(environment, comment_id, room)
    if actor is not None and comment.author_id != actor.pk:
        raise NotYours
    thread, locked = comment.thread, comment.thread.room
    data = {"comment": _shape(Voice(environment), comment), "roomId": locked.name}
    about = events.people_in(comment.author.external_id, comment.mentions)
    messages = [frames.comment_deleted(str(thread.public_id), str(comment.public_id))]
    uploads.drop_files(environment, comment=comment)
    comment.delete()
    publish(environment, events.CommentDeleted(data=data, subject_ref=about))
    if not threads.comment_count(environment, thread):
        messages.append(frames.thread_deleted(str(thread.public_id)))
        row = {"thread": thread_row(thread, locked.name)}
        thread.delete()
        publish(environment, events.ThreadDeleted(data=row))
    announce(locked, *messages)


def lock_comment(environment: Environment, comment_id: UUID, room: Room | None = None) -> Comment:
    """The comment under its room's lock, with ``comment.thread.room`` being the locked row.

    Raises CommentNotFound.
    """
    found = threads.get_comment(environment, comment_id, room)
    locked = rooms.lock_room(environment, found.thread.room_id)
    comment = threads.get_comment(environment, comment_id, locked)
    comment.thread.room = locked
    return comment
