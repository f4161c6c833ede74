"""Request bodies: counted as they arrive, inflated under a cap, spooled above one MiB."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Generator
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


async def _each_chunk(receive: Receive, limit_bytes: int, take: Callable[[bytes], object]) -> None:
    received = 0
    loop = asyncio.get_running_loop()
    end = loop.time() + TOTAL_SECONDS
    while True:
        message = await _received(receive, min(loop.time() + IDLE_SECONDS, end))
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        received += len(chunk)
        if received > limit_bytes:
            raise too_large(limit_bytes)
        take(chunk)
        if not message.get("more_body", False):
            return


async def _received(receive: Receive, deadline: float) -> Any:
    """The next message. A timer is set only if it has to be waited for: a timer costs 8 µs, and the
    whole of a small body is usually there with its headers."""
    waiting = receive().__await__()
    try:
        awaited = waiting.send(None)
    except StopIteration as there:
        return there.value
    async with asyncio.timeout_at(deadline):
        return await _Begun(waiting, awaited)


class _Begun:
    """Goes on with an awaitable that has been run up to ``awaited``, the first thing it waits for."""

    __slots__ = ("_awaited", "_waiting")

    def __init__(self, waiting: Generator[Any, Any, Any], awaited: Any) -> None:
        self._waiting = waiting
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        awaited = self._awaited
        try:
            while True:
                try:
                    yield awaited
                except BaseException as error:
                    awaited = self._waiting.throw(error)
                else:
                    awaited = self._waiting.send(None)
        except StopIteration as done:
            return done.value


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
        await _each_chunk(receive, limit_bytes, file.write)
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
    parts: list[bytes] = []
    try:
        await _each_chunk(receive, limit_bytes, parts.append)
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
    if not inflater.eof or inflater.unused_data:
        raise zlib.error("truncated, or followed by something else")
    return out
