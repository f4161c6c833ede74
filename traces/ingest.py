"""The doors of ingest: check the key, check the batch, commit it to the inbox, answer 202."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings

from pulse import fastjson, queue
from pulse import pump as pumps
from pulse.doors.plain import Request, Response
from pulse.errors import (
    ApiError,
    InvalidInput,
    Unauthenticated,
    Unavailable,
    common_headers,
)
from pulse.ingest import GroupCommit
from pulse.keys.bearer import Credential
from traces import statements
from traces.decoding import issues
from traces.decoding.batches import Batch, read_batch
from traces.decoding.conventions import to_items
from traces.decoding.otlp import (
    PlainSpan,
    protobuf_answer,
    protobuf_status,
    read_json,
    read_protobuf,
)
from traces.digest.pump import PUMP
from traces.errors import InvalidKey, MissingAuthorization
from traces.models import Inbox

Result = TypeVar("Result")

SMALL_BYTES = 512 * 1024
"""Bodies up to this are checked on the event loop: a millisecond, less than a thread hop and back."""

GATHER_SECONDS = 0.1
"""A worker is told of everything that was accepted within this time by one message."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A batch on its way into the inbox."""

    environment_id: int
    received_ms: int
    batch: Batch


def write_inbox(cursor: Any, accepted: Sequence[Accepted]) -> list[None]:
    """One row a batch, inside the group's transaction."""
    statements.insert_rows(
        cursor,
        "traces_inbox",
        ("environment_id", "kind", "received_ms", "count", "body"),
        [
            (
                one.environment_id,
                str(one.batch.kind),
                one.received_ms,
                one.batch.count,
                one.batch.body,
            )
            for one in accepted
        ],
    )
    return [None] * len(accepted)


_commit: GroupCommit[Accepted, None] = GroupCommit(write_inbox, name="traces")


async def authenticate(request: Request, scope: str) -> Credential:
    """The key's credential; the two ways of having none are told apart, as the contract does."""
    if not request.token():
        raise MissingAuthorization
    try:
        return await request.credential(scope)
    except Unauthenticated:
        raise InvalidKey from None


async def accept_batch(credential: Credential, batch: Batch, *, noun: str) -> None:
    """Commit a batch durably. An empty one is accepted without a trace of it."""
    if not batch.count:
        return
    try:
        await _commit.submit(
            Accepted(credential.environment.pk, time.time_ns() // 1_000_000, batch)
        )
    except Unavailable as error:
        raise Unavailable(f"Failed to enqueue {noun}", retry_after=error.retry_after) from None
    _tell_digest()


_told_until = 0.0


def _tell_digest() -> None:
    """Wake the digest: in this process at once, in a worker by one message for all that comes together.

    A message that is lost costs a second, the pump's period, and three after a minute of peace.
    """
    global _told_until
    if not settings.PULSE_REDIS_URL:
        pumps.kick(PUMP)
        return
    now = time.monotonic()
    if now >= _told_until:
        _told_until = now + GATHER_SECONDS
        asyncio.get_running_loop().call_later(
            GATHER_SECONDS, queue.send, "pulse.tasks.kick", {"pump": PUMP}
        )


async def read_posted(request: Request, kind: str) -> Batch:
    try:
        body = await request.body()
    except InvalidInput:
        # not inflatable: what arrived is not JSON, and that is what the contract calls it
        return read_batch(kind, b"")
    if len(body) <= SMALL_BYTES:
        return read_batch(kind, body)
    return await asyncio.to_thread(read_batch, kind, body)


async def _queue(request: Request, kind: str, noun: str) -> Response:
    credential = await authenticate(request, f"write:{kind}")
    batch = await read_posted(request, kind)
    await accept_batch(credential, batch, noun=noun)
    return Response(202, fastjson.dumps({"status": "queued", "count": batch.count}))


async def traces_async(request: Request) -> Response:
    """POST /v1/traces/async"""
    return await _queue(request, Inbox.Kind.TRACES, "trace")


async def spans_async(request: Request) -> Response:
    """POST /v1/spans/async"""
    return await _queue(request, Inbox.Kind.SPANS, "span")


PROTOBUF = "application/x-protobuf"


async def otlp(request: Request) -> Response:
    """POST /v1/traces: an OTLP/HTTP export, answered in its own encoding."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    protobuf = media_type.lower() == PROTOBUF
    try:
        credential = await authenticate(request, "write:traces")
        body = await request.body()
        read = read_protobuf if protobuf else read_json
        batch, rejected, reason = await _off_loop(body, _exported, read, body)
        if batch.count:
            await accept_batch(credential, batch, noun="trace")
    except ApiError as error:
        if not protobuf:
            raise
        status = protobuf_status(GRPC_CODES.get(error.status, 2), error.message)
        return Response(error.status, status, common_headers(error), PROTOBUF)
    if protobuf:
        return Response(200, protobuf_answer(rejected, reason), content_type=PROTOBUF)
    partial = {"partialSuccess": {"rejectedSpans": rejected, "errorMessage": reason}}
    return Response(200, fastjson.dumps(partial if rejected else {}))


GRPC_CODES = {400: 3, 401: 16, 403: 7, 413: 8, 415: 3, 429: 8, 503: 14}
"""Statuses as google.rpc codes; 2 is unknown."""


def _exported(read: Callable[[bytes], list[PlainSpan]], body: bytes) -> tuple[Batch, int, str]:
    good, rejected, reason = to_items(read(body), time.time_ns() // 1_000_000)
    return Batch(Inbox.Kind.SPANS, len(good), issues.encode(good)), rejected, reason


async def _off_loop(body: bytes, work: Callable[..., Result], *arguments: Any) -> Result:
    """Small bodies at once, large ones in a thread, so that nobody else waits for them."""
    if len(body) <= SMALL_BYTES // 16:
        return work(*arguments)
    return await asyncio.to_thread(work, *arguments)
