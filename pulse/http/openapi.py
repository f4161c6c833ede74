"""One OpenAPI 3.1 document per product: its views, its doors, its refusals and its webhooks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from copy import deepcopy
from functools import cache
from importlib import import_module
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.views import View
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from pulse import products
from pulse.http.answers import answer
from pulse.http.idempotency import MAX_KEY
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
REQUEST_ID = {
    "X-Request-Id": {
        "description": "Names this request in the request log and in the server's own.",
        "schema": {"type": "string"},
    }
}
RATE_LIMIT = {
    "X-RateLimit-Limit": {
        "description": "How many requests the bucket holds.",
        "schema": {"type": "integer"},
    },
    "X-RateLimit-Remaining": {
        "description": "How many of them are left.",
        "schema": {"type": "integer"},
    },
    "X-RateLimit-Reset": {
        "description": "When the bucket is full again.",
        "schema": {"type": ["string", "integer"]},
    },
}
RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
}
REPLAYED = {
    "Idempotent-Replayed": {
        "description": "`true` on the answer of an earlier request with the same key.",
        "schema": {"type": "string", "const": "true"},
    }
}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="A repetition with the same key and body within a day gets the first one's answer.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of what was read, or *: where it has changed since, the answer is 409.",
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="Names this state, for If-None-Match and, where it is taken, If-Match.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="An ETag: while it names what is there, the answer is 304, which costs no quota.",
)
NOT_MODIFIED: dict[str, Any] = {"description": "It is as If-None-Match says."}


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

    def get_override_parameters(self) -> list[Any]:
        handler = getattr(self.view, self.method.lower(), None)
        given: list[Any] = list(super().get_override_parameters())
        if hasattr(handler, "takes_idempotency_key"):
            given.append(IDEMPOTENCY_KEY)
        if self.method == "GET" and getattr(self.view, "reads_carry_etag", False):
            given += [IF_NONE_MATCH, ETAG]
        return given

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
    if config.basic_below:
        schemes["keyAsUser"] = {"type": "http", "scheme": "basic"}
    components["securitySchemes"] = schemes
    components.setdefault("schemas", {})["Refusal"] = _error_schema(config)
    components["headers"] = REQUEST_ID | RATE_LIMIT | RETRY_AFTER | REPLAYED
    components["responses"] = _refusals(config)
    # A pattern that also takes a trailing slash is documented without it.
    paths = {name.rstrip("/") or "/": item for name, item in document.get("paths", {}).items()}
    document["paths"] = paths
    _add_doors(paths, config)
    for name, item in paths.items():
        for method in METHODS:
            if method in item:
                _add_answers(item[method], config)
                if config.basic_below and name.startswith(config.basic_below):
                    item[method]["security"] = [{"key": []}, {"keyAsUser": []}]
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
            **deepcopy(door.operation),
        }
        names = [part[1:-1] for part in door.path.split("/") if part.startswith("{")]
        if names and "parameters" not in operation:
            operation["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in names
            ]
        paths.setdefault(door.path, {})[door.method.lower()] = operation


def _references(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _on_every_answer(config: ProductConfig) -> list[str]:
    return [*REQUEST_ID, *(RATE_LIMIT if config.rate_limit_policy else ())]


def _refusals(config: ProductConfig) -> dict[str, Any]:
    """Every refusal but those that the dialect says it never writes, as components by status."""
    never: frozenset[str] = getattr(config.dialect, "never", frozenset())
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    return {
        f"Refusal{status}": {
            "description": description,
            "headers": _references(
                [*_on_every_answer(config), *(RETRY_AFTER if status in ("429", "503") else ())]
            ),
            "content": content,
        }
        for status, description in REFUSALS.items()
        if status not in never
    }


def _add_answers(operation: dict[str, Any], config: ProductConfig) -> None:
    """Add the refusals that every operation may answer, and the headers of what it names itself."""
    taken = {one.get("name") for one in operation.get("parameters", [])}
    idempotent = IDEMPOTENCY_KEY.name in taken
    answers = operation.setdefault("responses", {})
    if IF_NONE_MATCH.name in taken:
        answers["304"] = NOT_MODIFIED | {"headers": dict(answers["200"]["headers"])}
    for status, one in answers.items():
        replayed = REPLAYED if idempotent and status.startswith("2") else ()
        names = [*_on_every_answer(config), *replayed]
        one["headers"] = _references(names) | one.get("headers", {})
    for name in _refusals(config):
        answers.setdefault(name.removeprefix("Refusal"), {"$ref": f"#/components/responses/{name}"})


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
