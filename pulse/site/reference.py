"""The reference of a product as a page: operations of its OpenAPI document, with tables and samples."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from pulse.http import openapi
from pulse.site import examples, schemas
from pulse.site.examples import Example

METHODS = ("get", "post", "put", "patch", "delete")
MOST_FIELDS = 80
OF_THE_CLIENT = ("Content-Type", "Host")
"""Headers of an example that curl finds out by itself."""
SPELLED = {"Scim": "SCIM", "Api keys": "API keys", "Openapi.json": "OpenAPI"}


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
    body: str
    """A sample of the JSON it takes; empty where it takes none."""
    secured: bool
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of one tag."""

    title: str
    anchor: str
    operations: list[Operation] = field(default_factory=list)


@cache
def sections(product: str) -> list[Section]:
    """The product's operations by tag: tags by title, operations in the order of their paths."""
    document = openapi.document_of(product)
    found: dict[str, Section] = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            tag = (operation.get("tags") or [_tag(path)])[0]
            section = found.setdefault(tag, Section(_title(tag), slugify(tag)))
            example = examples.examples_of(product).get(f"{method.upper()} {path}")
            section.operations.append(_operation(document, method, path, operation, example))
    return sorted(found.values(), key=attrgetter("title"))


def find(product: str, anchor: str) -> Operation | None:
    """The product's operation with this anchor."""
    every = (operation for section in sections(product) for operation in section.operations)
    return next((operation for operation in every if operation.anchor == anchor), None)


def _tag(path: str) -> str:
    words = [word for word in path.split("/") if word and "{" not in word]
    return next((word for word in words if word not in ("api", "v1", "pulse")), "root")


def _title(tag: str) -> str:
    title = tag.replace("-", " ").replace("_", " ").capitalize()
    return SPELLED.get(title, title)


def _operation(
    document: dict[str, Any],
    method: str,
    path: str,
    operation: dict[str, Any],
    example: Example | None,
) -> Operation:
    description = str(operation.get("description", ""))
    summary = str(operation.get("summary", ""))
    body = schemas.json_of(operation.get("requestBody", {}))
    secured = operation.get("security", [{}]) != []
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
        command=_command_of(example, secured) if example else "",
        body=_pretty(example.body if example else schemas.sample(document, body)) if body else "",
        secured=secured,
        answers=[
            _answer(document, status, one, example)
            for status, one in operation.get("responses", {}).items()
        ],
    )


def _parameter(document: dict[str, Any], parameter: dict[str, Any]) -> Member:
    parameter = schemas.resolved(document, parameter)
    return Member(
        name=parameter.get("name", ""),
        type=_type(document, parameter.get("schema", {})),
        required=bool(parameter.get("required")),
        description=str(parameter.get("description", "")),
        where=str(parameter.get("in", "")),
    )


def _answer(
    document: dict[str, Any], status: str, answer: dict[str, Any], example: Example | None
) -> Answer:
    answer = schemas.resolved(document, answer)
    schema = schemas.json_of(answer)
    sample = ""
    if example and example.status == status:
        shown = example.answer
        sample = shown if isinstance(shown, str) else "" if shown is None else _pretty(shown)
    elif schema and status.startswith("2"):
        sample = _pretty(schemas.sample(document, schema))
    return Answer(status, str(answer.get("description", "")), sample)


def _command_of(example: Example, secured: bool) -> str:
    """The curl line of an example, with the reader's own key."""
    verb = "" if example.method == "GET" else f"-X {example.method} "
    lines = [f'curl {verb}"{settings.PULSE_PUBLIC_URL}{example.path}"']
    if secured and "Authorization" not in example.headers:
        lines.append('  -H "Authorization: Bearer $KEY"')
    sent = {name: text for name, text in example.headers.items() if name not in OF_THE_CLIENT}
    lines += [f"  -H '{name}: {text}'" for name, text in sent.items()]
    if isinstance(example.body, str):
        file = re.search(r'filename="([^"]+)"', example.body)
        lines.append(f"  -F file=@{file[1]}" if file else f"  -d '{example.body}'")
    elif example.body is not None:
        lines.append('  -H "Content-Type: application/json"')
        body = json.dumps(example.body, ensure_ascii=False).replace("'", "'\\''")
        lines.append(f"  -d '{body}'")
    return " \\\n".join(lines)


def _type(document: dict[str, Any], schema: dict[str, Any]) -> str:
    schema = schemas.resolved(document, schema)
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
    schema = schemas.resolved(document, schema)
    if schema.get("type") == "array" and depth < schemas.DEEPEST:
        return _members(document, schema.get("items", {}), f"{prefix}[].".lstrip("."), depth + 1)
    rows: list[Member] = []
    required = schema.get("required", [])
    for name, one in schema.get("properties", {}).items():
        resolved = schemas.resolved(document, one)
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
        if resolved.get("type") == "object" and depth < schemas.DEEPEST:
            rows += _members(document, resolved, f"{prefix}{name}.", depth + 1)
        elif resolved.get("type") == "array" and depth < schemas.DEEPEST:
            items = resolved.get("items", {})
            rows += _members(document, items, f"{prefix}{name}[].", depth + 1)
    return rows


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
