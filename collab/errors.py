"""This product's refusals."""

from __future__ import annotations

from pulse.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    PayloadTooLarge,
    Unauthenticated,
)


class RoomNotFound(NotFound):
    code = "room_not_found"
    message = "Room not found"


class InvalidRoom(InvalidInput):
    code = "invalid_room"
    message = "The room id must have 1 to 500 characters, and no control characters"


class ThreadNotFound(NotFound):
    code = "thread_not_found"
    message = "Thread not found"


class CommentNotFound(NotFound):
    code = "comment_not_found"
    message = "Comment not found"


class ReactionNotFound(NotFound):
    code = "reaction_not_found"
    message = "Reaction not found"


class UserNotFound(NotFound):
    code = "user_not_found"
    message = "User not found"


class NotificationNotFound(NotFound):
    code = "notification_not_found"
    message = "Notification not found"


class FileNotFound(NotFound):
    code = "file_not_found"
    message = "File not found"


class InvalidToken(Unauthenticated):
    code = "invalid_token"
    message = "Invalid or expired token"


class WrongKey(Unauthenticated):
    code = "invalid_key"
    message = "Invalid or missing publishable key"


class RoomForbidden(Forbidden):
    code = "room_forbidden"
    message = "This token does not open this room"


class NotYours(Forbidden):
    code = "not_yours"
    message = "Only its author may do that"


class FeatureOff(Forbidden):
    code = "feature_off"
    message = "This feature is switched off in this environment"


class IdTaken(Conflict):
    code = "id_taken"
    message = "This id is already in use"


class InvalidFile(InvalidInput):
    code = "invalid_file"
    message = "Unsupported file type"


class FileTooLarge(PayloadTooLarge):
    code = "file_too_large"
    message = "The file is too large"


class StateTooLarge(PayloadTooLarge):
    code = "state_too_large"
    message = "The shared state is too large"


class InvalidState(InvalidInput):
    code = "invalid_state"
    message = "The state is not a base64-encoded Yjs update"
