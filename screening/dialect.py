"""How this product writes a refusal: ``{"error": {"code", "message", "status", "details"}}``."""

from __future__ import annotations

from pulse import fastjson
from pulse.errors import ApiError, Refusal, common_headers

CODES = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    503: "unavailable",
}


class ScreeningDialect:
    """Screening's envelope; ``status`` in the body always equals the HTTP status."""

    def render(self, error: ApiError, request_id: str) -> Refusal:
        details = dict(error.details)
        for one in error.fields:
            details.setdefault(one.field, []).append(one.reason)
        inner = {
            "code": CODES.get(error.status, "internal_error"),
            "message": error.message,
            "status": error.status,
            "details": details,
        }
        headers = common_headers(error)
        if error.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Refusal(error.status, headers, fastjson.dumps({"error": inner}))
