"""Requests and responses of the plain ASGI doors: ingest, streams, files and exports.

A door's handler is ``async def handler(request: Request) -> Response | StreamingResponse``. What it
raises is written in the product's dialect, like any refusal.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import parse_qsl

import structlog

from pulse import products
from pulse.doors import bodies
from pulse.doors.bodies import Receive
from pulse.doors.exchange import Exchange
from pulse.doors.threads import in_thread
from pulse.errors import Forbidden, Unauthenticated
from pulse.keys import bearer, forms
from pulse.keys.bearer import Credential
from pulse.products import ProductConfig
from pulse.ratelimits.refusals import count_failed_key

log = structlog.get_logger(__name__)

JSON = "application/json; charset=utf-8"


@dataclass(slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON


@dataclass(slots=True)
class StreamingResponse:
    """``chunks`` is closed when the client goes away, so clean up in its ``finally``; to a HEAD
    nothing is sent, and it never begins."""

    chunks: AsyncIterator[bytes]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON


class Request:
    """One HTTP request at a plain door."""

    __slots__ = (
        "_receive",
        "exchange",
        "headers",
        "limit_bytes",
        "method",
        "params",
        "path",
        "product",
        "scope",
    )

    def __init__(
        self,
        scope: Any,
        receive: Receive,
        *,
        headers: dict[str, str],
        product: ProductConfig,
        exchange: Exchange,
        params: Mapping[str, str],
        limit_bytes: int,
    ) -> None:
        self.scope = scope
        self.headers = headers
        self.product = product
        self.exchange = exchange
        self.params = params
        self.limit_bytes = limit_bytes
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._receive = receive

    @property
    def request_id(self) -> str:
        return self.exchange.request_id

    @property
    def peer(self) -> str:
        """The client's address, trusted proxies resolved."""
        return self.exchange.peer

    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)

    async def body(self) -> bytes:
        """The body, capped and inflated."""
        return await bodies.read(self._receive, self.headers, self.limit_bytes)

    async def spooled(self) -> IO[bytes]:
        """The body as a file, on disk above one MiB; capped, never inflated. Close it."""
        return await bodies.spool(self._receive, self.headers, self.limit_bytes)

    async def disconnected(self) -> None:
        """Return when the client has gone away; for streams."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def token(self) -> str:
        """The key that was sent: Bearer, else X-API-Key where the product reads it."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer" and token and " " not in token:
            return token
        if self.product.accepts_key_header and "authorization" not in self.headers:
            return self.headers.get("x-api-key", "")
        return ""

    async def credential(self, scope: str = "", token: str | None = None) -> Credential:
        """Who is asking, if the key holds ``scope``. Raises Unauthenticated, Forbidden."""
        found = await self._identify(self.token() if token is None else token)
        if found is None or found.product != self.product.product:
            raise Unauthenticated
        self.exchange.key_id = found.key_id
        self.exchange.environment_id = found.environment.pk
        if not found.allows(scope):
            raise Forbidden
        return found

    def _sent_a_key(self) -> bool:
        """Whether there is any, an empty one too: what is sent is always checked."""
        by_header = self.product.accepts_key_header and "x-api-key" in self.headers
        return "authorization" in self.headers or by_header

    async def _identify(self, token: str) -> Credential | None:
        if not token:
            if not self.product.open_credential or self._sent_a_key():
                return None
            who = products.open_credential(self.product)
            return await in_thread(who, self.headers, self.peer, self.headers.get("host", ""))
        found = bearer.cached(token)
        if found is not None:
            return found
        if not forms.plausible_for(token, self.product.key_prefixes):
            await in_thread(count_failed_key, self.peer)
            return None
        return await in_thread(bearer.identify, token, self.product.key_prefixes)


Answer = Response | StreamingResponse
