"""Health, answered before anything else: no key, no Django, no log."""

from __future__ import annotations

from django.db import DatabaseError, connection

from pulse import fastjson
from pulse.doors.plain import Response
from pulse.doors.threads import in_thread

PATHS = frozenset({"/health", "/health/live", "/health/ready", "/healthz"})

_state = {"serving": False}


def serving(yes: bool) -> None:
    """Say whether this process takes traffic: false while it starts and while it drains."""
    _state["serving"] = yes


async def answer(method: str, path: str) -> Response:
    if method not in ("GET", "HEAD"):
        return Response(405, headers={"Allow": "GET, HEAD"})
    if path == "/health/live":
        return _said(True)
    if path == "/health":
        return _said(_state["serving"])
    return _said(_state["serving"] and await in_thread(_database_answers))


def _said(well: bool) -> Response:
    body = {"status": "ok" if well else "unavailable", "service": "pulse"}
    return Response(200 if well else 503, fastjson.dumps(body), {"Cache-Control": "no-store"})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
