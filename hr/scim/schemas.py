"""What the discovery endpoints say: which attributes exist, and what the service can do."""

from __future__ import annotations

from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
MAX_RESULTS = 200


def _attribute(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    described = {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": name,
        "required": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    }
    if kind == "string":
        described["caseExact"] = False
    return {**described, **more}


def schemas() -> list[dict[str, Any]]:
    """Every schema, in the form of the Schemas endpoint."""
    user = [
        _attribute("userName", required=True, uniqueness="server"),
        _attribute(
            "name",
            "complex",
            subAttributes=[
                _attribute("formatted"),
                _attribute("familyName"),
                _attribute("givenName"),
            ],
        ),
        _attribute("displayName"),
        _attribute("title"),
        _attribute("active", "boolean"),
        _attribute(
            "emails",
            "complex",
            multiValued=True,
            subAttributes=[
                _attribute("value"),
                _attribute("type"),
                _attribute("primary", "boolean"),
            ],
        ),
    ]
    members = _attribute(
        "members",
        "complex",
        multiValued=True,
        subAttributes=[
            _attribute("value", mutability="immutable"),
            _attribute("$ref", "reference", referenceTypes=["User"], mutability="immutable"),
        ],
    )
    manager = _attribute("manager", "complex", subAttributes=[_attribute("value")])
    return [
        _schema(USER, "User", user),
        _schema(ENTERPRISE, "EnterpriseUser", [_attribute("department"), manager]),
        _schema(GROUP, "Group", [_attribute("displayName", required=True), members]),
    ]


def _schema(urn: str, name: str, attributes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schemas": [SCHEMA],
        "id": urn,
        "name": name,
        "description": name,
        "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": f"/scim/v2/Schemas/{urn}"},
    }


def resource_types() -> list[dict[str, Any]]:
    rows: tuple[tuple[str, str, str, list[str]], ...] = (
        ("User", "/Users", USER, [ENTERPRISE]),
        ("Group", "/Groups", GROUP, []),
    )
    return [
        {
            "schemas": [RESOURCE_TYPE],
            "id": name,
            "name": name,
            "endpoint": endpoint,
            "description": name,
            "schema": schema,
            "schemaExtensions": [{"schema": one, "required": False} for one in extensions],
            "meta": {"resourceType": "ResourceType", "location": f"/scim/v2/ResourceTypes/{name}"},
        }
        for name, endpoint, schema, extensions in rows
    ]


def service_provider_config() -> dict[str, Any]:
    return {
        "schemas": [CONFIG],
        "documentationUri": None,
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MAX_RESULTS},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": False},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer key",
                "description": "An API key with the scope write:scim",
                "primary": True,
            }
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": "/scim/v2/ServiceProviderConfig",
        },
    }
