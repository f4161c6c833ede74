"""Reads of threads, their comments and reactions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from collab.errors import CommentNotFound, ReactionNotFound, ThreadNotFound
from collab.models import (
    Attachment,
    Comment,
    Participant,
    Reaction,
    Room,
    Thread,
)
from collab.selectors.people import unnamed
from pulse.tenancy.models import Environment


def list_threads(environment: Environment, room: Room) -> QuerySet[Thread]:
    return Thread.objects.within(environment).filter(room=room)


def get_thread(environment: Environment, thread_id: UUID, room: Room | None = None) -> Thread:
    """The thread with its room, of ``room`` only when one is given. Raises ThreadNotFound."""
    rows = Thread.objects.within(environment).select_related("room").filter(public_id=thread_id)
    row = rows.first()
    if row is None or (room is not None and row.room_id != room.pk):
        raise ThreadNotFound
    row.environment = environment
    return row


def get_comment(environment: Environment, comment_id: UUID, room: Room | None = None) -> Comment:
    """The comment with author, thread and room. Raises CommentNotFound."""
    rows = Comment.objects.within(environment).select_related("author", "thread__room")
    row = rows.filter(public_id=comment_id).first()
    if row is None or (room is not None and row.thread.room_id != room.pk):
        raise CommentNotFound
    row.environment = row.thread.environment = environment
    return row


def get_reaction(environment: Environment, reaction_id: UUID, room: Room | None = None) -> Reaction:
    """The reaction with its user and room. Raises ReactionNotFound."""
    rows = Reaction.objects.within(environment).select_related("user", "thread__room")
    row = rows.filter(public_id=reaction_id).first()
    if row is None or (room is not None and row.thread.room_id != room.pk):
        raise ReactionNotFound
    return row


def find_reaction(
    environment: Environment, *, target_id: UUID, user_pk: int, emoji: str
) -> Reaction | None:
    rows = Reaction.objects.within(environment).select_related("user")
    return rows.filter(target_id=target_id, user_id=user_pk, emoji=emoji).first()


def list_comments(environment: Environment, thread: Thread) -> QuerySet[Comment]:
    """Comments with author and thread, unordered."""
    return (
        Comment.objects.within(environment).select_related("author", "thread").filter(thread=thread)
    )


def comment_count(environment: Environment, thread: Thread) -> int:
    return Comment.objects.within(environment).filter(thread=thread).count()


def oldest_comment(environment: Environment, thread: Thread) -> Comment | None:
    """The comment whose author is the thread's creator."""
    return list_comments(environment, thread).order_by("created_at", "pk").first()


def author_pks(environment: Environment, thread: Thread) -> set[int]:
    rows = Comment.objects.within(environment).filter(thread=thread)
    return set(rows.values_list("author_id", flat=True))


def id_taken(environment: Environment, *, thread_id: UUID | None, comment_id: UUID | None) -> bool:
    if thread_id and Thread.objects.within(environment).filter(public_id=thread_id).exists():
        return True
    return bool(
        comment_id and Comment.objects.within(environment).filter(public_id=comment_id).exists()
    )


def comment_ids_by(environment: Environment, person: Participant) -> list[UUID]:
    rows = Comment.objects.within(environment).filter(author=person)
    return list(rows.order_by("pk").values_list("public_id", flat=True))


def reaction_ids_by(environment: Environment, person: Participant) -> list[UUID]:
    rows = Reaction.objects.within(environment).filter(user=person)
    return list(rows.order_by("pk").values_list("public_id", flat=True))


def comments_naming(environment: Environment, person: Participant) -> list[Comment]:
    """Other people's comments that mention this person, by id or as the picker spells the name.

    Neither database compares casefolded text or members of JSON alike, so each is looked at; this
    serves erasure, not lists.
    """
    rows = Comment.objects.within(environment).filter(Q(body__contains="@") | ~Q(mentions=[]))
    return [
        row
        for row in rows.iterator(chunk_size=1000)
        if person.external_id in row.mentions
        or unnamed(environment, person, row.body, mentioned=row.mentions, by="") != row.body
    ]


def attachments_of(
    environment: Environment, comments: Iterable[Comment]
) -> dict[int, list[Attachment]]:
    """Attachments by the primary key of their comment, oldest first."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    pks = [comment.pk for comment in comments]
    rows = Attachment.objects.within(environment).filter(comment_id__in=pks)
    for row in rows.order_by("pk"):
        found[row.comment_id].append(row)
    return found


def newest_threads(environment: Environment, room: Room, limit: int) -> list[Thread]:
    """The newest ``limit`` threads of a room, oldest first."""
    newest = list_threads(environment, room).order_by("-created_at", "-pk")[:limit]
    return sorted(newest, key=lambda one: (one.created_at, one.pk))


def comments_in(environment: Environment, room: Room) -> list[Comment]:
    """All comments of a room with their authors, oldest first."""
    rows = Comment.objects.within(environment).select_related("author").filter(thread__room=room)
    return list(rows.order_by("created_at", "pk"))


def reactions_in(environment: Environment, room: Room) -> list[Reaction]:
    rows = Reaction.objects.within(environment).select_related("user").filter(thread__room=room)
    return list(rows.order_by("created_at", "pk"))
