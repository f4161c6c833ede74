"""How this product writes a refusal: ``{"error": "<sentence>", "details"?: [issue]}``."""

from __future__ import annotations

from typing import Any

from pulse import fastjson
from pulse.errors import ApiError, MethodNotAllowed, Refusal, UnknownPath, common_headers


class TracesDialect:
    """Traces' form: a fixed sentence and, for validation, every issue with its path."""

    def render(self, error: ApiError, request_id: str) -> Refusal:
        headers = common_headers(error)
        if isinstance(error, UnknownPath | MethodNotAllowed):
            # The original serves no 405: a wrong method is an unknown route, in plain text.
            return Refusal(404, headers | {"Content-Type": "text/plain"}, b"404 Not Found")
        body: dict[str, Any] = {"error": error.message}
        if error.details:
            body |= error.details
        return Refusal(error.status, headers, fastjson.dumps(body))
