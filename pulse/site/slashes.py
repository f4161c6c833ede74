"""Addresses of pages have no slash behind them; who writes one is led to the page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import is_valid_path


class WithoutSlash:
    """Redirects a page that is not found, if it is one without the slash."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        path = request.path_info
        if response.status_code != 404 or request.method == "POST" or not path.endswith("/"):
            return response
        if not is_valid_path(path.rstrip("/")):
            return response
        query = request.META["QUERY_STRING"]
        return HttpResponsePermanentRedirect(path.rstrip("/") + (f"?{query}" if query else ""))
