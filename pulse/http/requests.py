"""What the kernel puts on a request, and how it reads who is asking."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from pulse import ids
from pulse.keys.bearer import Credential
from pulse.tenancy.models import Environment

if TYPE_CHECKING:
    from rest_framework.request import Request as DrfRequest

    class ApiRequest(DrfRequest):
        """A DRF request as our views see it."""

        environment: Environment
        credential: Credential
        request_id: str
        now: datetime
else:
    ApiRequest = Any


def bearer_token(header: str) -> str:
    """The token of ``Authorization: Bearer <token>``: one space, exactly two parts; "" otherwise."""
    scheme, _, token = header.partition(" ")
    return token if scheme == "Bearer" and token and " " not in token else ""


def basic_user(header: str) -> str:
    """The user name of ``Authorization: Basic <base 64 of user:password>``; "" otherwise."""
    scheme, _, sent = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(sent, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeError):
        return ""


def new_request_id() -> str:
    return ids.new_id("req")


def request_id_of(request: HttpRequest) -> str:
    known: str = getattr(request, "request_id", "") or request.META.get("HTTP_X_REQUEST_ID", "")
    return known or new_request_id()


def client_address(request: HttpRequest) -> str:
    """The peer's address; the door has already resolved trusted proxies into REMOTE_ADDR."""
    return request.META.get("REMOTE_ADDR", "") or "unknown"


def now() -> datetime:
    return datetime.now(UTC)
