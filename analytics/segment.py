"""The tracking API of Segment, so that its published clients work against this host unchanged.

The write key is the user name of Basic authentication or ``writeKey`` in the body. Whoever holds one is
always answered "success": those clients drop or repeat a whole batch for one bad item. What could not
be stored is counted by reason and shown on the page.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from analytics import access, decoding, services, validation
from analytics.accept import Submission
from analytics.errors import NotAnObject
from analytics.ingest import commit, now_in_ms
from analytics.models import MAX_INSERT_ID
from analytics.validation import Accepted, Rejected
from pulse.doors.plain import Request, Response
from pulse.doors.threads import in_thread

SUCCESS = b'{"success":true}'
NAMES = {
    "page": "page.viewed",
    "screen": "screen.viewed",
    "identify": "user.identified",
    "group": "group.identified",
    "alias": "user.aliased",
}
KINDS = {name: name for name in ("track", *NAMES)} | {name[0]: name for name in ("track", *NAMES)}
"""By how a path calls them: Segment's browser client sends the first letter only."""
EXTRA = ("name", "category", "groupId", "previousId")
"""Members of a call that stand beside its properties and are kept among them."""


async def call(request: Request) -> Response:
    """POST /api/v1/pulse/segment/v1/{track, page, screen, identify, group, alias}, or a first letter"""
    body = _object(await request.body())
    one = None if body is None else {**body, "type": KINDS[request.params["kind"]]}
    return await _take(request, body, [one])


async def batch(request: Request) -> Response:
    """POST /api/v1/pulse/segment/v1/{batch, b, import}"""
    body = _object(await request.body())
    calls = body.get("batch") if body else None
    return await _take(request, body, calls if isinstance(calls, list) else [calls])


def _object(body: bytes) -> dict[str, Any] | None:
    """The body; one that cannot be read counts as one call that could not be stored."""
    try:
        return decoding.read_object(body)
    except NotAnObject:
        return None


async def _take(request: Request, body: dict[str, Any] | None, calls: list[Any]) -> Response:
    credential = await request.credential(access.INGEST, token=_write_key(request, body or {}))
    access.check_origin(credential, request.headers)
    now_ms = now_in_ms()
    good, reasons = read_calls(calls, now_ms=now_ms)
    if good:
        outcome = await commit.submit(Submission(credential.environment, good, now_ms))
        if outcome.error is not None:
            raise outcome.error
    if reasons:
        await in_thread(
            services.count_rejections,
            credential.environment,
            source="segment",
            reasons=reasons,
            day=datetime.now(UTC).date(),
        )
    return Response(200, SUCCESS)


def read_calls(calls: list[Any], *, now_ms: int) -> tuple[list[Accepted], dict[str, int]]:
    """The calls as events, and how many of the others were wrong in which way."""
    good: list[Accepted] = []
    reasons: Counter[str] = Counter()
    for one in calls:
        try:
            good.append(validation.accept(_event(one), now_ms=now_ms))
        except Rejected as rejected:
            reasons[rejected.fault.message] += 1
    return good, dict(reasons)


def _write_key(request: Request, body: dict[str, Any]) -> str:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(encoded, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return "invalid"
    key = body.get("writeKey")
    return request.token() or (key if isinstance(key, str) else "")


def _event(one: Any) -> dict[str, Any]:
    """A call as an event of ours. Raises Rejected for what is no call at all."""
    kind = one.get("type") if isinstance(one, dict) else None
    if not isinstance(kind, str) or kind not in KINDS.values():
        raise Rejected(
            "type", "unknown", "type must be track, page, screen, identify, group or alias"
        )
    properties = one.get("properties" if kind in ("track", "page", "screen") else "traits")
    properties = {} if properties is None else properties
    if isinstance(properties, dict):
        kept = {name: one[name] for name in EXTRA if isinstance(one.get(name), str)}
        properties = {**kept, **properties, **_context(one.get("context"))}
    return {
        "name": one.get("event") if kind == "track" else NAMES[kind],
        "properties": properties,
        "userId": _reference(one.get("userId")) or _reference(one.get("anonymousId")),
        "timestamp": one.get("timestamp"),
        "insertId": _insert_id(one.get("messageId")),
    }


def _context(context: Any) -> dict[str, Any]:
    """Where the call was made, unless it is too deep to keep: it is no reason to lose the event."""
    if not isinstance(context, dict) or not context:
        return {}
    try:
        validation.check_object({"$context": context}, "properties")
    except Rejected:
        return {}
    return {"$context": context}


def _reference(value: Any) -> Any:
    """Those clients send numbers as ids, too."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _insert_id(value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return value if len(value) <= MAX_INSERT_ID else hashlib.sha256(value.encode()).hexdigest()
