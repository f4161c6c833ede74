"""Django behind its WSGI handler, in one thread hop.

Django's ASGI handler costs several times the CPU, because every synchronous middleware and view is a
hop of its own (bench/doors.py measures it). A thread is taken only when the body is complete, and is
free again before the answer is sent; only streamed answers come back for each chunk.
"""

from __future__ import annotations

import sys
from io import SEEK_END, BytesIO
from typing import IO, Any

from django.core.handlers.wsgi import WSGIHandler
from django.http.response import HttpResponseBase

from pulse.doors.exchange import Exchange
from pulse.doors.threads import in_thread
from pulse.errors import ApiError

Headers = list[tuple[bytes, bytes]]

_handler: WSGIHandler | None = None


def _django() -> WSGIHandler:
    global _handler
    if _handler is None:
        _handler = WSGIHandler()
    return _handler


def environ_of(
    scope: Any, headers: dict[str, str], body: IO[bytes] | None, exchange: Exchange
) -> dict[str, Any]:
    """The WSGI environment (PEP 3333), plus RAW_PATH: PATH_INFO cannot tell %2F from a slash."""
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "RAW_PATH": scope.get("raw_path", b"").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "REMOTE_ADDR": exchange.peer,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body or BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "pulse.exchange": exchange,
    }
    for name, value in headers.items():
        if "_" in name:
            continue  # X_Forwarded_For would pass for X-Forwarded-For
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    environ["CONTENT_LENGTH"] = str(_size(body))  # chunked bodies declare none
    environ["HTTP_X_REQUEST_ID"] = exchange.request_id
    return environ


def _size(body: IO[bytes] | None) -> int:
    if body is None:
        return 0
    size = body.seek(0, SEEK_END)
    body.seek(0)
    return size


async def answer(
    scope: Any,
    headers: dict[str, str],
    body: IO[bytes] | None,
    exchange: Exchange,
    send: Any,
    refusal: ApiError | None = None,
) -> None:
    """Run the request through Django and send what it answers."""
    environ = environ_of(scope, headers, body, exchange)
    if refusal is not None:
        environ["pulse.refusal"] = refusal
    status, out, content, stream = await in_thread(_run, environ)
    exchange.status = status
    await send({"type": "http.response.start", "status": status, "headers": out})
    if stream is None:
        await send({"type": "http.response.body", "body": content})
        return
    try:
        chunks = iter(stream)
        while (chunk := await in_thread(next, chunks, None)) is not None:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        await in_thread(stream.close)


def _run(environ: dict[str, Any]) -> tuple[int, Headers, bytes, HttpResponseBase | None]:
    started: list[Any] = []
    django: Any = _django()
    response = django(environ, lambda status, headers: started.extend((status, headers)))
    out = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in started[1]]
    if response.streaming:
        return response.status_code, out, b"", response
    try:
        content: bytes = response.content
        if "content-length" not in response and response.status_code not in (204, 304):
            out.append((b"content-length", str(len(content)).encode()))
        return response.status_code, out, content, None
    finally:
        response.close()
