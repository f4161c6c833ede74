"""Forms that the outermost layer did not read to their end, because they are too large or packed."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template import loader

from pulse.errors import ApiError


class UnreadBody:
    """Says so: to a view the body would be empty, and the form one in which nothing was filled in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal: ApiError | None = request.META.get("pulse.refusal")
        if refusal is None:
            return self.get_response(request)
        html = loader.render_to_string("unread.html", {"refusal": refusal})
        return HttpResponse(html, status=refusal.status, headers={"Cache-Control": "no-store"})
