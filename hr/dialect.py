"""How HR writes a refusal: ``{"error": {"code", "message", "fields"?, "request_id"}}``."""

from __future__ import annotations

from typing import Any, ClassVar

from pulse import fastjson
from pulse.errors import ApiError, Refusal, common_headers

CODES = {
    400: "invalid_request",
    401: "unauthenticated",
    403: "permission_denied",
    404: "not_found",
    405: "invalid_request",
    409: "conflict",
    410: "not_found",
    413: "invalid_request",
    415: "invalid_request",
    422: "unprocessable_entity",
    429: "rate_limited",
}


class HrDialect:
    """HR's envelope: a stable code, a message for people, and which fields are wrong."""

    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "request_id"],
                "properties": {
                    "code": {"type": "string", "enum": sorted({*CODES.values(), "internal_error"})},
                    "message": {"type": "string"},
                    "fields": {"type": "array", "items": {"type": "string"}},
                    "details": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "field": {"type": "string"},
                                "reason": {"type": "string"},
                            },
                        },
                    },
                    "request_id": {"type": "string"},
                },
            }
        },
    }

    def render(self, error: ApiError, request_id: str) -> Refusal:
        inner: dict[str, Any] = {
            "code": CODES.get(error.status, "internal_error"),
            "message": error.message,
        }
        if any(one.reason != error.message for one in error.fields):
            inner["details"] = [{"field": one.field, "reason": one.reason} for one in error.fields]
        if error.fields or error.status in (400, 422):
            inner["fields"] = list(dict.fromkeys(one.field for one in error.fields))
        inner["request_id"] = request_id
        return Refusal(error.status, common_headers(error), fastjson.dumps({"error": inner}))
