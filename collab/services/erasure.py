"""Forgetting a person: everything they wrote and were goes, what others wrote stays."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from collab import frames, shapes
from collab.errors import CommentNotFound, ReactionNotFound
from collab.models import Participant
from collab.selectors import files, people, threads
from collab.services import comments, reactions, uploads
from collab.services.people import block_person
from collab.services.rooms import announce
from collab.shapes import Voice
from pulse.erasure.services import erase_events_with, erase_subject
from pulse.tenancy.models import Environment

SOMEONE = "someone"


def erase_person(environment: Environment, *, user_id: str, now: datetime) -> None:
    """Forget a person; rooms with somebody in them see what was said disappear.

    Comments and reactions go one by one, each under its room's lock, and a thread goes with its last
    comment. Then the person goes with uploads, notifications and lines of the feed, other people's
    comments stop naming them, live, and the kernel drops its copies. Sockets close within 5 seconds and
    tokens minted before are refused. Shared states are opaque and stay until they expire. What was
    interrupted is finished by calling it again. Raises UserNotFound.
    """
    person = people.get_person(environment, user_id)
    person.environment = environment
    block_person(person, blocked=True)
    _take_back(person, now)
    while not _finish(person, now):
        _take_back(person, now)


def forget(environment: Environment, wanted: Callable[[str], bool], now: datetime) -> int:
    """Erase everybody whose id ``wanted`` accepts; how many that were."""
    ids = people.list_people(environment).values_list("external_id", flat=True)
    found = [one for one in ids if wanted(one)]
    for one in found:
        erase_person(environment, user_id=one, now=now)
    return len(found)


def _take_back(person: Participant, now: datetime) -> None:
    environment = person.environment
    for comment_id in threads.comment_ids_by(environment, person):
        with contextlib.suppress(CommentNotFound):
            comments.delete_comment(environment, comment_id=comment_id)
    for reaction_id in threads.reaction_ids_by(environment, person):
        with contextlib.suppress(ReactionNotFound):
            reactions.remove_reaction(environment, reaction_id=reaction_id)
    for comment in threads.comments_naming(environment, person):
        with contextlib.suppress(CommentNotFound):
            _unname(person, comment.public_id, now)


@transaction.atomic
def _finish(person: Participant, now: datetime) -> bool:
    """Delete the row unless there is something to take back; its lock keeps new comments away.

    Writers lock comments before people, and so nothing of others is changed here.
    """
    environment = person.environment
    people.lock_person(environment, person.pk)
    if (
        threads.comment_ids_by(environment, person)
        or threads.reaction_ids_by(environment, person)
        or threads.comments_naming(environment, person)
    ):
        # Inside a caller's transaction the lock would stay, while a writer in the room waits for it.
        transaction.set_rollback(True)
        return False
    loose = files.attachments_by(environment, person)
    ids = [one.public_id for one in loose]
    transaction.on_commit(lambda: uploads.remove_from_storage(ids), robust=True)
    erase_subject(environment, person.external_id, now=now)
    person.delete()
    return True


@transaction.atomic
def _unname(person: Participant, comment_id: UUID, now: datetime) -> None:
    """Take the person's name and id out of what somebody else said, and show the room.

    It is no edit of its author's: the comment is not marked as edited, and no webhook tells, for its
    ``previous`` would be the name. Raises CommentNotFound.
    """
    environment = person.environment
    comment = comments.lock_comment(environment, comment_id)
    comment.body = people.unnamed(
        environment, person, comment.body, mentioned=comment.mentions, by=SOMEONE
    )
    comment.mentions = [one for one in comment.mentions if one != person.external_id]
    comment.save(update_fields=["body", "mentions"])
    erase_events_with(environment, str(comment_id), now=now)
    shown = shapes.comments(Voice(environment, live=True), [comment])[0]
    announce(comment.thread.room, frames.comment_edited(shown))
