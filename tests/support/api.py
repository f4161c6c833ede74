"""A client that speaks to one product as its callers do, and holds every answer to the contract."""

from __future__ import annotations

import asyncio
import json as jsonlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from django.db import connection
from django.http import HttpResponse
from django.test import Client

from pulse import products
from tests.support import contract

ABSENT: Any = object()
STREAM_SECONDS = 2.0
"""How long an open stream is listened to; what ends by itself may take longer, up to the goodbye."""
GOODBYE_SECONDS = 30.0


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
        every_layer: bool = False,
    ) -> HttpResponse:
        """``body`` sends raw bytes instead of ``json``; a header given wins over the client's own.

        ``every_layer`` calls the whole ASGI application, as a server does, body cap included.
        """
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= headers or {}
        data = body if json is ABSENT else jsonlib.dumps(json).encode()
        if every_layer or products.door_for(method, path.partition("?")[0]):
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
        f"{method} {path} has connections of its own there:"
        " mark the test django_db(transaction=True)"
    )
    sent = {"Content-Type": content_type, "Content-Length": str(len(data))} | headers
    answer = asyncio.run(_send(method, path, data, sent))
    response = HttpResponse(answer.body, status=answer.status)
    for name, value in answer.headers:
        response[name] = value
    response.json = lambda: jsonlib.loads(answer.body)  # type: ignore[attr-defined]
    return response


@dataclass(slots=True)
class _Answer:
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


async def _send(method: str, path: str, data: bytes, headers: dict[str, str]) -> _Answer:
    """Call the ASGI application; a stream is read for a moment, then its client goes away."""
    from pulse.asgi import application  # builds the doors

    answer, gone = _Answer(), asyncio.Event()
    requests = [{"type": "http.request", "body": data, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if requests:
            return requests.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers += [
                (n.decode("latin-1"), v.decode("latin-1")) for n, v in message["headers"]
            ]
        else:
            answer.body += message.get("body", b"")

    running = asyncio.create_task(application(_scope(method, path, headers), receive, send))
    await asyncio.wait({running}, timeout=STREAM_SECONDS)
    gone.set()
    await asyncio.wait_for(running, GOODBYE_SECONDS)
    assert answer.status, f"{method} {path} did not answer"
    return answer


def _scope(method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    target, _, query = path.partition("?")
    sent = {"Host": "127.0.0.1", **headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(target),
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in sent.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }
