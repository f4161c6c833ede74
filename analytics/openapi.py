"""What the OpenAPI document says of this product's answers, parameters and doors."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from analytics.dialect import AnalyticsDialect

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}

SCHEMAS: dict[str, Schema] = {
    "Event": {
        "type": "object",
        "required": ["id", "name", "properties", "timestamp"],
        "properties": {
            "id": {"type": "string", "minLength": 8, "maxLength": 8},
            "name": {"type": "string", "minLength": 1, "maxLength": 200},
            "properties": {"type": "object"},
            "userId": {"type": "string", "minLength": 1, "maxLength": 255},
            "sessionId": {"type": "string", "minLength": 1, "maxLength": 255},
            "timestamp": {"type": "string", "format": "date-time"},
        },
        "additionalProperties": False,
    },
    "EventIn": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"\S"},
            "properties": {"type": ["object", "null"]},
            "userId": {"type": ["string", "null"], "maxLength": 255},
            "sessionId": {"type": ["string", "null"], "maxLength": 255},
            "timestamp": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "Set at ingestion when absent; at most 24 hours ahead.",
            },
            "insertId": {
                "type": ["string", "null"],
                "minLength": 1,
                "maxLength": 64,
                "description": "The caller's own id: a repetition within seven days is not stored.",
            },
        },
    },
    "TopEvent": {
        "type": "object",
        "required": ["name", "count"],
        "properties": {
            "name": _TEXT,
            "count": _COUNT,
            "uniqueUsers": _COUNT,
            "uniqueSessions": _COUNT,
        },
    },
}

_RATE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_OPTIONAL_TEXT: Schema = {"type": ["string", "null"]}
_PROPERTY_FILTERS: Schema = {r"^prop\.": {"type": ["string", "number", "boolean"]}}


def _object(optional: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": properties,
        "additionalProperties": False,
    }


SCHEMAS |= {
    "Bucket": _object(("uniqueUsers",), start=_INSTANT, count=_COUNT, uniqueUsers=_COUNT),
    "Window": _object(uniqueUsers=_COUNT, uniqueSessions=_COUNT, events=_COUNT),
    "Value": _object(value={}, count=_COUNT, uniqueUsers=_COUNT),
    "Funnel": {
        "type": "object",
        "required": ["steps"],
        "properties": {
            "steps": {
                "type": "array",
                "minItems": 1,
                "maxItems": 10,
                "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string", "description": "A name, or `page.*`."},
                        "properties": {"type": "object"},
                    },
                },
            },
            "window": {"type": "string", "pattern": "^[0-9]{1,6}[smhdw]$", "default": "7d"},
            "by": {"type": "string", "enum": ["user", "session"], "default": "user"},
            "ordered": {"type": "boolean", "default": True},
            "userId": _TEXT,
            "sessionId": _TEXT,
            "from": _INSTANT,
            "to": _INSTANT,
        },
        "patternProperties": _PROPERTY_FILTERS,
    },
    "Step": _object(
        name=_TEXT,
        count=_COUNT,
        conversion=_RATE,
        stepConversion=_RATE,
        medianSeconds={"type": ["number", "null"]},
    ),
    "Cohort": _object(
        start=_INSTANT,
        users=_COUNT,
        periods={"type": "array", "items": _object(period=_COUNT, users=_COUNT, rate=_RATE)},
    ),
    "Erasure": _object(
        id=_TEXT,
        state={"type": "string", "enum": ["pending", "done"]},
        deletedEvents=_COUNT,
        requestedAt=_INSTANT,
        finishedAt={"type": ["string", "null"], "format": "date-time"},
    ),
    "Export": _object(
        id=_TEXT,
        format={"type": "string", "enum": ["ndjson", "csv"]},
        status={"type": "string", "enum": ["queued", "running", "done", "failed", "expired"]},
        rows=_COUNT,
        sizeBytes=_COUNT,
        downloadUrl=_OPTIONAL_TEXT,
        error=_OPTIONAL_TEXT,
        createdAt=_INSTANT,
        finishedAt={"type": ["string", "null"], "format": "date-time"},
        expiresAt={"type": ["string", "null"], "format": "date-time"},
    ),
    "ExportIn": {
        "type": "object",
        "description": "The parameters as members, for whoever would rather send them so.",
        "properties": {
            "format": {"type": "string", "enum": ["ndjson", "csv"]},
            "name": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "maxItems": 50}]},
            "userId": _TEXT,
            "sessionId": _TEXT,
            "from": _INSTANT,
            "to": _INSTANT,
        },
        "patternProperties": _PROPERTY_FILTERS,
        "additionalProperties": False,
    },
    "Settings": _object(retentionDays={"type": ["integer", "null"], "minimum": 1}),
    "Session": _object(
        sessionId=_OPTIONAL_TEXT,
        userId=_OPTIONAL_TEXT,
        start=_INSTANT,
        end=_INSTANT,
        durationSeconds={"type": "number", "minimum": 0},
        events=_COUNT,
        firstName=_TEXT,
        lastName=_TEXT,
    ),
}


def schema_of(name: str) -> Schema:
    return SCHEMAS[name]


def envelope(data: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["success", "data"],
        "properties": {"success": {"const": True}, "data": data, "meta": {"type": "object"}},
        "additionalProperties": False,
    }


def enveloped(data: Schema, status: int = 200, description: str = "") -> dict[int, OpenApiResponse]:
    return {status: OpenApiResponse(envelope(data), description=description or "The answer.")}


def _query(name: str, description: str, schema: Schema | None = None, **options: Any) -> Any:
    return OpenApiParameter(
        name, schema or _TEXT, OpenApiParameter.QUERY, description=description, **options
    )


FROM = _query("from", "ISO 8601; included.", {"type": "string", "format": "date-time"})
TO = _query("to", "ISO 8601; excluded.", {"type": "string", "format": "date-time"})
LIMIT = _query("limit", "More than the maximum counts as it.", {"type": "integer", "minimum": 1})
ZONE = _query("tz", "IANA time zone; UTC by default.")
OFFSET = _query("offset", "How many to leave out.", {"type": "integer", "minimum": 0})
UNIQUE = _query("unique", "Adds uniqueUsers or uniqueSessions.", enum=["users", "sessions"])
SERIES_UNIQUE = _query(
    "unique", "`none` leaves out uniqueUsers and is faster.", enum=["users", "none"]
)
FORMAT = _query("format", "ndjson by default.", enum=["ndjson", "csv"])
PROPERTY = _query("property", "A top-level property.", required=True)
INTERVAL = _query(
    "interval",
    "At most 1,000 buckets. The window is 30 days by default, and twelve hours of minutes.",
    enum=["minute", "hour", "day", "week", "month"],
)
RETENTION = [
    _query("cohort", "Name or prefix that makes a user part of a cohort; any by default."),
    _query("return", "Name or prefix that counts as coming back; any by default."),
    _query("interval", "Length of a period; week by default.", enum=["day", "week", "month"]),
    _query("periods", "8 by default.", {"type": "integer", "minimum": 1, "maximum": 60}),
    _query("type", "classic by default.", enum=["classic", "rolling"]),
]
FILTERS = [
    _query(
        "name",
        "Exact name, or a prefix such as `page.*`; may be repeated.",
        {"type": "array", "items": _TEXT},
    ),
    _query("userId", "Events of this user."),
    _query("sessionId", "Events of this session."),
    FROM,
    TO,
    _query(
        "prop",
        "`prop.<key>=<value>`, up to five: a top-level property that is this string, number or boolean.",
        {"type": "object"},
        style="form",
        explode=True,
    ),
]
FILTERS_BUT_NAME = FILTERS[1:]
PAGING = [
    LIMIT,
    _query("cursor", "From X-Next-Cursor of the page before; not together with `offset`."),
    _query("offset", "Instead of a cursor.", {"type": "integer", "minimum": 0, "maximum": 10000}),
    _query("meta", "`1` adds `meta.nextCursor`.", {"type": "string"}),
]


def _json_body(schema: Schema, description: str = "") -> Schema:
    return {
        "required": True,
        "description": description,
        "content": {"application/json": {"schema": schema}},
    }


def _answers(**by_status: Schema) -> Schema:
    return {
        status.removeprefix("s"): {
            "description": "Stored.",
            "content": {"application/json": {"schema": envelope(data)}},
        }
        for status, data in by_status.items()
    }


_KEY_HEADER: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
TRACK: Schema = {
    "summary": "Track a single event",
    "tags": ["events"],
    "parameters": [_KEY_HEADER],
    "requestBody": _json_body(SCHEMAS["EventIn"]),
    "responses": _answers(s201=SCHEMAS["Event"], s200=SCHEMAS["Event"]),
}
BATCH: Schema = {
    "summary": "Ingest a batch of events: all of them, or with partial=true the good ones",
    "tags": ["events"],
    "parameters": [
        _KEY_HEADER,
        {
            "name": "partial",
            "in": "query",
            "required": False,
            "schema": {"type": "string", "enum": ["true", "false", "1", "0"]},
        },
    ],
    "requestBody": _json_body(
        {
            "type": "object",
            "required": ["events"],
            "properties": {
                "events": {
                    "type": "array",
                    "items": SCHEMAS["EventIn"],
                    "minItems": 1,
                    "maxItems": 1000,
                }
            },
        }
    ),
    "responses": _answers(
        s201={
            "type": "object",
            "required": ["ingested"],
            "properties": {
                "ingested": _COUNT,
                "duplicates": _COUNT,
                "rejected": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["index", "code", "message"],
                        "properties": {"index": _COUNT, "code": _TEXT, "message": _TEXT},
                    },
                },
            },
        }
    ),
}
LIVE: Schema = {
    "summary": "The newest events and the counts of the last 30 minutes, as they change",
    "tags": ["live"],
    "responses": {
        "200": {
            "description": "Server-sent events named snapshot: {events, minutes, count}.",
            "content": {"text/event-stream": {}},
        }
    },
}
DOWNLOAD: Schema = {
    "summary": "The file of an export",
    "tags": ["exports"],
    "responses": {
        "200": {
            "description": "One JSON object a line, or CSV.",
            "content": {
                "application/x-ndjson": {"schema": _TEXT},
                "text/csv": {"schema": _TEXT},
            },
        },
        "410": {
            "description": "It has expired or could not be written.",
            "content": {"application/json": {"schema": AnalyticsDialect.schema}},
        },
    },
}
_SEGMENT_ANSWER: Schema = {
    "200": {
        "description": "Taken; what could not be stored is counted and shown on the page.",
        "content": {"application/json": {"schema": _object(success={"const": True})}},
    }
}
SEGMENT_CALL: Schema = {
    "summary": "One call of a Segment client; the first letter of a kind takes the same",
    "tags": ["segment"],
    "parameters": [
        {
            "name": "kind",
            "in": "path",
            "required": True,
            "schema": {
                "type": "string",
                "enum": ["track", "page", "screen", "identify", "group", "alias"],
            },
        }
    ],
    "requestBody": _json_body({"type": "object"}),
    "responses": _SEGMENT_ANSWER,
}
SEGMENT_BATCH: Schema = {
    "summary": "A batch of a Segment client; /b and /import in place of /batch take the same",
    "tags": ["segment"],
    "requestBody": _json_body(
        {
            "type": "object",
            "required": ["batch"],
            "properties": {
                "batch": {"type": "array", "items": {"type": "object"}},
                "writeKey": _TEXT,
            },
        }
    ),
    "responses": _SEGMENT_ANSWER,
}
