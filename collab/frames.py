"""The messages that the server sends over a socket, as dicts; who hears them, and who is where."""

from __future__ import annotations

from typing import Any

Message = dict[str, Any]


def room_group(room_pk: int) -> str:
    return f"collab.room.{room_pk}"


def user_group(person_pk: int) -> str:
    return f"collab.user.{person_pk}"


def seat_user(person_pk: int, external_id: str) -> str:
    """A person's name in the presence store: both keys, so that leaving needs no query."""
    return f"{person_pk}:{external_id}"


def person_pk(seat_user: str) -> int:
    return int(seat_user.partition(":")[0])


def external_id(seat_user: str) -> str:
    return seat_user.partition(":")[2]


def auth_error(message: str, code: str) -> Message:
    return {"type": "auth:error", "message": message, "code": code}


def error(message: str, code: str, about: str = "") -> Message:
    shape = {"type": "error", "code": code, "message": message}
    return {**shape, "about": about} if about else shape


def thread_created(thread: Message, author: Message) -> Message:
    """``author`` is for clients who have not met them; the published one knows those who connected."""
    return {"type": "thread:created", "thread": thread, "author": author}


def thread_resolved(thread_id: str, resolved: bool) -> Message:
    return {"type": "thread:resolved", "threadId": thread_id, "resolved": resolved}


def thread_moved(thread_id: str, position: Message | None) -> Message:
    return {"type": "thread:moved", "threadId": thread_id, "position": position}


def thread_deleted(thread_id: str) -> Message:
    return {"type": "thread:deleted", "threadId": thread_id}


def comment_created(comment: Message, author: Message) -> Message:
    return {
        "type": "comment:created",
        "threadId": comment["threadId"],
        "comment": comment,
        "author": author,
    }


def comment_edited(comment: Message) -> Message:
    return {"type": "comment:edited", "threadId": comment["threadId"], "comment": comment}


def comment_deleted(thread_id: str, comment_id: str) -> Message:
    return {"type": "comment:deleted", "threadId": thread_id, "commentId": comment_id}


def reaction_added(reaction: Message) -> Message:
    return {"type": "reaction:added", "reaction": reaction}


def reaction_removed(target_id: str, reaction_id: str) -> Message:
    return {"type": "reaction:removed", "targetId": target_id, "reactionId": reaction_id}


def notification(shape: Message) -> Message:
    return {"type": "notification", "notification": shape}


def activity_logged(shape: Message) -> Message:
    return {"type": "activity:logged", "activityLog": shape}


def presence_join(entry: Message) -> Message:
    return {"type": "presence:join", "user": entry}


def presence_leave(user_id: str) -> Message:
    return {"type": "presence:leave", "userId": user_id}


def presence_update(user_id: str, status: str) -> Message:
    return {"type": "presence:update", "userId": user_id, "status": status}
