"""Request bodies: counted as they arrive, inflated under a cap, spooled above one MiB."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from pulse.errors import InvalidInput, PayloadTooLarge, UnsupportedMedia

Receive = Callable[[], Awaitable[Any]]

SPOOL_BYTES = 1024 * 1024
IDLE_SECONDS = 30.0
TOTAL_SECONDS = 120.0
MAX_RATIO = 100
RATIO_FLOOR_BYTES = 256 * 1024
"""Small bodies may compress as well as they like: a run of spaces is no bomb."""


class Disconnected(Exception):
    """The client went away before its body was complete."""


async def _chunks(receive: Receive, limit_bytes: int) -> Any:
    received = 0
    loop = asyncio.get_running_loop()
    end = loop.time() + TOTAL_SECONDS
    # One deadline, moved with each chunk: wait_for would make a task of every receive.
    async with asyncio.timeout(IDLE_SECONDS) as deadline:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            chunk = message.get("body", b"")
            received += len(chunk)
            if received > limit_bytes:
                raise too_large(limit_bytes)
            yield chunk
            if not message.get("more_body", False):
                return
            deadline.reschedule(min(loop.time() + IDLE_SECONDS, end))


def too_large(limit_bytes: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The request body is larger than {limit_bytes} bytes.")


def check_declared(headers: dict[str, str], limit_bytes: int) -> None:
    """Refuse by Content-Length before a byte is read."""
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit_bytes:
        raise too_large(limit_bytes)


async def spool(receive: Receive, headers: dict[str, str], limit_bytes: int) -> IO[bytes]:
    """The whole body as a file at its start. Raises PayloadTooLarge, InvalidInput, Disconnected."""
    check_declared(headers, limit_bytes)
    file = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed by the bridge
    try:
        async for chunk in _chunks(receive, limit_bytes):
            file.write(chunk)
    except TimeoutError as error:
        file.close()
        raise InvalidInput("The request body did not arrive in time.") from error
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def read(receive: Receive, headers: dict[str, str], limit_bytes: int) -> bytes:
    """The whole body in memory, inflated if it is gzip or deflate; the cap holds before and after.

    Raises PayloadTooLarge, UnsupportedMedia, InvalidInput, Disconnected.
    """
    check_declared(headers, limit_bytes)
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise UnsupportedMedia(
            f"Content-Encoding {encoding[:40]} is not supported; use gzip or deflate."
        )
    try:
        parts = [chunk async for chunk in _chunks(receive, limit_bytes)]
    except TimeoutError as error:
        raise InvalidInput("The request body did not arrive in time.") from error
    data = parts[0] if len(parts) == 1 else b"".join(parts)
    if encoding in ("identity", ""):
        return data
    return inflate(data, encoding, limit_bytes)


def inflate(data: bytes, encoding: str, limit_bytes: int) -> bytes:
    """Inflate under a cap on size and ratio. Deflate may be zlib-wrapped or raw, as in the wild."""
    window = 31 if "gzip" in encoding else 15
    try:
        return _inflate(data, window, limit_bytes)
    except zlib.error:
        if encoding != "deflate":
            raise InvalidInput("The request body is not valid gzip.") from None
    try:
        return _inflate(data, -15, limit_bytes)
    except zlib.error as error:
        raise InvalidInput("The request body is not valid deflate.") from error


def _inflate(data: bytes, window: int, limit_bytes: int) -> bytes:
    inflater = zlib.decompressobj(window)
    out = inflater.decompress(data, limit_bytes + 1)
    if len(out) > limit_bytes:
        raise too_large(limit_bytes)
    if len(out) > RATIO_FLOOR_BYTES and len(out) > MAX_RATIO * len(data):
        raise PayloadTooLarge(f"The request body inflates more than {MAX_RATIO} times.")
    if not inflater.eof:
        raise zlib.error("truncated")
    return out
