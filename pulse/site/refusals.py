"""What no page is asked with: forms that were not read to their end, and text that nothing can hold."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.template import loader

from pulse.errors import ApiError


class UnreadBody:
    """Says that the outermost layer did not read a form, because it is too large or packed.

    To a view the body would be empty, and the form one in which nothing was filled in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal: ApiError | None = request.META.get("pulse.refusal")
        if refusal is None:
            return self.get_response(request)
        html = loader.render_to_string("unread.html", {"refusal": refusal})
        return HttpResponse(html, status=refusal.status, headers={"Cache-Control": "no-store"})


class UnstorableText:
    """Refuses NUL, which no browser sends and PostgreSQL neither stores nor compares."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = [request.path_info]
        for fields in (request.GET, request.POST):
            sent += [text for name, values in fields.lists() for text in (name, *values)]
        if any("\0" in text for text in sent):
            raise BadRequest("NUL in a path, a query or a form")
        return self.get_response(request)
