"""SCIM in the OpenAPI document: JSON Schemas made from what the discovery endpoints describe."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from hr.scim.errors import MEDIA_TYPE
from hr.scim.schemas import ENTERPRISE, GROUP, LIST, USER, schemas
from pulse.http.openapi import REFUSALS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
URNS: Schema = {"type": "array", "items": TEXT}
TYPES: dict[str, Schema] = {
    "string": TEXT,
    "reference": TEXT,
    "boolean": {"type": "boolean"},
}
META: Schema = {
    "type": "object",
    "required": ["resourceType", "location"],
    "properties": {
        "resourceType": TEXT,
        "location": TEXT,
        "created": {"type": "string", "format": "date-time"},
        "lastModified": {"type": "string", "format": "date-time"},
    },
}
OPEN: Schema = {"type": "object", "additionalProperties": True}
"""Descriptions of the service, which RFC 7643 spells out."""
OPERATIONS: Schema = {
    "type": "object",
    "required": ["Operations"],
    "properties": {
        "Operations": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "items": {
                "type": "object",
                "required": ["op"],
                "properties": {"op": TEXT, "path": TEXT, "value": {}},
            },
        }
    },
}
SEARCH: Schema = {
    "type": "object",
    "properties": {"filter": {}, "startIndex": {}, "count": {}, "attributes": {}},
}
CHOSEN = [
    OpenApiParameter(name, OpenApiTypes.STR, description="Names, separated by commas")
    for name in ("attributes", "excludedAttributes")
]
PAGE = [
    OpenApiParameter("filter", OpenApiTypes.STR, description='userName eq "ada"'),
    OpenApiParameter("startIndex", OpenApiTypes.INT, description="From 1"),
    OpenApiParameter("count", OpenApiTypes.INT, description="200 at most"),
    *CHOSEN,
]


class ScimRefusal(serializers.Serializer[Any]):
    """SCIM's own form of a refusal."""

    schemas = serializers.ListField(child=serializers.CharField())
    status = serializers.CharField()
    scimType = serializers.CharField(required=False)  # noqa: N815 -- SCIM's spelling
    detail = serializers.CharField()


def _attributes(urn: str) -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = next(one for one in schemas() if one["id"] == urn)[
        "attributes"
    ]
    return described


def _properties(attributes: list[dict[str, Any]]) -> Schema:
    properties: Schema = {}
    for attribute in attributes:
        schema = TYPES.get(attribute["type"]) or {
            "type": "object",
            "properties": _properties(attribute["subAttributes"]),
        }
        if attribute["multiValued"]:
            schema = {"type": "array", "items": schema}
        properties[attribute["name"]] = schema
    return properties


def _resource(urn: str, **extensions: Schema) -> Schema:
    """A resource as it is answered; ``attributes`` may leave all but its id out."""
    return {
        "type": "object",
        "required": ["schemas", "id"],
        "properties": {
            "schemas": URNS,
            "id": TEXT,
            "externalId": TEXT,
            **_properties(_attributes(urn)),
            **extensions,
            "meta": META,
        },
    }


def _written(urn: str) -> Schema:
    """What a provider sends: other attributes are ignored, and null is the same as absent."""
    attributes = _attributes(urn)
    return {
        "type": "object",
        "required": [one["name"] for one in attributes if one["required"]],
        "properties": {
            one["name"]: {"type": "string", "minLength": 1} if one["required"] else {}
            for one in attributes
        },
    }


def page_of(*resources: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["schemas", "totalResults", "startIndex", "itemsPerPage", "Resources"],
        "properties": {
            "schemas": {"type": "array", "items": {"type": "string", "enum": [LIST]}},
            "totalResults": {"type": "integer"},
            "startIndex": {"type": "integer"},
            "itemsPerPage": {"type": "integer"},
            "Resources": {
                "type": "array",
                "items": resources[0] if len(resources) == 1 else {"anyOf": list(resources)},
            },
        },
    }


USER_OUT = _resource(
    USER, **{ENTERPRISE: {"type": "object", "properties": _properties(_attributes(ENTERPRISE))}}
)
GROUP_OUT = _resource(GROUP)
USER_IN, GROUP_IN = _written(USER), _written(GROUP)


def operation(
    *,
    sent: Schema | None = None,
    answers: Schema | None = None,
    status: int = 200,
    parameters: list[OpenApiParameter] | None = None,
) -> dict[str, Any]:
    """The arguments of ``extend_schema`` for one operation; ``answers`` None is an empty answer."""
    found = OpenApiResponse(answers, "Done") if answers else None
    responses: dict[Any, Any] = {(status, MEDIA_TYPE) if answers else status: found}
    for refused, description in REFUSALS.items():
        responses[refused, MEDIA_TYPE] = OpenApiResponse(ScimRefusal, description)
    return {
        "request": {MEDIA_TYPE: sent} if sent else None,
        "responses": responses,
        "parameters": parameters or [],
    }
