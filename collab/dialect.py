"""How this product writes a refusal: ``{"error": "<sentence>"}``."""

from __future__ import annotations

from pulse import fastjson
from pulse.errors import ApiError, Refusal, common_headers


class CollabDialect:
    """Collaboration's form: one sentence."""

    def render(self, error: ApiError, request_id: str) -> Refusal:
        return Refusal(
            error.status, common_headers(error), fastjson.dumps({"error": error.message})
        )
