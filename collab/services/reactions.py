"""Adding and taking back reactions."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from django.db import transaction

from collab import events, frames
from collab.errors import FeatureOff, NotYours, UserNotFound
from collab.models import Comment, Participant, Reaction, Room, Thread
from collab.selectors import configs, people, rooms, threads
from collab.services import notifications
from collab.services.rooms import announce
from collab.shapes import Voice
from pulse.errors import FieldError, InvalidInput
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish

# One emoji (Unicode TS 51, possible emoji): a keycap, a flag, or signs joined by U+200D, each with
# its variation or skin tone and the tags of a region. The published client writes it into markup, so
# nothing that is ASCII punctuation gets through; shortcodes, words and what is invisible are refused.
_SIGN = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23fa\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f004-\U0001f1e5\U0001f200-\U0001faff]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*(?:[\U000e0020-\U000e007e]+\U000e007f)?"
)
_EMOJI = re.compile(f"[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|{_SIGN}(?:\u200d{_SIGN})*")
MAX_EMOJI = 32


def check_emoji(emoji: str) -> str:
    """Raises InvalidInput unless ``emoji`` is one emoji."""
    if len(emoji) > MAX_EMOJI or not _EMOJI.fullmatch(emoji):
        reason = "must be one emoji"
        raise InvalidInput(fields=[FieldError("emoji", reason)])
    return emoji


@transaction.atomic
def add_reaction(
    environment: Environment,
    *,
    target_id: UUID,
    target_type: str,
    user_id: str,
    emoji: str,
    room: Room | None = None,
    now: datetime,
) -> tuple[Reaction, bool]:
    """React to a comment or thread; a repeated one is answered as it is, and announced once.

    Answers the reaction and whether it is new. Raises FeatureOff, UserNotFound, CommentNotFound,
    ThreadNotFound, InvalidInput.
    """
    if not configs.config_of(environment).allow_reactions:
        raise FeatureOff("Reactions are switched off in this environment")
    check_emoji(emoji)
    thread, comment = _target(environment, target_id, target_type, room)
    person = people.get_person(environment, user_id)
    locked = rooms.lock_room(environment, thread.room_id)
    if not people.hold_people(environment, [person.pk]):
        raise UserNotFound
    thread, comment = _target(environment, target_id, target_type, locked)
    thread.room = locked
    known = threads.find_reaction(environment, target_id=target_id, user_pk=person.pk, emoji=emoji)
    if known is not None:
        return known, False
    row = Reaction.objects.create(
        environment=environment,
        thread=thread,
        comment=comment,
        target_type=target_type,
        target_id=target_id,
        user=person,
        emoji=emoji,
        created_at=now,
    )
    announce(locked, frames.reaction_added(Voice(environment, live=True).reaction(row)))
    if comment is not None:
        notifications.notify(
            [comment.author],
            kind=notifications.REACTION_ADDED,
            actor=person,
            thread=thread,
            comment=comment,
            now=now,
        )
    data = {"reaction": Voice(environment).reaction(row), "roomId": locked.name}
    publish(environment, events.ReactionAdded(data=data, subject_ref=person.external_id))
    return row, True


def _target(
    environment: Environment, target_id: UUID, target_type: str, room: Room | None
) -> tuple[Thread, Comment | None]:
    if target_type == Reaction.Target.THREAD:
        return threads.get_thread(environment, target_id, room), None
    comment = threads.get_comment(environment, target_id, room)
    return comment.thread, comment


@transaction.atomic
def remove_reaction(
    environment: Environment,
    *,
    reaction_id: UUID,
    room: Room | None = None,
    actor: Participant | None = None,
) -> None:
    """Take a reaction back: its owner, or a secret key. Raises ReactionNotFound, NotYours."""
    found = threads.get_reaction(environment, reaction_id, room)
    locked = rooms.lock_room(environment, found.thread.room_id)
    row = threads.get_reaction(environment, reaction_id, locked)
    if actor is not None and row.user_id != actor.pk:
        raise NotYours
    data = {"reaction": Voice(environment).reaction(row), "roomId": locked.name}
    row.delete()
    announce(locked, frames.reaction_removed(str(found.target_id), str(found.public_id)))
    publish(environment, events.ReactionRemoved(data=data, subject_ref=found.user.external_id))
