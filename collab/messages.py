"""The messages that clients send over a socket, as typed structs: what does not fit is no message."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

MAX_POINTS = 2000
MAX_SELECTOR = 1024
MAX_SDP = 48_000
MAX_UPDATE = 1_500_000

Coordinate = Annotated[float, Meta(ge=-1e9, le=1e9)]
Selector = Annotated[str, Meta(max_length=MAX_SELECTOR)]
UserId = Annotated[str, Meta(min_length=1, max_length=250)]
Mentions = Annotated[list[Annotated[str, Meta(max_length=250)]], Meta(max_length=50)]
Body = Annotated[str, Meta(max_length=20_000)]
Files = Annotated[list[UUID], Meta(max_length=50)]
# The caller holds the id already, so it is kept as it is or refused: no other spelling of a UUID.
NewId = Annotated[
    str, Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
]


class Message(Struct, tag_field="type", rename="camel"):
    """Base of all client messages; unknown members are ignored."""


class Auth(Message, tag="auth"):
    api_key: str
    token: str
    room: str


class PresenceUpdate(Message, tag="presence:update"):
    status: Literal["online", "idle"]


class Point(Struct):
    x: Coordinate
    y: Coordinate


class Pointer(Struct, rename="camel"):
    x: Coordinate
    y: Coordinate
    page_x: Coordinate = 0
    page_y: Coordinate = 0


class CursorMove(Message, tag="cursor:move"):
    position: Pointer


class ClickPerform(Message, tag="click:perform"):
    position: Pointer


class ViewportUpdate(Message, tag="viewport:update"):
    scroll_x: Coordinate
    scroll_y: Coordinate
    viewport_width: Coordinate
    viewport_height: Coordinate
    page_width: Coordinate
    page_height: Coordinate


class Selection(Struct, rename="camel"):
    start_selector: Selector
    start_offset: Annotated[int, Meta(ge=0, le=100_000_000)]
    end_selector: Selector
    end_offset: Annotated[int, Meta(ge=0, le=100_000_000)]


class SelectionUpdate(Message, tag="selection:update"):
    selection: Selection | None = None


class TypingStart(Message, tag="typing:start"):
    thread_id: UUID


class DrawStroke(Message, tag="draw:stroke"):
    points: Annotated[list[Point], Meta(min_length=1, max_length=MAX_POINTS)]
    # Written into a style by the client; nothing of CSS or markup may be built from it.
    color: Annotated[str, Meta(max_length=64, pattern=r"^[#a-zA-Z0-9(),.% ]+$")]
    width: Annotated[float, Meta(gt=0, le=200)]


class DrawClear(Message, tag="draw:clear"):
    pass


class ThreadCreate(Message, tag="thread:create"):
    id: NewId
    body: Body = ""
    mentions: Mentions = []
    position: dict[str, Any] | None = None
    attachment_ids: Files | None = None


class ThreadResolve(Message, tag="thread:resolve"):
    thread_id: UUID
    resolved: bool


class ThreadMove(Message, tag="thread:move"):
    thread_id: UUID
    position: dict[str, Any]


class CommentCreate(Message, tag="comment:create"):
    thread_id: UUID
    id: NewId
    body: Body = ""
    mentions: Mentions = []
    attachment_ids: Files | None = None


class CommentEdit(Message, tag="comment:edit"):
    comment_id: UUID
    body: Body
    mentions: Mentions = []


class CommentDelete(Message, tag="comment:delete"):
    comment_id: UUID


class ReactionAdd(Message, tag="reaction:add"):
    target_id: UUID
    target_type: Literal["comment", "thread"]
    emoji: Annotated[str, Meta(max_length=32)]


class ReactionRemove(Message, tag="reaction:remove"):
    reaction_id: UUID


class NotificationRead(Message, tag="notification:read"):
    notification_id: UUID


class NotificationReadAll(Message, tag="notification:read-all"):
    pass


class Description(Struct):
    type: Literal["offer", "answer", "pranswer", "rollback"]
    sdp: Annotated[str, Meta(max_length=MAX_SDP)] = ""


class SignalOffer(Message, tag="signal:offer"):
    target_user_id: UserId
    sdp: Description


class SignalAnswer(Message, tag="signal:answer"):
    target_user_id: UserId
    sdp: Description


class SignalIce(Message, tag="signal:ice"):
    target_user_id: UserId
    candidate: dict[str, Any] | None = None


class P2PSync(Message, tag="p2p:sync"):
    update: Annotated[str, Meta(max_length=MAX_UPDATE, pattern=r"^[A-Za-z0-9+/=_-]*$")]


ClientMessage = (
    Auth
    | PresenceUpdate
    | CursorMove
    | ClickPerform
    | ViewportUpdate
    | SelectionUpdate
    | TypingStart
    | DrawStroke
    | DrawClear
    | ThreadCreate
    | ThreadResolve
    | ThreadMove
    | CommentCreate
    | CommentEdit
    | CommentDelete
    | ReactionAdd
    | ReactionRemove
    | NotificationRead
    | NotificationReadAll
    | SignalOffer
    | SignalAnswer
    | SignalIce
    | P2PSync
)

_decoder = msgspec.json.Decoder(ClientMessage)
# An escaped NUL, but not the six characters that an escaped backslash makes of it.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_PLACE = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_UNKNOWN = re.compile(r"Invalid value '(.*)' - at `\$\.type`$")


class NoMessage(ValueError):
    """A frame that is no message we know; the text says why."""


def read(text: str) -> ClientMessage:
    """Raises NoMessage."""
    if "\x00" in text or ("\\u0000" in text and _NUL.search(text)):
        raise NoMessage("it contains a character that cannot be stored")
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise NoMessage(_objection(str(error))[:200]) from error
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
        raise NoMessage("it is not JSON") from error


def _objection(said: str) -> str:
    """What is wrong, without the words of the parser, which know types of Python and patterns."""
    unknown = _UNKNOWN.search(said)
    if unknown:
        return f"there is no type {unknown.group(1)!r}"
    place = _PLACE.search(said)
    member = place.group(1).removesuffix("[...]") if place else ""
    missing = _MISSING.search(said)
    if missing:
        return f"{member}.{missing.group(1)} is required".removeprefix(".")
    return f"{member} is not valid" if member else "it is not an object that is documented"
