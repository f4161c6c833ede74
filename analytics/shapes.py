"""How an event is spelled, in answers, streams and exports alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
import orjson

from pulse import times

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EventOut(msgspec.Struct, omit_defaults=True, gc=False):
    """The documented members in their order; absent ids are left out."""

    id: str
    name: str
    properties: msgspec.Raw
    userId: str | None = None  # noqa: N815 - the contract's spelling
    sessionId: str | None = None  # noqa: N815
    timestamp: str = ""


class Tracked(msgspec.Struct, gc=False):
    """The envelope of one event."""

    success: bool
    data: EventOut


def instant(moment_ms: int) -> str:
    """Milliseconds since 1970 as ``2026-03-05T12:00:00.000Z``."""
    second, millisecond = divmod(moment_ms, 1000)
    return f"{_second(second)}.{millisecond:03d}Z"


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).isoformat()[:19]


def tracked(event: EventOut) -> bytes:
    """The answer to POST /events."""
    return msgspec.json.encode(Tracked(True, event))


def event_out(
    public_id: str,
    name: str,
    properties: str,
    user_id: str | None,
    session_id: str | None,
    timestamp_ms: int,
) -> EventOut:
    return EventOut(
        public_id,
        name,
        msgspec.Raw(properties.encode()),
        user_id,
        session_id,
        instant(timestamp_ms),
    )


def event(public_id: str, row: dict[str, Any]) -> dict[str, Any]:
    """An event for the answer writer; its properties are passed on as they are stored."""
    body: dict[str, Any] = {
        "id": public_id,
        "name": row["name"],
        "properties": fragment(row["properties"]),
    }
    if row["user_id"] is not None:
        body["userId"] = row["user_id"]
    if row["session_id"] is not None:
        body["sessionId"] = row["session_id"]
    body["timestamp"] = instant(row["timestamp_ms"])
    return body


def ingested(count: int, duplicates: int, rejected: list[dict[str, Any]] | None) -> bytes:
    """The answer to POST /events/batch."""
    data: dict[str, Any] = {"ingested": count}
    if duplicates:
        data["duplicates"] = duplicates
    if rejected is not None:
        data["rejected"] = rejected
    return msgspec.json.encode({"success": True, "data": data})


def scalar(text: str | None) -> Any:
    """A property value from its JSON text; None stands for missing."""
    return None if text is None else msgspec.json.decode(text)


def rate(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def session(row: dict[str, Any]) -> dict[str, Any]:
    """A session of the sessions report; ``sessionId`` is null where pauses told it apart."""
    return {
        "sessionId": row["session_id"],
        "userId": row["user_id"],
        "start": instant(row["first_ms"]),
        "end": instant(row["last_ms"]),
        "durationSeconds": round((row["last_ms"] - row["first_ms"]) / 1000, 3),
        "events": row["events"],
        "firstName": row["first_name"],
        "lastName": row["last_name"],
    }


def erasure(row: Any) -> dict[str, Any]:
    """A request to delete everything of one user; the user is not named."""
    return {
        "id": row.public_id,
        "state": row.state,
        "deletedEvents": row.deleted_events,
        "requestedAt": times.utc_millis(row.requested_at),
        "finishedAt": times.utc_millis(row.finished_at),
    }


def settings(retention_days: int | None) -> dict[str, Any]:
    """The settings of an environment; null keeps events for ever."""
    return {"retentionDays": retention_days}


def fragment(text: str) -> orjson.Fragment:
    """Stored JSON, passed on as it is."""
    return orjson.Fragment(text)


def export(row: Any) -> dict[str, Any]:
    """An export job; ``downloadUrl`` is null until the file is there."""
    done = row.state == "done"
    return {
        "id": row.public_id,
        "format": row.format,
        "status": row.state,
        "rows": row.rows,
        "sizeBytes": row.size_bytes,
        "downloadUrl": f"/api/v1/pulse/exports/{row.public_id}/download" if done else None,
        "error": row.error or None,
        "createdAt": times.utc_millis(row.created_at),
        "finishedAt": times.utc_millis(row.finished_at),
        "expiresAt": times.utc_millis(row.expires_at),
    }
