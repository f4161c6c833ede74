"""The outermost layer: request ids, peers, hosts, body caps, cross-origin calls, and which door."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import cache, lru_cache
from io import BytesIO
from ipaddress import ip_address, ip_network
from typing import IO, Any
from urllib.parse import unquote

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http.request import validate_host
from django.utils.module_loading import import_string

from pulse import ids, products
from pulse.doors import bodies, bridge, health
from pulse.doors.exchange import Exchange, finished
from pulse.doors.plain import Request, Response, StreamingResponse
from pulse.doors.threads import in_thread
from pulse.errors import (
    NOT_OUR_HOST,
    ApiError,
    InvalidInput,
    Refusal,
    ServerError,
    Unavailable,
    UnsupportedMedia,
)
from pulse.incidents import services as incidents
from pulse.products import Door, ProductConfig
from pulse.ratelimits import stores
from pulse.ratelimits.gcra import Decision, Policy
from pulse.ratelimits.headers import headers as limit_headers
from pulse.ratelimits.refusals import too_many
from pulse.tenancy import selectors as tenancy

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_PREFLIGHT = {
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": (
        "authorization, content-type, content-encoding, idempotency-key, x-api-key, x-pulse-key,"
        " x-pulse-token, x-request-id"
    ),
    "access-control-max-age": "86400",
}


async def http(scope: Any, receive: Any, send: Any) -> None:
    """Answer one HTTP request through the door that its path and method name."""
    started = time.perf_counter()
    headers = _headers(scope["headers"])
    scope = _normalized(scope)
    path, method = scope["path"], scope["method"]
    exchange = Exchange(
        method=method, path=path, request_id=_request_id(headers), peer=_peer(scope, headers)
    )
    product = products.for_path(path)
    if product is not None:
        exchange.product = product.product
        send = _with_cors(product, path, headers, send)
    try:
        await _route(scope, receive, send, headers, exchange, product)
    except bodies.Disconnected:
        exchange.status = 499
    finally:
        exchange.seconds = time.perf_counter() - started
        finished(exchange)


async def _route(
    scope: Any,
    receive: Any,
    send: Any,
    headers: dict[str, str],
    exchange: Exchange,
    product: ProductConfig | None,
) -> None:
    path, method = exchange.path, exchange.method
    if path in health.PATHS:
        await _send(send, exchange, await health.answer(method, path))
        return
    if product is not None and method == "OPTIONS" and _is_preflight(product, path, headers):
        await _send(send, exchange, Response(204, headers=dict(_PREFLIGHT)))
        return
    asked = _with_encoded_slashes(scope)
    door = products.door_for(method, asked) if product is not None else None
    if door is not None and product is not None:
        params = products.door_params(door, asked)
        await _plain(scope, receive, send, headers, exchange, product, door, params)
    else:
        await _django(scope, receive, send, headers, exchange, product)


async def _django(
    scope: Any,
    receive: Any,
    send: Any,
    headers: dict[str, str],
    exchange: Exchange,
    product: ProductConfig | None,
) -> None:
    body: IO[bytes] | None = None
    refusal = None
    limit_bytes = products.body_limit_bytes(exchange.path)
    try:
        if headers.get("content-encoding", "identity").lower() in ("", "identity"):
            body = await bodies.spool(receive, headers, limit_bytes)
        elif product is not None and product.inflates:
            body = BytesIO(await bodies.read(receive, headers, limit_bytes))
        else:
            raise UnsupportedMedia("Content-Encoding is not supported here.")
    except ApiError as error:
        refusal = error
    try:
        await bridge.answer(scope, headers, body, exchange, send, refusal)
    finally:
        if body is not None:
            body.close()


async def _plain(
    scope: Any,
    receive: Any,
    send: Any,
    headers: dict[str, str],
    exchange: Exchange,
    product: ProductConfig,
    door: Door,
    params: dict[str, str],
) -> None:
    exchange.route = door.path
    policy, decision = None, None
    request = Request(
        scope,
        receive,
        headers=headers,
        product=product,
        exchange=exchange,
        params=params,
        limit_bytes=door.body_limit_bytes or products.body_limit_bytes(exchange.path),
    )
    answer: Response | StreamingResponse
    try:
        _check_host(headers)
        policy, decision = await _take(request)
        answer = await products.handler_of(door)(request)
    except bodies.Disconnected:
        raise
    except Exception as exception:
        answer = _refused(product, exchange, exception)
        if answer.status == 500:
            await in_thread(_keep_incident, exception, exchange)
    if policy is not None and decision is not None:
        answer.headers |= limit_headers(policy, decision)
    await _send(send, exchange, answer)


async def _take(request: Request) -> tuple[Policy | None, Decision | None]:
    """The product's rate limit, for doors of products that have one."""
    if not request.product.rate_limit_policy:
        return None, None
    try:
        credential = await request.credential()
    except ApiError:
        credential = None
    choose = import_string(request.product.rate_limit_policy)
    policy: Policy | None = await in_thread(choose, credential, request.peer)
    if policy is None:
        return None, None
    decision = await in_thread(stores.take, policy)
    if not decision.admitted:
        raise too_many(policy, decision)
    return policy, decision


def _refused(product: ProductConfig, exchange: Exchange, exception: Exception) -> Response:
    if isinstance(exception, ApiError):
        error = exception
    elif isinstance(exception, OperationalError | InterfaceError):
        error = Unavailable(retry_after=1)
    else:
        error = ServerError()
        log.error("unhandled_exception", request_id=exchange.request_id, exc_info=exception)
    refusal: Refusal = product.dialect.render(error, exchange.request_id)
    headers = dict(refusal.headers)
    kind = headers.pop("Content-Type", "application/json; charset=utf-8")
    return Response(refusal.status, refusal.body, headers, kind)


def _keep_incident(exception: Exception, exchange: Exchange) -> None:
    incidents.record_incident(
        exception,
        request_id=exchange.request_id,
        path=f"{exchange.method} {exchange.route}",
        environment=tenancy.get_environment(exchange.environment_id),
    )


async def _send(send: Any, exchange: Exchange, answer: Response | StreamingResponse) -> None:
    exchange.status = answer.status
    out = [
        (name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.items()
    ]
    out.append((b"x-request-id", exchange.request_id.encode()))
    if answer.status not in (204, 304):
        out.append((b"content-type", answer.content_type.encode()))
        out.append((b"x-content-type-options", b"nosniff"))
    if isinstance(answer, Response):
        if answer.status not in (204, 304) and "content-length" not in answer.headers:
            out.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": out})
        body = b"" if exchange.method == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": out})
    try:
        if exchange.method != "HEAD":
            async for chunk in answer.chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        close = getattr(answer.chunks, "aclose", None)
        if close is not None:
            await close()


# --- what a request is ---------------------------------------------------------------------------


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case; repeated ones joined as RFC 9110 and 6265 say."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        if key in headers:
            text = f"{headers[key]}{'; ' if key == 'cookie' else ', '}{text}"
        headers[key] = text
    return headers


def _normalized(scope: Any) -> Any:
    """The path as routes know it: without a product's mount path, and with one leading slash.

    A client with a trailing slash in its base sends two.
    """
    path = scope["path"]
    mount = products.mount_of(path)
    if not mount and not path.startswith("//"):
        return scope
    raw_path = scope.get("raw_path", path.encode()).removeprefix(mount.encode())
    return {
        **scope,
        "path": "/" + path.removeprefix(mount).lstrip("/"),
        "raw_path": b"/" + raw_path.lstrip(b"/"),
    }


def _with_encoded_slashes(scope: Any) -> str:
    """The decoded path, but for ``%2F``: such a slash belongs to an id and separates nothing."""
    path: str = scope["path"]
    raw_path = scope.get("raw_path", b"")
    if b"%2f" not in raw_path.lower():
        return path
    parts = re.split("(%2f)", raw_path.decode("latin-1"), flags=re.IGNORECASE)
    return "".join(part if part.lower() == "%2f" else unquote(part) for part in parts)


def _request_id(headers: dict[str, str]) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else ids.new_id("req")


@cache
def _trusted() -> tuple[Any, ...]:
    return tuple(ip_network(cidr, strict=False) for cidr in settings.PULSE_TRUSTED_PROXIES)


def _is_trusted(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _trusted())


def _peer(scope: Any, headers: dict[str, str]) -> str:
    """The nearest address that is no trusted proxy; X-Forwarded-For counts only behind one."""
    client = scope.get("client")
    peer: str = client[0] if client else ""
    if not _trusted() or not _is_trusted(peer):
        return peer
    for hop in reversed(
        [one.strip() for one in headers.get("x-forwarded-for", "").split(",") if one]
    ):
        peer = hop
        if not _is_trusted(hop):
            break
    return peer


def _check_host(headers: dict[str, str]) -> None:
    """Doors check ``Host`` themselves; Django does it for everything else."""
    if not _is_ours(headers.get("host", ""), tuple(settings.ALLOWED_HOSTS)):
        raise InvalidInput(NOT_OUR_HOST)


@lru_cache(maxsize=256)
def _is_ours(host: str, allowed: tuple[str, ...]) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return validate_host(name.lower(), allowed)


# --- cross-origin calls --------------------------------------------------------------------------


@cache
def _cors_pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def _open_to_origins(product: ProductConfig, path: str) -> bool:
    return bool(product.cors) and _cors_pattern(product.cors).fullmatch(path) is not None


def _is_preflight(product: ProductConfig, path: str, headers: dict[str, str]) -> bool:
    return "access-control-request-method" in headers and _open_to_origins(product, path)


def _with_cors(product: ProductConfig, path: str, headers: dict[str, str], send: Any) -> Any:
    """Any origin may read the answer, never with cookies: these paths take keys only."""
    if "origin" not in headers or not _open_to_origins(product, path):
        return send

    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message["headers"],
                (b"access-control-allow-origin", b"*"),
                (
                    b"access-control-expose-headers",
                    b"X-Request-Id, X-Next-Cursor, Link, Retry-After, Idempotent-Replayed",
                ),
            ]
        await send(message)

    return sending
