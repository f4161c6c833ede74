"""How this product writes a refusal: ``{"error": "<sentence>"}``."""

from __future__ import annotations

from typing import Any, ClassVar

from pulse import fastjson
from pulse.errors import ApiError, InvalidInput, Refusal, Unauthenticated, common_headers


class CollabDialect:
    """One sentence, which names the first wrong member where the refusal itself names none."""

    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string"}},
    }

    def render(self, error: ApiError, request_id: str) -> Refusal:
        return Refusal(
            error.status, common_headers(error), fastjson.dumps({"error": sentence(error)})
        )


def sentence(error: ApiError) -> str:
    if type(error) is Unauthenticated and error.message == Unauthenticated.message:
        return "Invalid or missing secret key"
    if error.fields and error.message == InvalidInput.message:
        first = error.fields[0]
        return f"{first.field}: {first.reason}"
    return error.message
