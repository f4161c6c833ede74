"""Answers held to a product's OpenAPI document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.http import HttpResponse
from jsonschema import Draft202012Validator

from tests.support.templates import ROOT

METHODS = ("get", "post", "put", "patch", "delete")
OURS = re.compile(r"X-Ra|X-Request|Idempotent-|Retry-|ETag")
"""Headers of an answer that the document must name."""
COMPLETE = frozenset({"hr"})
"""Products whose documents name every member of an answer: one that is not named is a failure."""


@dataclass(frozen=True, slots=True)
class Operation:
    product: str
    method: str
    """In upper case."""
    path: str
    """Templated, as documented."""
    declared: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def document(product: str) -> dict[str, Any]:
    """The product's OpenAPI document as committed; `make check` holds it equal to the code's."""
    text = (ROOT / "docs" / "openapi" / f"{product}.json").read_bytes()
    found: dict[str, Any] = orjson.loads(text)
    return found


@cache
def components(product: str) -> dict[str, Any]:
    """The document's components, as answers are held to them."""
    found: dict[str, Any] = document(product).get("components", {})
    return _closed(found) if product in COMPLETE else found


def _closed(schema: Any) -> Any:
    """The schema with every object closed that does not say it is open."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(one) for name, one in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


@cache
def operations(product: str) -> tuple[Operation, ...]:
    return tuple(
        Operation(product, method.upper(), path, declared)
        for path, item in sorted(document(product).get("paths", {}).items())
        for method, declared in item.items()
        if method in METHODS
    )


@cache
def _patterns(product: str) -> tuple[tuple[re.Pattern[str], int, Operation], ...]:
    rows = []
    for operation in operations(product):
        literal = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation.path))
        rows.append((re.compile(literal + "/?"), operation.path.count("{"), operation))
    return tuple(sorted(rows, key=lambda row: row[1]))


def find(product: str, method: str, path: str) -> Operation | None:
    """The documented operation a request belongs to; literal segments win over templated ones."""
    path = path.partition("?")[0]
    for pattern, _, operation in _patterns(product):
        if operation.method == method and pattern.fullmatch(path):
            return operation
    return None


def check(product: str, method: str, path: str, response: HttpResponse) -> None:
    """Fail where an answer is not what the document promises.

    A success must be documented, with its body. A refusal is checked where its status is documented.
    """
    operation = find(product, method, path)
    if operation is None:
        assert response.status_code >= 400, f"{method} {path} succeeds but is not documented"
        return
    responses = operation.declared.get("responses", {})
    status = str(response.status_code)
    declared = responses.get(status) or responses.get(f"{status[0]}XX")
    if declared is None:
        assert response.status_code >= 300, f"{operation} answers {status}, which is not documented"
        return
    declared = _resolved(product, declared)
    unknown = {name for name in response.headers if OURS.match(name)} - set(
        declared.get("headers", ())
    )
    assert not unknown, f"{operation} {status} has undocumented headers: {unknown}"
    schema = _schema(product, declared, str(response.headers.get("Content-Type", "")))
    if schema is None:
        return
    problems = [
        f"{'.'.join(map(str, error.absolute_path)) or 'the body'}: {error.message[:200]}"
        for error in Draft202012Validator(schema).iter_errors(response.json())
    ]
    assert not problems, f"{operation} {status} differs from its schema: {problems[:5]}"


def _resolved(product: str, declared: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in declared:
        return declared
    found: dict[str, Any] = components(product)["responses"][declared["$ref"].split("/")[-1]]
    return found


def check_event(product: str, body: dict[str, Any]) -> None:
    """Fail where a webhook's body is not what the document promises."""
    declared = document(product)["webhooks"][body["type"]]["post"]["requestBody"]
    schema = declared["content"]["application/json"]["schema"]
    if product in COMPLETE:
        schema = _closed(schema)
    found = Draft202012Validator({**schema, "components": components(product)}).iter_errors(body)
    problems = [f"{'.'.join(map(str, one.absolute_path))}: {one.message[:200]}" for one in found]
    assert not problems, f"{body['type']} differs from its schema: {problems[:5]}"


def _schema(product: str, declared: dict[str, Any], content_type: str) -> dict[str, Any] | None:
    media = declared.get("content", {}).get(content_type.partition(";")[0])
    if not media or not re.match(r"[^;]+[/+]json\b", content_type) or not media.get("schema"):
        return None
    return {**media["schema"], "components": components(product)}
