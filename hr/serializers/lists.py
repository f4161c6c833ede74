"""What every list takes and gives."""

from __future__ import annotations

import copy
from typing import Any

from rest_framework import serializers

from pulse.http.fields import Choice, InstantField, StrictInteger, StrictSerializer, StrictString

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
SERVER_OWNED = frozenset({"id", "created_at", "updated_at"})
"""Members of every resource that a body may hold and that are not read from it."""


class ListQuery(StrictSerializer):
    """``limit`` rows from ``cursor`` on, in the order of ``sort``."""

    limit = StrictInteger(text=True, min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT)
    cursor = StrictString(required=False, max_length=2000)
    sort = Choice(choices=["created_at", "-created_at"], required=False)
    fields = StrictString(  # type: ignore[assignment]
        required=False, max_length=500, help_text="Only these members, separated by commas"
    )


class SyncQuery(ListQuery):
    updated_since = InstantField(required=False)


def sparse(
    shape: type[serializers.Serializer[Any]], **embedded: type[serializers.Serializer[Any]]
) -> Any:
    """The same shape with only ``id`` promised: what ``fields=`` leaves.

    ``embedded`` are the people that ``expand=`` puts beside their ids.
    """
    members: dict[str, Any] = copy.deepcopy(shape._declared_fields)
    for name, member in members.items():
        # DRF makes a field anew from its arguments wherever it is used.
        if name != "id":
            member._kwargs = {**member._kwargs, "required": False}
    for name, person in embedded.items():
        members[name] = person(required=False, allow_null=True)
    if example := getattr(shape, "example", None):
        members["example"] = example
    return type(shape.__name__.removesuffix("Out"), (serializers.Serializer,), members)


def page_of(name: str, item: type[serializers.BaseSerializer[Any]]) -> Any:
    """The envelope of a list, for the OpenAPI document."""
    return type(
        f"{name}Page",
        (serializers.Serializer,),
        {
            "data": item(many=True),
            "next_cursor": serializers.CharField(allow_null=True),
            "total_count": serializers.IntegerField(),
        },
    )
