"""Taking in a file that a user sends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, Any, cast

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict

from collab import shapes
from collab.consumers.admission import check_key
from collab.doors.callers import Caller, answered, caller_of
from collab.errors import FileTooLarge, InvalidFile
from collab.models import Attachment
from collab.services import uploads
from pulse.doors.plain import Request, Response
from pulse.doors.threads import in_thread
from pulse.errors import PayloadTooLarge

MULTIPART_OVERHEAD = 64 * 1024


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
    return answered(shapes.attachment(row, caller.environment))


def _uploader(headers: dict[str, str], now: datetime) -> Caller:
    environment = check_key(headers.get("x-pulse-key", ""), headers.get("origin", ""))
    return caller_of(environment, headers.get("x-pulse-token", ""), now)


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
