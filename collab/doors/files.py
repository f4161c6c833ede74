"""Giving out files: what was uploaded, and our own browser client."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage

from collab.doors.callers import UNCACHED
from collab.errors import FileNotFound
from collab.models import Attachment
from collab.selectors import files
from collab.serializers import parse_uuid
from collab.services import uploads
from pulse.doors.plain import Request, Response, StreamingResponse
from pulse.doors.threads import in_thread
from pulse.headers import names_etag

CHUNK_BYTES = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


async def file(request: Request) -> Response | StreamingResponse:
    """GET, HEAD /files/{environment}/{file}: the file, or with ``?thumb=1`` its thumbnail."""
    opened = await in_thread(
        _open, request.params["environment"], request.params["file"], dict(request.query())
    )
    if names_etag(request.headers.get("if-none-match", ""), opened.headers["ETag"]):
        opened.content.close()
        return Response(304, b"", opened.headers)
    asked = _range(request.headers.get("range", ""), opened.size)
    if request.headers.get("if-range", opened.headers["ETag"]) != opened.headers["ETag"]:
        asked = None
    start, end = asked or (0, opened.size - 1)
    if asked is not None and start > end:
        opened.content.close()
        return Response(
            416,
            b"",
            {**opened.headers, "Content-Range": f"bytes */{opened.size}", **UNCACHED},
            "text/plain",
        )
    partial = asked is not None
    headers = {**opened.headers, "Content-Length": str(end - start + 1)}
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end}/{opened.size}"
    status = 206 if partial else 200
    if request.method == "HEAD":
        opened.content.close()
        return StreamingResponse(_nothing(), status, headers, opened.mime_type)
    chunks = _chunks(opened.content, start, end)
    return StreamingResponse(chunks, status, headers, opened.mime_type)


@dataclass(frozen=True, slots=True)
class _Opened:
    content: Any
    size: int
    mime_type: str
    headers: dict[str, str]


def _open(environment_id: str, file_id: str, query: dict[str, str]) -> _Opened:
    attachment_id = parse_uuid(file_id)
    if attachment_id is None:
        raise FileNotFound
    row = files.get_attachment(environment_id, attachment_id)
    thumbnail = query.get("thumb", "") not in ("", "0") and row.type == Attachment.Type.IMAGE
    name = uploads.storage_name(attachment_id, thumbnail=thumbnail)
    if not default_storage.exists(name):
        raise FileNotFound
    content = default_storage.open(name, "rb")
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
        # Someone else's upload on our own origin: it may be looked at, and do nothing.
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(row.filename)}",
        "ETag": f'"{attachment_id}{"-thumb" if thumbnail else ""}"',
    }
    mime_type = "image/jpeg" if thumbnail else row.mime_type
    return _Opened(content, content.size, mime_type, headers)


def _range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range; None for anything else (RFC 9110, 14.2).

    ``start > end`` says that the range lies outside.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.group(0) == "bytes=-" or not size:
        return None
    first, last = match.groups()
    if not first:
        length = int(last)
        return (max(0, size - length), size - 1) if length else (1, 0)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    return (start, end) if start < size else (1, 0)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


async def _chunks(content: Any, start: int, end: int) -> AsyncIterator[bytes]:
    try:
        await in_thread(content.seek, start)
        left = end - start + 1
        while left > 0:
            chunk = await in_thread(content.read, min(CHUNK_BYTES, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
    finally:
        content.close()


async def script(request: Request) -> Response:
    """GET /sdk/pulse.js: our own browser client."""
    body, etag = _script()
    headers = {"Cache-Control": "public, max-age=300", "ETag": etag}
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if names_etag(request.headers.get("if-none-match", ""), etag):
        return Response(304, b"", headers)
    return Response(200, body, headers, "text/javascript; charset=utf-8")


@cache
def _script() -> tuple[bytes, str]:
    body = (settings.BASE_DIR / "sdks" / "collab-js" / "pulse.js").read_bytes()
    return body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'
