"""One OpenAPI 3.1 document per product: its views, its doors, its refusals and its webhooks."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import import_module
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.views import View
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from pulse import products
from pulse.http.answers import answer
from pulse.products import Door, ProductConfig
from pulse.webhooks import events

REFUSALS = {
    "400": "The request is not valid.",
    "401": "No valid key was sent.",
    "403": "The key's scope does not allow this.",
    "404": "Unknown, or another environment's.",
    "405": "The method is not allowed here.",
    "409": "It collides with something stored, or with a concurrent change.",
    "413": "The body is too large.",
    "415": "The content type is not supported.",
    "422": "Well-formed, but it cannot be carried out.",
    "429": "Too many requests; Retry-After says when to come back.",
    "500": "A bug on the server's side, kept as an incident.",
    "503": "Nothing was stored; retry.",
}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class PulseSchema(AutoSchema):
    """Operation ids from view and method, and the product's refusals on every operation.

    A serializer's class attribute ``example`` becomes the example of its schema.
    """

    def get_operation_id(self) -> str:
        name = type(self.view).__name__.removesuffix("View")
        return f"{self.method.lower()}{name}"

    def get_tags(self) -> list[str]:
        words = [word for word in self.path.split("/") if word and "{" not in word]
        return [
            next(
                (word for word in words if word not in ("api", "v1", "pulse", "dashboard")), "root"
            )
        ]

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [] if getattr(self.view, "public", False) else [{"key": []}]

    def _get_request_for_media_type(
        self, serializer: Any, direction: Literal["request", "response"] = "request"
    ) -> tuple[dict[str, Any], bool]:
        """A PATCH takes a part of its body, unless the serializer says that it needs the ``whole``."""
        if self.method == "PATCH" and getattr(serializer, "whole", False):
            return self.resolve_serializer(serializer(), direction).ref, True
        describe: Any = super()._get_request_for_media_type
        described: tuple[dict[str, Any], bool] = describe(serializer, direction)
        return described

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        map_serializer: Any = super()._map_basic_serializer
        schema: dict[str, Any] = map_serializer(serializer, direction)
        example = getattr(serializer, "example", None)
        return schema | {"examples": [example]} if example else schema


def document_of(product: str) -> dict[str, Any]:
    """The document of one product as plain data, made once per process."""
    return json.loads(_document_text(product))


@cache
def _document_text(product: str) -> str:
    config = products.by_name(product)
    make_generator: Any = SchemaGenerator
    generator = make_generator(patterns=import_module(config.urls).urlpatterns)
    document: dict[str, Any] = json.loads(
        json.dumps(generator.get_schema(public=True), default=str)
    )
    document["info"] = {
        "title": f"Pulse {config.title}",
        "version": "1",
        "license": {"name": "MIT"},
    }
    document["servers"] = [{"url": "/"}]
    components = document.setdefault("components", {})
    schemes: dict[str, dict[str, str]] = {"key": {"type": "http", "scheme": "bearer"}}
    if config.user_tokens:
        schemes["userToken"] = schemes["key"] | {"description": config.user_tokens}
    if config.accepts_key_header:
        schemes["keyHeader"] = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    components["securitySchemes"] = schemes
    components.setdefault("schemas", {})["Refusal"] = _error_schema(config)
    # A pattern that also takes a trailing slash is documented without it.
    paths = {name.rstrip("/") or "/": item for name, item in document.get("paths", {}).items()}
    document["paths"] = paths
    _add_doors(paths, config)
    for item in paths.values():
        for method in METHODS:
            if method in item:
                _add_refusals(item[method], config)
                if config.accepts_key_header and {"key": []} in item[method].get("security", []):
                    item[method]["security"] = [{"key": []}, {"keyHeader": []}]
    if config.events:
        document["webhooks"] = _webhooks(config)
    document["paths"] = dict(sorted(paths.items()))
    return json.dumps(document, sort_keys=False)


def _error_schema(config: ProductConfig) -> dict[str, Any]:
    schema: dict[str, Any] = getattr(config.dialect, "schema", {"type": "object"})
    return schema


def _operation_id(door: Door) -> str:
    """The method and the path's own words: two doors may share a handler's name."""
    words = [word for part in door.path.split("/") for word in re.findall(r"\w+", part)]
    named = [word for word in words if word not in ("api", "v1", "pulse")]
    return door.method.lower() + "".join(word[:1].upper() + word[1:] for word in named)


def _add_doors(paths: dict[str, Any], config: ProductConfig) -> None:
    for door in config.doors:
        if not door.path:
            continue
        operation = {
            "operationId": _operation_id(door),
            "security": [{"key": []}],
            "responses": {},
            **door.operation,
        }
        names = [part[1:-1] for part in door.path.split("/") if part.startswith("{")]
        if names and "parameters" not in operation:
            operation["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in names
            ]
        paths.setdefault(door.path, {})[door.method.lower()] = operation


def _add_refusals(operation: dict[str, Any], config: ProductConfig) -> None:
    """Every refusal but those that the dialect says it never writes."""
    never: frozenset[str] = getattr(config.dialect, "never", frozenset())
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    for status, description in REFUSALS.items():
        if status in never:
            continue
        operation.setdefault("responses", {}).setdefault(
            status, {"description": description, "content": content}
        )


def _webhooks(config: ProductConfig) -> dict[str, Any]:
    found = {}
    for event in events.catalogue(config.product).values():
        found[event.type] = {
            "post": {
                "summary": events.description_of(event),
                "requestBody": {
                    "content": {"application/json": {"schema": _event_schema(config, event)}}
                },
                "responses": {
                    "2XX": {"description": "Taken; anything else is retried for 72 hours."}
                },
            }
        }
    return dict(sorted(found.items()))


def _event_schema(config: ProductConfig, event: type[events.Event]) -> dict[str, Any]:
    """The body of a delivery; what ``data`` holds where the event says which resource it is."""
    if config.webhook_form != "pulse" or not event.resource:
        return {"type": "object"}
    return {
        "type": "object",
        "required": ["id", "type", "created_at", "data", "livemode"],
        "properties": {
            "id": {"type": "string"},
            "type": {"type": "string", "const": event.type},
            "created_at": {"type": "string", "format": "date-time"},
            "livemode": {"type": "boolean"},
            "data": {"$ref": f"#/components/schemas/{event.resource}"},
            "previous": {
                "type": "object",
                "description": "The old values of the members that changed",
                "additionalProperties": True,
            },
        },
    }


class DocumentView(View):
    """GET /openapi/{product}.json"""

    def get(self, request: HttpRequest, product: str) -> HttpResponse:
        try:
            return answer(document_of(product))
        except LookupError:
            raise Http404 from None
