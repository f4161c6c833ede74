"""What every REST view of this product shares."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar
from urllib.parse import unquote
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.serializers import BaseSerializer

from collab.serializers import parse_uuid
from pulse.errors import NotFound, Unauthenticated
from pulse.http.answers import answer
from pulse.http.requests import ApiRequest
from pulse.http.views import ApiView
from pulse.pagination import keyset

READ_WRITE = {
    "GET": "read:rooms",
    "POST": "write:rooms",
    "PATCH": "write:rooms",
    "DELETE": "write:rooms",
}


class CollabView(ApiView):
    """A view for the customer's backend: a secret key opens it, a publishable one does not."""

    product = "collab"
    required_scope: ClassVar[str | dict[str, str]] = READ_WRITE

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        known = request._request.credential  # type: ignore[attr-defined]
        if known is not None and known.prefix != "sk_":
            raise Unauthenticated
        super().initial(request, *args, **kwargs)

    def page(
        self,
        rows: QuerySet[Any],
        asked: dict[str, Any],
        *,
        purpose: str,
        shape: Callable[[list[Any]], list[dict[str, Any]]],
        order: tuple[str, ...] = ("created_at", "pk"),
    ) -> HttpResponse:
        """``{"items": [...]}``, and ``nextCursor`` where more rows follow."""
        page = keyset(
            rows,
            environment=self.request.environment,
            order=order,
            limit=asked["limit"],
            cursor=asked.get("cursor"),
            purpose=purpose,
            total=False,
        )
        body: dict[str, Any] = {"items": shape(page.items)}
        if page.next_cursor:
            body["nextCursor"] = page.next_cursor
        return answer(body)


def path_id(text: str, missing: type[NotFound]) -> UUID:
    """The id in the path; whatever is no id does not exist."""
    parsed = parse_uuid(text)
    if parsed is None:
        raise missing
    return parsed


@cache
def items_of(item: type[BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """The envelope of a list, for the OpenAPI document."""
    name = item.__name__.removesuffix("Out")
    return inline_serializer(
        f"{name}List",
        {
            "items": item(many=True),
            "nextCursor": serializers.CharField(required=False),
        },
    )


@cache
def one_of(member: str, item: type[BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """The envelope of a single resource, for the OpenAPI document."""
    name = item.__name__.removesuffix("Out")
    return inline_serializer(f"{name}Envelope", {member: item()})


ROOMS = "/api/v1/rooms/"
SHARED_STATE = "/p2p/state"
SUFFIXES = (SHARED_STATE, "/threads", "/presence")


def split_room_path(raw_path: str) -> tuple[str, str]:
    """(room id, suffix) of a path below ``/api/v1/rooms/``, from its raw spelling.

    Room ids contain slashes and clients do not encode them, so the longest known suffix wins; an
    encoded slash (``%2F``) always belongs to the id, which is why the decoded path will not do.
    """
    tail = raw_path.partition("?")[0].partition(ROOMS)[2]
    for suffix in SUFFIXES:
        room = tail.removesuffix(suffix)
        if room != tail and room:
            return _room_id(room), suffix
    return _room_id(tail), ""


def _room_id(spelled: str) -> str:
    """The room id; empty, which is none, where the bytes are no UTF-8."""
    try:
        return unquote(spelled, errors="strict")
    except UnicodeDecodeError:
        return ""
