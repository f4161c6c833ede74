"""JSON Schemas of the OpenAPI documents: what they refer to, and a small value of each."""

from __future__ import annotations

from typing import Any

DEEPEST = 3


def json_of(holder: dict[str, Any]) -> dict[str, Any] | None:
    content = holder.get("content", {})
    for kind, media in content.items():
        if "json" in kind and media.get("schema"):
            schema: dict[str, Any] = media["schema"]
            return schema
    return None


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found.get(step, {})
        schema = found
    if len(schema.get("allOf", [])) == 1:
        return resolved(document, schema["allOf"][0]) | {
            key: value for key, value in schema.items() if key != "allOf"
        }
    return schema


def sample(document: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> Any:
    """A small value of this schema: its example, its default, or something of its type."""
    schema = resolved(document, schema)
    for known in ("example", "const", "default"):
        if schema.get(known) is not None:
            return schema[known]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return schema["enum"][0]
    options = schema.get("oneOf") or schema.get("anyOf")
    if options:
        return sample(document, options[0], depth)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind == "object" or "properties" in schema:
        members = schema.get("properties", {}) if depth < DEEPEST + 1 else {}
        return {name: sample(document, one, depth + 1) for name, one in members.items()}
    if kind == "array":
        return [sample(document, schema.get("items", {}), depth + 1)] if depth < DEEPEST else []
    return _SCALARS.get(f"{kind} {schema.get('format', '')}".strip(), _SCALARS.get(str(kind)))


_SCALARS: dict[str, Any] = {
    "string": "string",
    "string date-time": "2026-04-20T10:12:03Z",
    "string date": "2026-04-20",
    "string email": "ada@example.com",
    "string uri": "https://example.com",
    "string uuid": "550e8400-e29b-41d4-a716-446655440000",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
}
