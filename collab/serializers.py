"""What callers send, and what the OpenAPI document says they get."""

from __future__ import annotations

import json
import math
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from collab.models import MAX_BODY
from collab.services.comments import Said
from pulse.http.fields import (
    StrictBoolean,
    StrictInteger,
    StrictSerializer,
    StrictString,
    StrictUuid,
)
from pulse.strictjson import INTEGERS

MAX_ROWS = 10_000
MAX_POSITION = 4096
MAX_USER_ID = 250
"""An external id in its namespaced form."""
FORBIDDEN_IN_URL = frozenset("\"'<>`\\ ")


def is_web_url(value: str) -> bool:
    """An address that stays harmless where the published client writes it into an attribute."""
    return value.startswith(("https://", "http://")) and not any(
        one in FORBIDDEN_IN_URL or not one.isprintable() for one in value
    )


class LooseSerializer(StrictSerializer):
    """The documented callers may send members we do not know."""

    unknown: ClassVar[str] = "ignore"


@extend_schema_field(
    {
        "type": "object",
        "required": ["x", "y"],
        "properties": {
            **{name: {"type": "number"} for name in ("x", "y")},
            **{
                name: {"type": ["number", "null"]}
                for name in ("scrollX", "scrollY", "elementOffsetX", "elementOffsetY")
            },
            "selector": {"type": ["string", "null"]},
            "path": {"type": ["string", "null"], "description": "Landmarks, as a text of JSON"},
        },
        "additionalProperties": True,
    }
)
class PositionField(serializers.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """``{x, y, …}``: two finite numbers and whatever else the client needs to find the place again."""

    default_error_messages: ClassVar = {
        "invalid": "must be an object with the finite numbers x and y",
        "member": "must have numbers, texts, and a path of JSON where the documentation says so",
        "large": f"must be at most {MAX_POSITION} bytes of plain members",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        problem = position_problem(data)
        if problem:
            self.fail(problem)
        return dict(data)

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        return value


def position_problem(data: Any) -> str:
    """``invalid``, ``member``, ``large``, or an empty string for a position that may be kept whole.

    Members that nobody documents may be anything plain; the documented ones are read by the clients.
    """
    if not isinstance(data, dict) or not all(_is_number(data.get(axis)) for axis in ("x", "y")):
        return "invalid"
    for value in data.values():
        if isinstance(value, dict | list):
            return "large"
        if isinstance(value, int | float) and not _is_bounded(value):
            return "invalid"
    if len(json.dumps(data)) > MAX_POSITION:
        return "large"
    return "" if all(_fits(name, value) for name, value in data.items()) else "member"


def _fits(name: str, value: Any) -> bool:
    if value is None and name not in ("x", "y"):
        return True
    if name in ("scrollX", "scrollY", "elementOffsetX", "elementOffsetY"):
        return _is_number(value)
    if name == "selector":
        return isinstance(value, str)
    return name != "path" or _is_path(value)


def _is_path(value: Any) -> bool:
    """Landmarks as a text of JSON: the published client parses it without a net."""
    try:
        return isinstance(value, str) and isinstance(json.loads(value), dict)
    except (ValueError, RecursionError):
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _is_bounded(value)


def _is_bounded(value: float) -> bool:
    """No infinity, and no integer that other readers of JSON would round or refuse."""
    return value in INTEGERS if isinstance(value, int) else math.isfinite(value)


class TokenIn(LooseSerializer):
    userId = StrictString(max_length=MAX_USER_ID)
    name = StrictString(max_length=200)
    avatar = StrictString(max_length=2000, required=False, allow_null=True, allow_blank=True)
    rooms = serializers.ListField(
        child=StrictString(max_length=500), required=False, allow_empty=True, max_length=100
    )

    def validate_avatar(self, value: str | None) -> str:
        if value and not is_web_url(value):
            raise serializers.ValidationError("must be an http or https URL")
        return value or ""


class SaidIn(LooseSerializer):
    body = StrictString(
        max_length=MAX_BODY,
        multiline=True,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
    )
    mentions = serializers.ListField(
        child=StrictString(max_length=MAX_USER_ID), required=False, max_length=50
    )
    attachmentIds = serializers.ListField(child=StrictUuid(), required=False, max_length=50)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("body") and not attrs.get("attachmentIds"):
            missing = "must not be blank" if "body" in attrs else "is required"
            raise serializers.ValidationError({"body": [missing]})
        attrs["said"] = Said(
            body=attrs.get("body", ""),
            mentions=tuple(attrs.get("mentions", ())),
            attachment_ids=tuple(attrs.get("attachmentIds", ())),
        )
        return attrs


class CommentIn(SaidIn):
    userId = StrictString(max_length=MAX_USER_ID)


class ThreadIn(CommentIn):
    position = PositionField(required=False, allow_null=True)


class CommentEditIn(LooseSerializer):
    whole: ClassVar[bool] = True

    body = StrictString(
        max_length=MAX_BODY, multiline=True, allow_blank=True, trim_whitespace=False
    )
    mentions = serializers.ListField(
        child=StrictString(max_length=MAX_USER_ID), required=False, max_length=50
    )


class ThreadPatchIn(LooseSerializer):
    whole: ClassVar[bool] = True

    resolved = StrictBoolean()


class ReactionIn(LooseSerializer):
    userId = StrictString(max_length=MAX_USER_ID)
    emoji = StrictString(max_length=32)


class ListQuery(LooseSerializer):
    limit = StrictInteger(text=True, min_value=1, max_value=MAX_ROWS, default=MAX_ROWS)
    cursor = StrictString(required=False, max_length=2000)


class ThreadQuery(ListQuery):
    resolved = StrictBoolean(text=True, required=False)


class UserQuery(ListQuery):
    search = StrictString(required=False, max_length=200)


class NotificationQuery(ListQuery):
    unread = StrictBoolean(text=True, required=False)


# --- what callers get --------------------------------------------------------------------------


class RoomOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    environmentId = serializers.CharField()
    metadata = serializers.JSONField(required=False)
    createdAt = serializers.DateTimeField()


class ThreadRowOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    roomId = serializers.CharField()
    resolved = serializers.BooleanField()
    positionX = serializers.FloatField(allow_null=True)
    positionY = serializers.FloatField(allow_null=True)
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()


class AttachmentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.CharField()
    filename = serializers.CharField()
    mimeType = serializers.CharField()
    sizeBytes = serializers.IntegerField()
    url = serializers.CharField()
    thumbnailUrl = serializers.CharField(required=False)
    width = serializers.IntegerField(required=False)
    height = serializers.IntegerField(required=False)
    durationMs = serializers.IntegerField(required=False)


class CommentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    threadId = serializers.UUIDField()
    userId = serializers.CharField()
    body = serializers.CharField()
    mentions = serializers.ListField(child=serializers.CharField())
    createdAt = serializers.DateTimeField()
    editedAt = serializers.DateTimeField(allow_null=True)
    attachments = AttachmentOut(many=True, required=False)


class ThreadOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    roomId = serializers.CharField()
    resolved = serializers.BooleanField()
    position = serializers.DictField(allow_null=True)
    comments = CommentOut(many=True)
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()


class ReactionOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    targetId = serializers.UUIDField()
    targetType = serializers.ChoiceField(["comment", "thread"])
    userId = serializers.CharField()
    emoji = serializers.CharField()
    createdAt = serializers.DateTimeField()


class UserOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    externalId = serializers.CharField()
    name = serializers.CharField()
    avatar = serializers.CharField(allow_null=True)
    color = serializers.CharField()
    createdAt = serializers.DateTimeField()


class FaceOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    avatar = serializers.CharField(allow_null=True)
    color = serializers.CharField()


class PresenceOut(serializers.Serializer[Any]):
    user = FaceOut()
    status = serializers.ChoiceField(["online", "idle"])
    lastSeen = serializers.DateTimeField()
    deviceType = serializers.CharField(required=False)


class NotificationOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.CharField()
    userId = serializers.CharField()
    actorId = serializers.CharField(allow_null=True)
    roomId = serializers.CharField()
    threadId = serializers.UUIDField()
    commentId = serializers.UUIDField(allow_null=True)
    read = serializers.BooleanField()
    createdAt = serializers.DateTimeField()


class TokenOut(serializers.Serializer[Any]):
    token = serializers.CharField()
    expiresAt = serializers.DateTimeField()
    userId = serializers.CharField()


class DeletedOut(serializers.Serializer[Any]):
    deleted = serializers.BooleanField()


def parse_uuid(text: str) -> UUID | None:
    """The id in a path; None for anything that is not one in its canonical form."""
    try:
        parsed = UUID(text)
    except ValueError:
        return None
    return parsed if str(parsed) == text.lower() else None
