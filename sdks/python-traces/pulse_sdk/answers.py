"""What a provider answered, as JSON and as the members of a trace."""

from __future__ import annotations

import math
from typing import Any

DEEPEST = 30
DEEPEST_OBJECT = (
    4  # of objects that only have attributes: they may be anything, and know each other
)
ABSENT = ("NotGiven", "Omit")  # how providers' clients call an argument that was not passed
FINISHED = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "tool_use": "tool_calls",
}


def plain(value: Any, depth: int = 0) -> Any:
    """Provider objects as JSON; what is none is written as its representation."""
    if value is None or isinstance(value, (str, int, bool)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if depth > DEEPEST or isinstance(value, type):
        return repr(value)
    if isinstance(value, dict):
        return {
            str(key): plain(one, depth + 1)
            for key, one in value.items()
            if type(one).__name__ not in ABSENT
        }
    if isinstance(value, (list, tuple)):
        return [plain(one, depth + 1) for one in value]
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return plain(dump(), depth + 1)
    if depth <= DEEPEST_OBJECT and hasattr(value, "__dict__"):
        members = {key: one for key, one in vars(value).items() if not key.startswith("_")}
        return plain(members, depth + 1)
    return repr(value)


def members(answer: Any) -> dict[str, Any]:
    """What a trace says of a successful call; a member that is not known is None."""
    body = plain(answer)
    body = body if isinstance(body, dict) else {"value": body}
    usage = body.get("usage")
    return {
        "response_body": body,
        "model_used": body.get("model"),
        "provider_request_id": body.get("id"),
        "input_tokens": _count(usage, "prompt_tokens", "input_tokens"),
        "output_tokens": _count(usage, "completion_tokens", "output_tokens"),
        "output_text": _text(body),
        "finish_reason": _finish(body),
    }


def cost_cents(body: dict[str, Any]) -> float | None:
    """What OpenRouter says a call cost, in cents."""
    usage = body.get("usage")
    cost = usage.get("cost") if isinstance(usage, dict) else None
    return cost * 100 if isinstance(cost, (int, float)) else None


def _count(usage: Any, *names: str) -> int | None:
    found = (usage.get(name) for name in names) if isinstance(usage, dict) else ()
    return next((one for one in found if isinstance(one, int)), None)


def _first_choice(body: dict[str, Any]) -> dict[str, Any] | None:
    choices = body.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return choices[0]
    return None


def _text(body: dict[str, Any]) -> str | None:
    choice = _first_choice(body)
    if choice is not None:
        message = choice.get("message")
        content = message.get("content") if isinstance(message, dict) else None
        return content if isinstance(content, str) else None
    for name in ("content", "output"):
        if isinstance(body.get(name), list):
            texts = [part for block in body[name] for part in _texts(block)]
            return "".join(texts) or None
    return None


def _texts(block: Any) -> list[str]:
    if not isinstance(block, dict):
        return []
    if isinstance(block.get("text"), str):
        return [block["text"]]
    nested = block.get("content")
    return [text for one in nested for text in _texts(one)] if isinstance(nested, list) else []


def _finish(body: dict[str, Any]) -> str | None:
    choice = _first_choice(body)
    reason = body.get("stop_reason") if choice is None else choice.get("finish_reason")
    return FINISHED.get(reason, reason) if isinstance(reason, str) else None
