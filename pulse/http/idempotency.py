"""``@idempotent``: a repeated call with the same Idempotency-Key gets the first one's answer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from pulse.errors import FieldError, InvalidInput
from pulse.idempotency import services
from pulse.idempotency.models import StoredAnswer

Method = TypeVar("Method", bound=Callable[..., Any])

MAX_KEY = 255
KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Cache-Control")


class _NotKept(Exception):
    """Rolls the claim back: only 2xx answers are stored."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def idempotent(method: Method) -> Method:
    """Mark a view method; without the header it runs as if it were not marked.

    ``takes_idempotency_key`` is what the OpenAPI documents know it by.
    """

    @functools.wraps(method)
    def wrapper(self: Any, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return method(self, request, *args, **kwargs)
        _check(key)
        try:
            with transaction.atomic():
                row = services.claim(
                    request.environment,
                    product=self.product,
                    key=key,
                    fingerprint=fingerprint(request._request),
                    now=request.now,
                )
                if row.status is not None:
                    return _replay(row)
                response: HttpResponse = method(self, request, *args, **kwargs)
                if not 200 <= response.status_code < 300:
                    raise _NotKept(response)
                services.settle(
                    row,
                    status=response.status_code,
                    headers={name: response[name] for name in KEPT_HEADERS if name in response},
                    body=response.content,
                )
                return response
        except _NotKept as outcome:
            return outcome.response

    wrapper.takes_idempotency_key = True  # type: ignore[attr-defined]
    return wrapper  # type: ignore[return-value]


def fingerprint(request: HttpRequest) -> str:
    query = request.META["QUERY_STRING"]
    return services.fingerprint(str(request.method), request.path, query, _content(request))


def _content(request: HttpRequest) -> bytes:
    """The raw body; a form's without its boundary, which clients draw anew for every try."""
    boundary = (request.content_params or {}).get("boundary", "")
    if request.content_type != "multipart/form-data" or not boundary:
        return request.body
    return request.body.replace(boundary.encode(), b"")


def _check(key: str) -> None:
    if not 1 <= len(key) <= MAX_KEY or not (key.isascii() and key.isprintable()):
        raise InvalidInput(
            "Idempotency-Key must be 1 to 255 printable ASCII characters",
            fields=[FieldError("Idempotency-Key", "must be 1 to 255 printable ASCII characters")],
        )


def _replay(row: StoredAnswer) -> HttpResponse:
    response = HttpResponse(services.body_of(row), status=row.status)
    for name, value in row.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response
