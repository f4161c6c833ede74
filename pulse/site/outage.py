"""Pages while the database is away or too slow: 503 and a word to come back, as the APIs answer."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

RETRY_SECONDS = 5


class DatabaseAway:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        shown = {"request_id": getattr(request, "request_id", "")}
        # Nothing that asks the database again: no context processors.
        response = HttpResponse(loader.render_to_string("503.html", shown), status=503)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
