"""Downloading an export: a plain ASGI door, so that a large file holds no Django thread.

A product declares the door at its own path with a group ``export_id``; its handler is a name in one
of the product's modules: ``download_export = downloads.download("read:employees")``.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import IO, Any

from django.core.files.storage import default_storage

from pulse.doors.plain import Request, StreamingResponse
from pulse.doors.threads import in_thread
from pulse.errors import Conflict, Gone
from pulse.exports import selectors
from pulse.exports.models import Export
from pulse.headers import takes_gzip
from pulse.tenancy.models import Environment

CHUNK_BYTES = 256 * 1024
GZIP_LEVEL = 6
CONTENT_TYPES = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.NDJSON: "application/x-ndjson",
}


def download(scope: str) -> Callable[[Request], Awaitable[StreamingResponse]]:
    """The handler of a product's download door; the key needs ``scope``."""

    async def handler(request: Request) -> StreamingResponse:
        credential = await request.credential(scope)
        row, file = await in_thread(
            _open, credential.environment, request.product.product, request.params["export_id"]
        )
        headers = {
            "Content-Disposition": f'attachment; filename="{row.file_name}"',
            "Cache-Control": "no-store",
            "Vary": "Accept-Encoding",
        }
        chunks = _chunks(file)
        if takes_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            chunks = _compressed(chunks)
        else:
            headers["Content-Length"] = str(row.size_bytes)
        if request.method == "HEAD":
            file.close()  # nothing is sent of it
        return StreamingResponse(
            chunks,
            headers=headers,
            content_type=CONTENT_TYPES[Export.Format(row.format)],
        )

    return handler


def _open(environment: Environment, product: str, public_id: str) -> tuple[Export, IO[Any]]:
    row = selectors.get_export(environment, product, public_id)
    if row.state == Export.State.EXPIRED:
        raise Gone("This export has expired; start it again.")
    if row.state == Export.State.FAILED:
        raise Gone("This export could not be written; start it again.")
    if row.state != Export.State.DONE:
        raise Conflict("This export is not ready.", retry_after=1)
    return row, default_storage.open(row.storage_name)


async def _compressed(chunks: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    packer = zlib.compressobj(GZIP_LEVEL, wbits=31)
    async with aclosing(chunks):
        async for chunk in chunks:
            if packed := await in_thread(packer.compress, chunk):
                yield packed
    yield packer.flush()


async def _chunks(file: IO[Any]) -> AsyncGenerator[bytes]:
    try:
        while chunk := await in_thread(file.read, CHUNK_BYTES):
            yield chunk
    finally:
        file.close()
