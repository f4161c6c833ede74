"""How this product writes a refusal: ``{"error": "<sentence>", "details"?: [issue]}``."""

from __future__ import annotations

from typing import Any, ClassVar

from pulse import fastjson
from pulse.errors import (
    ApiError,
    MalformedBody,
    MethodNotAllowed,
    Refusal,
    ServerError,
    Unauthenticated,
    UnknownPath,
    common_headers,
)


class TracesDialect:
    """Traces' form: a fixed sentence and, for validation, every issue with its path."""

    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "error": {"type": "string"},
            "details": {"type": "array", "items": {"type": "object"}},
        },
    }

    def render(self, error: ApiError, request_id: str) -> Refusal:
        headers = common_headers(error)
        if isinstance(error, UnknownPath | MethodNotAllowed):
            # The original serves no 405: a wrong method is an unknown route, in plain text.
            headers.pop("Allow", None)
            return Refusal(404, headers | {"Content-Type": "text/plain"}, b"404 Not Found")
        return Refusal(
            error.status, headers, fastjson.dumps({"error": _sentence(error)} | _details(error))
        )


def _details(error: ApiError) -> dict[str, Any]:
    if error.fields:
        issues = [
            {"code": one.code, "path": one.field.split("."), "message": one.reason}
            for one in error.fields
        ]
        return {"details": issues}
    return {"details": error.details["details"]} if "details" in error.details else {}


def _sentence(error: ApiError) -> str:
    """The wire's own sentences where the contract fixes one, else the refusal's."""
    if type(error) is Unauthenticated:
        return "Missing or invalid Authorization header"
    if type(error) is ServerError:
        return "Internal server error"
    if isinstance(error, MalformedBody):
        return "Invalid JSON body"
    if error.fields:
        return "Validation failed"
    return error.message
