"""What browsers call beside the socket: uploads, files, TURN credentials, shared state.

Plain ASGI doors: they take a user's token where the rest takes a secret key, they read bodies of many
megabytes only once they know whose, and they stream.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import IO, Any, cast
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict

from collab import shapes
from collab.consumers.admission import check_key
from collab.errors import (
    FileNotFound,
    FileTooLarge,
    InvalidFile,
    InvalidState,
    InvalidToken,
    RoomForbidden,
    RoomNotFound,
)
from collab.models import (
    Attachment,
    EnvironmentConfig,
    Participant,
    is_room_id,
    namespaced,
)
from collab.selectors import configs, files, people, rooms
from collab.serializers import parse_uuid
from collab.services import people as people_services
from collab.services import states, tokens, turn, uploads
from collab.views.base import SHARED_STATE, split_room_path
from pulse import fastjson, strictjson
from pulse.doors.plain import Request, Response, StreamingResponse
from pulse.doors.threads import in_thread
from pulse.errors import NotFound, PayloadTooLarge, Unauthenticated
from pulse.headers import names_etag
from pulse.tenancy.models import Environment

CHUNK_BYTES = 64 * 1024
MULTIPART_OVERHEAD = 64 * 1024
UNCACHED = {"Cache-Control": "no-store"}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Caller:
    """The user a token speaks for."""

    environment: Environment
    person: Participant
    config: EnvironmentConfig
    claims: tokens.Claims


def _json(body: dict[str, Any]) -> Response:
    return Response(200, fastjson.dumps(body))


def _caller(environment: Environment, token: str, now: datetime) -> Caller:
    claims = tokens.read_token(environment, token)
    person = people.find_person(environment, claims.external_id)
    if person is None:
        person = people_services.keep_person(
            environment,
            external_id=claims.external_id,
            name=claims.name,
            avatar=claims.avatar,
            now=now,
        )
    if person.blocked:
        raise InvalidToken("This user may not connect")
    return Caller(environment, person, configs.config_of(environment), claims)


def _caller_by_token(token: str, now: datetime) -> Caller:
    if not token:
        raise Unauthenticated("Invalid or missing user token")
    named = tokens.environment_named_by(token)
    environment = people.environment_called(named)
    if environment is None:
        raise InvalidToken
    return _caller(environment, token, now)


# --- uploads -------------------------------------------------------------------------------------


async def upload(request: Request) -> Response:
    """POST /api/v1/upload: one multipart part ``file``, with X-Pulse-Key and X-Pulse-Token."""
    now = datetime.now(UTC)
    caller = await in_thread(_uploader, dict(request.headers), now)
    request.exchange.environment_id = caller.environment.pk
    request.limit_bytes = uploads.limit_bytes(caller.config) + MULTIPART_OVERHEAD
    try:
        body = await request.spooled()
    except PayloadTooLarge as error:
        most = caller.config.max_file_size_mb
        raise FileTooLarge(f"The file is larger than {most} MB") from error
    with body:
        row = await in_thread(_save, caller, body, dict(request.headers), now)
    return _json(shapes.attachment(row, caller.environment))


def _uploader(headers: dict[str, str], now: datetime) -> Caller:
    environment = check_key(headers.get("x-pulse-key", ""), headers.get("origin", ""))
    return _caller(environment, headers.get("x-pulse-token", ""), now)


def _save(caller: Caller, body: IO[bytes], headers: dict[str, str], now: datetime) -> Attachment:
    parts = _parts(body, headers)
    try:
        chosen = parts.get("file")
        if chosen is None:
            raise InvalidFile("Send one multipart part named file")
        return uploads.save_upload(
            caller.environment,
            uploader=caller.person,
            file=chosen,
            size_bytes=chosen.size,
            filename=chosen.name or "",
            declared_type=chosen.content_type or "",
            now=now,
        )
    finally:
        for name in parts:
            for one in parts.getlist(name):
                one.close()


def _parts(body: IO[bytes], headers: dict[str, str]) -> MultiValueDict[str, Any]:
    kind = headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise InvalidFile("Send multipart/form-data")
    body.seek(0, 2)
    size = body.tell()
    body.seek(0)
    meta = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(size)}
    handlers = [MemoryFileUploadHandler(), TemporaryFileUploadHandler()]
    try:
        _, found = MultiPartParser(meta, cast(Any, body), handlers, "utf-8").parse()
    except (MultiPartParserError, SuspiciousOperation, ValueError) as error:
        raise InvalidFile("The multipart body cannot be read") from error
    return found


# --- files ---------------------------------------------------------------------------------------


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


# --- the client ----------------------------------------------------------------------------------


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


# --- peer to peer --------------------------------------------------------------------------------


async def turn_credentials(request: Request) -> Response:
    """GET /api/v1/turn-credentials with a user's token."""
    now = datetime.now(UTC)
    caller = await in_thread(_caller_by_token, request.token(), now)
    user_id = namespaced(caller.environment.public_id, caller.person.external_id)
    servers = turn.ice_servers(caller.config, user_id=user_id, now=now)
    if not servers:
        # Anything but 200 makes the client use its own list; an empty one would leave it without.
        raise NotFound("No TURN server is configured")
    return Response(200, fastjson.dumps({"iceServers": servers}), {**UNCACHED})


async def get_state(request: Request) -> Response:
    """GET /api/v1/rooms/{room}/p2p/state with a user's token."""
    now = datetime.now(UTC)
    caller = await in_thread(_caller_by_token, request.token(), now)
    return _json({"state": await in_thread(_read_state, caller, _room_of(request), now)})


def _read_state(caller: Caller, name: str, now: datetime) -> str | None:
    _check_room(caller, name)
    room = rooms.find_room(caller.environment, name)
    if room is None:
        return None
    days = caller.config.p2p_state_ttl_days
    row = files.live_state(caller.environment, room, ttl_days=days, now=now)
    return states.encode_state(row) if row else None


async def put_state(request: Request) -> Response:
    """PUT /api/v1/rooms/{room}/p2p/state with a user's token."""
    now = datetime.now(UTC)
    caller = await in_thread(_caller_by_token, request.token(), now)
    body = await request.body()
    await in_thread(_merge_state, caller, _room_of(request), body, now)
    return _json({"saved": True})


def _merge_state(caller: Caller, name: str, body: bytes, now: datetime) -> None:
    _check_room(caller, name)
    sent = strictjson.loads(body)
    state = sent.get("state") if isinstance(sent, dict) else None
    if not isinstance(state, str):
        raise InvalidState("state must be a base64 string")
    update = states.decode_state(state, caller.config)
    room = rooms.get_room(caller.environment, name)
    states.merge_state(caller.environment, room=room, update=update, config=caller.config, now=now)


def _check_room(caller: Caller, name: str) -> None:
    states.check_sharing(caller.config)
    if not caller.claims.opens(name):
        raise RoomForbidden


def _room_of(request: Request) -> str:
    raw = request.scope.get("raw_path") or request.path.encode()
    name, suffix = split_room_path(raw.decode("latin-1"))
    if suffix != SHARED_STATE or not is_room_id(name):
        raise RoomNotFound
    return name
