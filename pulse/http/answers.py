"""JSON answers as bytes, written once, without DRF's renderer and negotiation."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from pulse import fastjson
from pulse.errors import Refusal

JSON = "application/json; charset=utf-8"


def answer(
    body: Any, status: int = 200, *, headers: dict[str, str] | None = None, etag: str = ""
) -> HttpResponse:
    """A JSON answer; ``etag`` (without quotes) lets the kernel answer If-None-Match with 304."""
    response = HttpResponse(fastjson.dumps(body), status=status, content_type=JSON)
    for name, value in (headers or {}).items():
        response[name] = value
    if etag:
        response["ETag"] = f'"{etag}"'
    return response


def nothing(status: int = 204) -> HttpResponse:
    response = HttpResponse(status=status)
    del response["Content-Type"]
    return response


def refusal_response(refusal: Refusal) -> HttpResponse:
    headers = dict(refusal.headers)
    response = HttpResponse(
        refusal.body, status=refusal.status, content_type=headers.pop("Content-Type", JSON)
    )
    for name, value in headers.items():
        response[name] = value
    return response
