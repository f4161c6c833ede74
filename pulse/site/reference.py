"""The reference of a product as a page: operations of its OpenAPI document, with tables and samples."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from pulse.http import openapi

METHODS = ("get", "post", "put", "patch", "delete")
DEEPEST = 3
MOST_FIELDS = 80


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a body, or one parameter. Nested members are dotted."""

    name: str
    type: str
    required: bool
    description: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    description: str
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, ready to be shown."""

    method: str
    path: str
    anchor: str
    title: str
    description: str
    parameters: list[Member]
    members: list[Member]
    command: str
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of one tag."""

    title: str
    anchor: str
    operations: list[Operation] = field(default_factory=list)


@cache
def sections(product: str) -> list[Section]:
    """The product's operations by tag, in the order of their paths."""
    document = openapi.document_of(product)
    found: dict[str, Section] = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            tag = (operation.get("tags") or [_tag(path)])[0]
            section = found.setdefault(
                tag, Section(tag.replace("-", " ").replace("_", " ").capitalize(), slugify(tag))
            )
            section.operations.append(_operation(document, method, path, operation))
    return list(found.values())


def _tag(path: str) -> str:
    words = [word for word in path.split("/") if word and "{" not in word]
    return next((word for word in words if word not in ("api", "v1", "pulse")), "root")


def _operation(
    document: dict[str, Any], method: str, path: str, operation: dict[str, Any]
) -> Operation:
    description = str(operation.get("description", ""))
    summary = str(operation.get("summary", ""))
    body = _json_schema(operation.get("requestBody", {}))
    return Operation(
        method=method.upper(),
        path=path,
        anchor=str(operation.get("operationId") or slugify(f"{method} {path}")),
        title=summary or f"{method.upper()} {path}",
        description=""
        if description.startswith(("GET", "POST", "PATCH", "PUT", "DELETE"))
        and "\n" not in description
        else description,
        parameters=[_parameter(document, one) for one in operation.get("parameters", [])],
        members=_members(document, body)[:MOST_FIELDS] if body else [],
        command=_command(document, method, path, operation, body),
        answers=[
            _answer(document, status, one) for status, one in operation.get("responses", {}).items()
        ],
    )


def _parameter(document: dict[str, Any], parameter: dict[str, Any]) -> Member:
    parameter = _resolved(document, parameter)
    return Member(
        name=parameter.get("name", ""),
        type=_type(document, parameter.get("schema", {})),
        required=bool(parameter.get("required")),
        description=str(parameter.get("description", "")),
        where=str(parameter.get("in", "")),
    )


def _answer(document: dict[str, Any], status: str, answer: dict[str, Any]) -> Answer:
    answer = _resolved(document, answer)
    schema = _json_schema(answer)
    sample = ""
    if schema and status.startswith("2"):
        sample = json.dumps(_sample(document, schema), indent=2, ensure_ascii=False)
    return Answer(status, str(answer.get("description", "")), sample)


def _command(
    document: dict[str, Any],
    method: str,
    path: str,
    operation: dict[str, Any],
    body: dict[str, Any] | None,
) -> str:
    verb = "" if method == "get" else f"-X {method.upper()} "
    lines = [f'curl {verb}"{settings.PULSE_PUBLIC_URL}{path}"']
    if operation.get("security", [{}]) != []:
        lines.append('  -H "Authorization: Bearer $KEY"')
    if body:
        lines.append('  -H "Content-Type: application/json"')
        sample = json.dumps(_sample(document, body), ensure_ascii=False)
        lines.append(f"  -d '{sample}'")
    return " \\\n".join(lines)


def _json_schema(holder: dict[str, Any]) -> dict[str, Any] | None:
    content = holder.get("content", {})
    for kind, media in content.items():
        if "json" in kind and media.get("schema"):
            schema: dict[str, Any] = media["schema"]
            return schema
    return None


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found.get(step, {})
        schema = found
    if len(schema.get("allOf", [])) == 1:
        return _resolved(document, schema["allOf"][0]) | {
            key: value for key, value in schema.items() if key != "allOf"
        }
    return schema


def _type(document: dict[str, Any], schema: dict[str, Any]) -> str:
    schema = _resolved(document, schema)
    kind = schema.get("type", "")
    if isinstance(kind, list):
        kind = " or ".join(str(one) for one in kind)
    if schema.get("enum"):
        return " | ".join(json.dumps(one, ensure_ascii=False) for one in schema["enum"][:8])
    if kind == "array":
        return f"array of {_type(document, schema.get('items', {})) or 'any'}"
    options = schema.get("oneOf") or schema.get("anyOf")
    if options:
        return " or ".join(dict.fromkeys(_type(document, one) or "any" for one in options))
    return f"{kind} ({schema['format']})" if schema.get("format") else str(kind)


def _members(
    document: dict[str, Any], schema: dict[str, Any], prefix: str = "", depth: int = 0
) -> list[Member]:
    schema = _resolved(document, schema)
    if schema.get("type") == "array" and depth < DEEPEST:
        return _members(document, schema.get("items", {}), f"{prefix}[].".lstrip("."), depth + 1)
    rows: list[Member] = []
    required = schema.get("required", [])
    for name, one in schema.get("properties", {}).items():
        resolved = _resolved(document, one)
        if resolved.get("readOnly"):
            continue
        rows.append(
            Member(
                name=f"{prefix}{name}",
                type=_type(document, one),
                required=name in required,
                description=str(resolved.get("description", "")),
            )
        )
        if resolved.get("type") == "object" and depth < DEEPEST:
            rows += _members(document, resolved, f"{prefix}{name}.", depth + 1)
        elif resolved.get("type") == "array" and depth < DEEPEST:
            items = resolved.get("items", {})
            rows += _members(document, items, f"{prefix}{name}[].", depth + 1)
    return rows


def _sample(document: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> Any:
    """A small value of this schema: its example, its default, or something of its type."""
    schema = _resolved(document, schema)
    for known in ("example", "const", "default"):
        if schema.get(known) is not None:
            return schema[known]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("enum"):
        return schema["enum"][0]
    options = schema.get("oneOf") or schema.get("anyOf")
    if options:
        return _sample(document, options[0], depth)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind == "object" or "properties" in schema:
        members = schema.get("properties", {}) if depth < DEEPEST + 1 else {}
        return {name: _sample(document, one, depth + 1) for name, one in members.items()}
    if kind == "array":
        return [_sample(document, schema.get("items", {}), depth + 1)] if depth < DEEPEST else []
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
