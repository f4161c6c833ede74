"""A client that speaks to one product as its callers do, and holds every answer to the contract."""

from __future__ import annotations

import asyncio
import json as jsonlib
from typing import Any
from urllib.parse import urlencode

import httpx
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from pulse import products
from tests.support import contract

ABSENT: Any = object()


class Api:
    """Requests with a Bearer key and a JSON body; answers are validated against the OpenAPI document.

    Views run in this thread, so they see the test's transaction. Doors own their connections: a test
    that calls one needs ``@pytest.mark.django_db(transaction=True)``.
    """

    def __init__(self, product: str, token: str = "") -> None:
        self.product = product
        self.token = token
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, query: dict[str, Any] | None = None, **options: Any) -> HttpResponse:
        return self.request("GET", f"{path}?{urlencode(query)}" if query else path, **options)

    def post(self, path: str, json: Any = ABSENT, **options: Any) -> HttpResponse:
        return self.request("POST", path, json, **options)

    def patch(self, path: str, json: Any = ABSENT, **options: Any) -> HttpResponse:
        return self.request("PATCH", path, json, **options)

    def put(self, path: str, json: Any = ABSENT, **options: Any) -> HttpResponse:
        return self.request("PUT", path, json, **options)

    def delete(self, path: str, json: Any = ABSENT, **options: Any) -> HttpResponse:
        return self.request("DELETE", path, json, **options)

    def request(
        self,
        method: str,
        path: str,
        json: Any = ABSENT,
        *,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        content_type: str = "application/json",
        validate: bool = True,
    ) -> HttpResponse:
        """``body`` sends raw bytes instead of ``json``; a header given wins over the client's own."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= headers or {}
        data = body if json is ABSENT else jsonlib.dumps(json).encode()
        if products.door_for(method, path.partition("?")[0]):
            response = _through_the_door(method, path, data, content_type, sent)
        else:
            response = self.client.generic(method, path, data, content_type, headers=sent)
        if validate:
            contract.check(self.product, method, path, response)
        return response


def _through_the_door(
    method: str, path: str, data: bytes, content_type: str, headers: dict[str, str]
) -> HttpResponse:
    assert not connection.in_atomic_block, (
        f"{method} {path} is a door with connections of its own:"
        " mark the test django_db(transaction=True)"
    )
    answer = asyncio.run(_send(method, path, data, {"Content-Type": content_type} | headers))
    response = HttpResponse(answer.content, status=answer.status_code)
    for name, value in answer.headers.items():
        response[name] = value
    response.json = answer.json  # type: ignore[attr-defined]
    return response


async def _send(method: str, path: str, data: bytes, headers: dict[str, str]) -> httpx.Response:
    from pulse.asgi import application  # builds the doors

    transport = httpx.ASGITransport(app=application, client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.request(method, path, content=data, headers=headers)
