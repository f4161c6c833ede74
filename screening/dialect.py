"""How this product writes a refusal: ``{"error": {"code", "message", "status", "details"}}``."""

from __future__ import annotations

from typing import ClassVar

from pulse import fastjson
from pulse.errors import ApiError, Refusal, common_headers
from screening.errors import UnknownReference

CODES = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "gone",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "rate_limited",
    503: "unavailable",
}


class ScreeningDialect:
    """Screening's envelope; ``status`` in the body always equals the HTTP status.

    The documented sample pairs ``invalid_request`` with 404: that is an unknown id in a body, while an
    unknown id in a path is ``not_found``.
    """

    never: ClassVar[frozenset[str]] = frozenset(
        {"422"}
    )  # what cannot be carried out is invalid input here

    def render(self, error: ApiError, request_id: str) -> Refusal:
        details = dict(error.details)
        for one in error.fields:
            details.setdefault(one.field, []).append(one.reason)
        status = 400 if error.status == 422 else error.status
        if error.status == 429:
            details.setdefault("retry_after", max(1, error.retry_after or 1))
        code = CODES.get(status, "internal_error")
        if isinstance(error, UnknownReference):
            code = error.code
        inner = {"code": code, "message": error.message, "status": status, "details": details}
        return Refusal(status, common_headers(error), fastjson.dumps({"error": inner}))
