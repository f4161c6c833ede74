"""The ingest doors: POST /events and POST /events/batch, in front of Django.

A request is decoded on the event loop and handed to the writer; its answer is sent after the commit.
"""

from __future__ import annotations

import time
from typing import Any

from analytics import access, decoding
from analytics.accept import Outcome, Submission, write
from analytics.errors import batch_refused, event_refused
from analytics.validation import Rejected
from pulse.doors import downloads
from pulse.doors.plain import Request, Response
from pulse.errors import FieldError, InvalidInput, UnsupportedMedia
from pulse.idempotency import services as idempotency
from pulse.ingest.group_commit import GroupCommit
from pulse.keys.bearer import Credential

MAX_IDEMPOTENCY_KEY = 255
JSON_TYPES = ("application/json", "text/json", "text/plain")
"""``navigator.sendBeacon`` sends text/plain, for that needs no preflight."""
YES = ("true", "1", "yes")

download_export = downloads.download(access.QUERY)
commit: GroupCommit[Submission, Outcome] = GroupCommit(write, name="analytics")


async def track(request: Request) -> Response:
    """POST /api/v1/pulse/events"""
    credential = await admit(request)
    body = await request.body()
    now_ms = now_in_ms()
    try:
        event = decoding.read_event(body, now_ms=now_ms)
    except Rejected as rejected:
        raise event_refused(rejected.fault) from rejected
    submission = Submission(credential.environment, [event], now_ms, single=True)
    return await store(request, submission, body)


async def batch(request: Request) -> Response:
    """POST /api/v1/pulse/events/batch"""
    credential = await admit(request)
    body = await request.body()
    now_ms = now_in_ms()
    good, faults = decoding.read_batch(body, now_ms=now_ms)
    rejected: list[dict[str, Any]] | None = None
    if any(name == "partial" and value.lower() in YES for name, value in request.query()):
        rejected = [
            {"index": index, "code": fault.code, "message": fault.message}
            for index, fault in faults
        ]
    elif faults:
        raise batch_refused(faults)
    submission = Submission(credential.environment, good, now_ms, rejected=rejected)
    return await store(request, submission, body)


async def admit(request: Request) -> Credential:
    """Who is asking and whether the body is of a kind that is read here."""
    credential = await request.credential(access.INGEST)
    if "origin" in request.headers:
        access.check_origin(credential, request.headers)
    kind = request.headers.get("content-type", "")
    if kind and kind != "application/json":
        kind = kind.partition(";")[0].strip().lower()
        if kind not in JSON_TYPES and not kind.endswith("+json"):
            raise UnsupportedMedia("Content-Type must be application/json")
    return credential


async def store(request: Request, submission: Submission, body: bytes) -> Response:
    """Hand over, wait for the commit, answer."""
    key = request.headers.get("idempotency-key")
    if key is not None:
        submission.idempotency_key = _checked(key)
        query = request.scope["query_string"].decode("latin-1")
        submission.fingerprint = idempotency.fingerprint(request.method, request.path, query, body)
    outcome = await commit.submit(submission)
    if outcome.error is not None:
        raise outcome.error
    headers = {"Idempotent-Replayed": "true"} if outcome.replayed else {}
    return Response(outcome.status, outcome.body, headers)


def now_in_ms() -> int:
    return time.time_ns() // 1_000_000


def _checked(key: str) -> str:
    if not 1 <= len(key) <= MAX_IDEMPOTENCY_KEY or not (key.isascii() and key.isprintable()):
        message = "Idempotency-Key must be 1 to 255 printable ASCII characters"
        raise InvalidInput(message, fields=[FieldError("Idempotency-Key", "invalid")])
    return key
