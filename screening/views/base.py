"""What every view of this product shares: its envelope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from pulse import pagination
from pulse.http.answers import answer
from pulse.http.views import ApiView
from screening import shapes
from screening.serializers import NothingIn


class ScreeningApiView(ApiView):
    product = "screening"

    @property
    def actor(self) -> str:
        return f"key:{self.request.credential.key_id}"

    def expect_nothing(self) -> None:
        """The action needs no body. Raises UnsupportedMedia or MalformedBody for one that is no JSON."""
        self.parse(NothingIn, optional=True)

    def may(self, scope: str) -> bool:
        return self.request.credential.allows(scope)


def wrapped(data: Any, status: int = 200, **headers: str) -> HttpResponse:
    """``{"data": …}``; keyword arguments are headers, as in ``Location="/v1/…"``."""
    return answer({"data": data}, status, headers=headers)


def paged(
    rows: QuerySet[Any], *, page: int, limit: int, shape: Callable[[Any], dict[str, Any]]
) -> HttpResponse:
    """``{"data": […], "meta": {…}}``"""
    found = pagination.by_number(rows, page=page, limit=limit)
    meta = shapes.page_meta(
        found.current_page, found.total_pages, found.total_count, found.per_page
    )
    return answer({"data": [shape(row) for row in found.items], "meta": meta})
