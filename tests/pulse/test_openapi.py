"""The documents: valid, complete, and the ones in the repository."""

from __future__ import annotations

import contextlib
import http.client
import re
from importlib import import_module

import pytest
from django.urls import URLPattern, URLResolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from pulse import products
from tests.support import contract

PRODUCTS = [config.product for config in products.installed()]
HIDDEN = ("/openapi.json",)
ALWAYS_REFUSED = ("POST /api/auth/sign-up/email",)


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_document_is_valid_openapi(product):
    problems = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in OpenAPIV31SpecValidator(contract.document(product)).iter_errors()
    ]
    assert problems == []


def _routes(patterns: list[URLPattern | URLResolver], base: str = "/"):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, base + str(pattern.pattern))
        else:
            yield base + str(pattern.pattern), pattern


def _without_names(path: str) -> str:
    """A route and a documented path, spelled alike: converters and parameter names left out."""
    path = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "{}", path)
    path = re.sub(r"<(?:\w+:)?\w+>|\{\w*\}", "{}", path)
    return re.sub(r"\\Z|[\^$\\?]", "", path).rstrip("/")


def _undocumented(pattern: URLPattern) -> bool:
    """A second spelling of a documented route, or a view that says it is no API."""
    options = getattr(pattern.callback, "initkwargs", {})
    view = getattr(pattern.callback, "cls", None)
    return "schema" in options or getattr(view, "schema", "") is None


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_route_is_documented_and_every_documented_path_has_a_route(product):
    config = products.by_name(product)
    routes = {
        _without_names(route)
        for route, pattern in _routes(import_module(config.urls).urlpatterns)
        if not route.endswith(HIDDEN) and not _undocumented(pattern)
    }
    doors = {_without_names(door.path) for door in config.doors if door.path}
    documented = {_without_names(path) for path in contract.document(product).get("paths", {})}

    assert documented == routes | doors


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_operation_has_an_id_of_its_own_and_says_what_a_success_looks_like(product):
    operations = contract.operations(product)
    ids = [operation.declared.get("operationId") for operation in operations]
    assert [str(one) for one in operations if not one.declared.get("summary")] == []

    assert [one for one in ids if ids.count(one) > 1] == []
    assert [
        str(operation)
        for operation in operations
        if str(operation) not in ALWAYS_REFUSED
        and not any(status[0] in "123" for status in operation.declared["responses"])
    ] == []


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/metrics", "/openapi/hr.json"])
def test_what_only_answers_reads_refuses_other_methods(path, live_server):
    connection = http.client.HTTPConnection("127.0.0.1", live_server.port, timeout=20)
    with contextlib.closing(connection):
        connection.request("POST", path, b"{}")
        answer = connection.getresponse()
        answer.read()

    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]
