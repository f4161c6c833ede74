"""What the OpenAPI document says about this product's operations; the code that reads is elsewhere."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from traces.decoding.items import KINDS, SOURCES, STATUSES
from traces.operations import (
    COUNT,
    NUMBER,
    OBJECT,
    QUEUED,
    SPAN_IN,
    STRING,
    TRACE_IN,
    Schema,
    array,
    members,
    one_of,
)
from traces.queries import MEASURES, SESSION_SORTS, SPLITS, TRACE_SORTS
from traces.shapes import SPELLINGS


def response(schema: Schema, description: str = "") -> OpenApiResponse:
    return OpenApiResponse(response=schema, description=description)


def parameter(name: str, schema: Schema, about: str = "", *, required: bool = False) -> Any:
    return OpenApiParameter(
        name=name,
        type=schema,
        location=OpenApiParameter.QUERY,
        required=required,
        description=about,
    )


ROW: Schema = {
    "type": "object",
    "description": "Every member under two names, traceId and trace_id; ?spelling= picks one.",
}
TRACE_BATCH = {"application/json": {**array(TRACE_IN), "maxItems": 100}}
SPAN_BATCH = {"application/json": {**array(SPAN_IN), "maxItems": 100}}
PAGE = {"total": COUNT, "limit": COUNT, "offset": COUNT}

TRACE = response(ROW)
BOUNDED: Schema = {
    "type": "boolean",
    "description": "A search by q, tag or metadata met at least 5,000 traces: total counts what"
    " matches among the 5,000 received last. Exports and deletions go through all of them.",
}
TRACE_LIST = response(members({"traces": array(ROW), **PAGE}, {"bounded": BOUNDED}))
STORED_TRACES = response(members({"count": COUNT, "traces": array(ROW)}))
SPAN = response(ROW)
SPAN_LIST = response(members({"spans": array(ROW), **PAGE}))
STORED_SPANS = response(members({"count": COUNT, "spans": array(ROW)}))
SESSION = response(members({"sessionId": STRING, "traces": array(ROW)}))
SESSION_SPANS = response(members({"sessionId": STRING, "spans": array(ROW)}))
SESSION_LIST = response(members({"sessions": array(OBJECT), **PAGE}))
LOGIN = response(members({"authenticated": {"type": "boolean"}}))
DELETED = response(members({"deleted": COUNT}))
ANALYTICS = response(
    members(
        {
            "totalCost": NUMBER,
            "totalRequests": COUNT,
            "totalSessions": COUNT,
            "totalTokens": members({"input": COUNT, "output": COUNT, "total": COUNT}),
            "avgLatency": NUMBER,
            "errorRate": NUMBER,
            "costOverTime": array(OBJECT),
            "costByProvider": array(OBJECT),
            "topModels": array(OBJECT),
            "computed": OBJECT,
        },
        {"latency": OBJECT, "estimatedCost": NUMBER, "groups": array(OBJECT)},
    )
)
SPAN_ANALYTICS = response(
    members(
        {
            "agentRuns": COUNT,
            "toolCalls": COUNT,
            "avgSessionDurationMs": NUMBER,
            "successRate": NUMBER,
            "topTools": array(OBJECT),
            "totalSpans": COUNT,
            "errorRate": NUMBER,
            "avgDurationMs": NUMBER,
            "spansByKind": array(OBJECT),
            "spansBySource": array(OBJECT),
            "spansOverTime": array(OBJECT),
        }
    )
)
SPELLING = parameter("spelling", one_of(SPELLINGS), "Which names members have.")
DATES = [
    parameter("date_from", STRING, "A day, an epoch number or an ISO 8601 date-time; inclusive."),
    parameter("date_to", STRING, "As date_from; a day means its last millisecond."),
]
PAGING = [
    parameter("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
    parameter("offset", {"type": "integer", "minimum": 0, "default": 0}),
]
TRACE_FILTERS = [
    *(parameter(name, STRING) for name in ("session_id", "provider", "model")),
    parameter("status", one_of(STATUSES)),
    parameter("source", one_of(SOURCES)),
    parameter("service", STRING),
    *DATES,
    parameter("q", STRING, "Words of the prompt or the answer; all must be found."),
    parameter("user", STRING, "Whom the call was made for, as metadata says."),
    parameter("tag", STRING, "One of metadata's tags."),
    *(
        parameter(f"{bound}_{measure}", {"type": "number"})
        for measure in ("latency_ms", "cost_cents", "tokens")
        for bound in ("min", "max")
    ),
    parameter("score", STRING, "Name of a score the trace must have."),
    parameter("min_score", {"type": "number"}, "Of the named score, or of any."),
    parameter("max_score", {"type": "number"}, "Of the named score, or of any."),
]
TRACE_PARAMETERS = [
    *TRACE_FILTERS,
    *PAGING,
    parameter("sort", one_of((*TRACE_SORTS, *(f"-{name}" for name in TRACE_SORTS)))),
    SPELLING,
]
SPAN_PARAMETERS = [
    parameter("session_id", STRING),
    parameter("trace_id", STRING),
    parameter("source", one_of(SOURCES)),
    parameter("service", STRING),
    parameter("kind", one_of(KINDS)),
    parameter("tool_name", STRING),
    parameter("status", one_of(STATUSES)),
    *DATES,
    *PAGING,
    SPELLING,
]
SESSION_PARAMETERS = [
    parameter("source", one_of(SOURCES)),
    parameter("sort", one_of(SESSION_SORTS)),
    *DATES,
    *PAGING,
]


OBJECT_BODY = {"application/json": OBJECT}
ANY_OBJECT = response(OBJECT)
MAYBE_OBJECT = response({"anyOf": [OBJECT, {"type": "null"}]})
SUCCESS = response(members({"success": {"type": "boolean"}}))
QUEUED_ANSWER = response(QUEUED)
PROJECT = OpenApiParameter(
    name="X-Project-Id", type=STRING, location=OpenApiParameter.HEADER, required=True
)
TOKEN = parameter("token", STRING, required=True)


def analytics_parameters(groups: tuple[str, ...]) -> list[Any]:
    moment: Schema = {"type": "string", "format": "date-time"}
    return [
        parameter("date_from", moment, "With a zone; inclusive.", required=True),
        parameter("date_to", moment, "With a zone; inclusive.", required=True),
        parameter("group_by", one_of(groups)),
    ]


OVERVIEW_PARAMETERS = [
    PROJECT,
    *analytics_parameters(("day", "hour")),
    parameter("measure", one_of(MEASURES)),
    parameter("split_by", one_of(SPLITS)),
]
