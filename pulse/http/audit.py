"""``@audited``: who did what with which key, written in the transaction of the change."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from django.db import transaction
from django.http import HttpResponse

from pulse.audit import services as audit
from pulse.http.requests import client_address

Method = TypeVar("Method", bound=Callable[..., Any])


def audited(action: str) -> Callable[[Method], Method]:
    """Record ``action`` when the view method answers with a success; names of members, no values.

    The object is the id in the path, else in the answer; a method whose answer does not tell it sets
    ``self.object_ref``.
    """

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        def wrapper(self: Any, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            with transaction.atomic():
                response: HttpResponse = method(self, request, *args, **kwargs)
                if response.status_code < 300:
                    audit.record(
                        request.environment,
                        actor=self.actor,
                        product=self.product,
                        action=action,
                        object_ref=_object_of(self, kwargs, response),
                        fields=_members(request),
                        request_id=request.request_id,
                        ip=client_address(request._request),
                    )
                return response

        return wrapper  # type: ignore[return-value]

    return decorate


def _object_of(view: Any, kwargs: dict[str, Any], response: HttpResponse) -> str:
    told = getattr(view, "object_ref", "") or next(iter(kwargs.values()), "")
    return str(told or _id_of(response))


def _id_of(response: HttpResponse) -> str:
    body = orjson.loads(response.content) if response.content else {}
    inner = body.get("data", body) if isinstance(body, dict) else None
    return str(inner.get("id", "")) if isinstance(inner, dict) else ""


def _members(request: Any) -> list[str]:
    kind = (request._request.content_type or "").lower()
    if not request._request.body or "json" not in kind:
        return []
    try:
        body = orjson.loads(request._request.body)
    except orjson.JSONDecodeError:
        return []  # a method that takes no body never looked at it
    return [name[:100] for name in body][:50] if isinstance(body, dict) else []
