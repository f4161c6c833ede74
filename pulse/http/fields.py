"""Serializer fields without DRF's coercions: "10" is no integer, 1 is no boolean, blanks are blank.

DRF's own fields that are used beside them say what is wrong in the same words.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from pulse import strictjson, times

MOST_CHOICES_TOLD = 12
"""With more, a refusal does not list them."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters, line breaks of every kind, and what turns the direction of the text after it."""
_UNSEEN = re.compile(r"[\s\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]*")
"""Spaces and characters that only join, split or order others: a text of these alone is blank."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

_OF_A_LIST = {
    "not_a_list": "must be a list",
    "empty": "must not be empty",
    "min_length": "must have at least {min_length} elements",
    "max_length": "must have at most {max_length} elements",
}
_OUR_WORDS: dict[type[serializers.Field[Any, Any, Any, Any]], dict[str, str]] = {
    serializers.Field: {"required": "is required", "null": "must not be null"},
    serializers.CharField: {
        "invalid": "must be a string",
        "blank": "must not be blank",
        "max_length": "must be at most {max_length} characters",
        "min_length": "must be at least {min_length} characters",
    },
    serializers.Serializer: {"invalid": "must be an object"},
    serializers.ListField: _OF_A_LIST,
    serializers.ListSerializer: _OF_A_LIST,
    serializers.DictField: {"not_a_dict": "must be an object", "empty": "must not be empty"},
    serializers.UUIDField: {"invalid": "must be a UUID"},
    serializers.JSONField: {"invalid": "must be JSON"},
}
for _kind, _words in _OUR_WORDS.items():
    # A field collects its messages from its class and the bases, so what is more special still wins.
    _kind.default_error_messages = {**_kind.default_error_messages, **_words}


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses members it does not declare, so that a typing mistake does not vanish.

    ``unknown = "ignore"`` lets them pass unread; ``read_only_names`` are known, and ignored.
    """

    unknown: ClassVar[str] = "refuse"
    whole: ClassVar[bool] = False
    """Whether a PATCH needs the required members too, and is documented so."""
    read_only_names: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if self.unknown == "refuse" and isinstance(data, dict):
            strange = [
                name
                for name in data
                if name not in self.fields and name not in self.read_only_names
            ]
            if strange:
                raise serializers.ValidationError(
                    {name: ["is not a known field"] for name in strange[:20]}
                )
        return super().to_internal_value(data)


class StrictUuid(serializers.UUIDField):
    """A UUID as text: a number is none."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictString(serializers.CharField):
    """A trimmed string without control characters; ``multiline`` allows tabs and line breaks."""

    default_error_messages: ClassVar = {"control": "must not contain control characters"}

    def __init__(self, *, multiline: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.multiline = multiline
        self.validators = [one for one in self.validators if "Prohibit" not in type(one).__name__]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        refused = _CONTROL if self.multiline else _NOT_IN_A_LINE
        if not strictjson.storable(data) or refused.search(data):
            self.fail("control")
        return data.strip() if self.trim_whitespace else data

    def run_validation(self, data: Any = empty) -> Any:
        if (
            isinstance(data, str)
            and _UNSEEN.fullmatch(data)
            and self.trim_whitespace
            and not self.allow_blank
        ):
            self.fail("blank")
        return super().run_validation(data)


class StrictInteger(serializers.IntegerField):
    """A JSON integer (``10.0`` is one); with ``text=True`` its decimal spelling, for query parameters."""

    default_error_messages: ClassVar = {
        "invalid": "must be an integer",
        "min_value": "must be at least {min_value}",
        "max_value": "must be at most {max_value}",
    }

    def __init__(self, *, text: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.text = text

    def to_internal_value(self, data: Any) -> int:
        if self.text and isinstance(data, str) and re.fullmatch(r"-?\d{1,18}", data, re.ASCII):
            return int(data)
        if isinstance(data, float) and data.is_integer() and abs(data) < 2**53:
            return int(data)
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class StrictNumber(serializers.FloatField):
    """A finite JSON number; never a string, never a boolean."""

    default_error_messages: ClassVar = {
        "invalid": "must be a number",
        "min_value": "must be at least {min_value}",
        "max_value": "must be at most {max_value}",
    }

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(data)


class StrictBoolean(serializers.BooleanField):
    """``true`` or ``false``; with ``text=True`` the two words, for query parameters."""

    default_error_messages: ClassVar = {
        "invalid": "must be true or false",
    }

    def __init__(self, *, text: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.text = text

    def to_internal_value(self, data: Any) -> bool:
        if self.text and data in ("true", "false"):
            return bool(data == "true")
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Choice(serializers.ChoiceField):
    default_error_messages: ClassVar = {
        "blank": "must not be blank",
        "invalid_choice": "must be one of {choices}",
        "invalid_choice_of_many": "is not one of the allowed values",
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            if len(self.choices) > MOST_CHOICES_TOLD:
                self.fail("invalid_choice_of_many")
            self.fail("invalid_choice", choices=", ".join(map(str, self.choices)))
        return data


@extend_schema_field(OpenApiTypes.DATE)
class PlainDateField(serializers.Field[date, Any, str, Any]):
    """``YYYY-MM-DD``, a real calendar day."""

    default_error_messages: ClassVar = {
        "invalid": "must be a date like 2026-04-20",
    }

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not _DATE.fullmatch(data) or not data.isascii():
            self.fail("invalid")
        try:
            return date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: date) -> str:
        return value.isoformat()


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantField(serializers.Field[datetime, Any, str, Any]):
    """An ISO 8601 date-time; without a zone it is UTC."""

    default_error_messages: ClassVar = {
        "invalid": "must be an ISO 8601 date-time",
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return times.parse_instant(data)
        except (ValueError, OverflowError):
            self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        return times.utc_seconds(value) or ""
