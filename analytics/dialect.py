"""How this product writes a refusal: ``{"success": false, "error": {"code", "message", "details"?}}``."""

from __future__ import annotations

from typing import Any, ClassVar

from pulse import fastjson
from pulse.errors import ApiError, Refusal, common_headers

CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    410: "NOT_FOUND",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
    503: "UNAVAILABLE",
}


class AnalyticsDialect:
    """Analytics' envelope."""

    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["success", "error"],
        "properties": {
            "success": {"const": False},
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "details": {"type": "object"},
                },
            },
        },
    }

    def render(self, error: ApiError, request_id: str) -> Refusal:
        inner: dict[str, Any] = {
            "code": _code(error.status),
            "message": error.message,
        }
        details = dict(error.details)
        if not details and error.fields:
            details = {"field": error.fields[0].field, "reason": error.fields[0].reason}
        if details:
            inner["details"] = details
        body = {"success": False, "error": inner}
        return Refusal(error.status, common_headers(error), fastjson.dumps(body))


def _code(status: int) -> str:
    """The contract's list of codes is closed: what it does not name is the caller's fault or ours."""
    return CODES.get(status) or ("BAD_REQUEST" if status < 500 else "INTERNAL_ERROR")
