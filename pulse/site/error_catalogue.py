"""Every code a caller can meet, found by rendering each refusal in each product's dialect."""

from __future__ import annotations

import inspect
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

from pulse import products
from pulse.errors import ApiError
from pulse.products import ProductConfig


@dataclass(frozen=True, slots=True)
class Code:
    """One code of one product: with which statuses and sentences it comes, and one example body."""

    name: str
    statuses: tuple[int, ...]
    messages: tuple[str, ...]
    example: str


def codes_of(config: ProductConfig) -> list[Code]:
    """The product's codes, by status and name; where a dialect writes no code, by status alone."""
    import_module(config.urls)  # a product's refusals are known once its views are loaded
    found: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for refusal in _refusals(config):
        error = _example(refusal)
        rendered = config.dialect.render(error, "req_01HR3000000000000000000001")
        body = _pretty(rendered.body)
        name = _find(body, "code") or str(rendered.status)
        found[name].append((rendered.status, str(error.message), body))
    codes = [
        Code(
            name,
            tuple(sorted({status for status, _, _ in rows})),
            tuple(dict.fromkeys(message for _, message, _ in rows)),
            rows[0][2],
        )
        for name, rows in found.items()
    ]
    return sorted(codes, key=lambda code: (code.statuses, code.name))


def markdown() -> str:
    """All codes as Markdown, one heading for each, so that each has an address."""
    lines: list[str] = []
    for config in products.installed():
        lines += [f"## {config.title}", ""]
        for code in codes_of(config):
            statuses = ", ".join(str(status) for status in code.statuses)
            lines += [f"### {config.title}: `{code.name}`", "", f"Status {statuses}.", ""]
            lines += [f"- {message}" for message in code.messages]
            lines += ["", "```json", code.example, "```", ""]
    return "\n".join(lines)


def _refusals(config: ProductConfig) -> list[type[ApiError]]:
    """The kernel's refusals and this product's own, in a stable order."""
    everything = [ApiError]
    for one in everything:
        everything += [child for child in one.__subclasses__() if child not in everything]
    mine = [
        one
        for one in everything[1:]
        if one.__module__.split(".")[0] == config.name
        or one.__module__ == "pulse.errors"
        or one.__module__.startswith(("pulse.webhooks.", "pulse.idempotency."))
    ]
    return sorted(mine, key=lambda one: (one.status, one.__module__, one.__name__))


def _example(refusal: type[ApiError]) -> ApiError:
    """An instance; parameters that a refusal insists on get a placeholder of their type."""
    parameters = inspect.signature(refusal.__init__).parameters.values()
    wanted = {
        one.name: _PLACEHOLDERS.get(str(one.annotation), "…")
        for one in parameters
        if one.default is inspect.Parameter.empty
        and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
        and one.name != "self"
    }
    build: Any = refusal
    made: ApiError = build(**wanted)
    return made


_PLACEHOLDERS: dict[str, Any] = {
    "int": 1,
    "float": 1.0,
    "bool": True,
    "datetime": datetime(2026, 4, 20, 10, 12, 3, tzinfo=UTC),
    "date": date(2026, 4, 20),
    "list[str]": [],
    "dict[str, Any]": {},
}


def _pretty(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "replace")


def _find(body: str, member: str) -> str:
    """The first string called ``member`` anywhere in a JSON text; "" where there is none."""

    def walk(value: Any) -> str:
        if not isinstance(value, dict):
            return ""
        if isinstance(value.get(member), str):
            return str(value[member])
        return next((hit for one in value.values() if (hit := walk(one))), "")

    try:
        return walk(json.loads(body))
    except ValueError:
        return ""
