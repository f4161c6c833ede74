"""A person as a SCIM user and back, a department as a group. Pure.

What a provider wrote is kept word for word beside the person, because one full name cannot give
back a given name, a family name and a display name. Where the person was changed elsewhere since,
the person wins.
"""

from __future__ import annotations

from typing import Any

from hr.addresses import EMAIL, LONGEST, storable
from hr.models import Department, Employee
from hr.scim.errors import ScimInvalid
from hr.scim.patching import Document, normal
from hr.scim.schemas import ENTERPRISE, GROUP, USER
from pulse import strictjson
from pulse.times import utc_seconds

WRITABLE = (
    "userName",
    "externalId",
    "name",
    "displayName",
    "title",
    "active",
    "emails",
    ENTERPRISE,
)
MAX_TEXT = {"userName": 254, "externalId": 255, "displayName": 200, "title": 120}
NO_MAIL = "scim.invalid"


def user_document(employee: Employee) -> Document:
    """The attributes that a provider may write, as they stand now."""
    kept = employee.scim.get("document")
    document: Document = dict(kept) if kept else _derived(employee)
    if kept and employee.email != employee.scim["email"]:
        document["emails"] = [{"value": employee.email, "type": "work", "primary": True}]
    if kept and employee.full_name != employee.scim["full_name"]:
        document["displayName"] = employee.full_name
        document.pop("name", None)
    _put(document, "title", employee.role)
    extension: Document = {}
    _put(extension, "department", employee.department)
    _put(extension, "manager", {"value": employee.manager.public_id} if employee.manager else None)
    _put(document, ENTERPRISE, extension or None)
    if not kept or "active" in kept or employee.offboarded_at is not None:
        document["active"] = employee.offboarded_at is None
    return document


def _derived(employee: Employee) -> Document:
    return {
        "userName": employee.user_name or employee.email,
        "displayName": employee.full_name,
        "emails": [{"value": employee.email, "type": "work", "primary": True}],
    }


def _put(document: Document, name: str, value: Any) -> None:
    if value is None:
        document.pop(name, None)
    else:
        document[name] = value


def with_manager_of(document: Document, employee: Employee) -> Document:
    """The document with the manager that the person has, unless it names one.

    Many providers replace whole users and map no managers: a replacement without one says nothing
    about it, and only a PATCH takes a manager away.
    """
    held = user_document(employee).get(ENTERPRISE, {}).get("manager")
    if held is None or "manager" in document.get(ENTERPRISE, {}):
        return document
    return {**document, ENTERPRISE: {**document.get(ENTERPRISE, {}), "manager": held}}


def user_resource(employee: Employee, base: str) -> Document:
    document = user_document(employee)
    return {
        "schemas": [USER, *([ENTERPRISE] if ENTERPRISE in document else [])],
        "id": employee.public_id,
        **document,
        "meta": {
            "resourceType": "User",
            "created": utc_seconds(employee.created_at),
            "lastModified": utc_seconds(employee.updated_at),
            "location": f"{base}/Users/{employee.public_id}",
        },
    }


def group_document(department: Department, members: list[Employee]) -> Document:
    document: Document = {"displayName": department.name}
    if department.external_id:
        document["externalId"] = department.external_id
    if members:
        document["members"] = [{"value": one.public_id} for one in members]
    return document


def group_resource(department: Department, members: list[Employee], base: str) -> Document:
    document = group_document(department, members)
    for member in document.get("members", []):
        member["$ref"] = f"{base}/Users/{member['value']}"
    return {
        "schemas": [GROUP],
        "id": department.public_id,
        **document,
        "meta": {"resourceType": "Group", "location": f"{base}/Groups/{department.public_id}"},
    }


def written(body: Any) -> Document:
    """The writable attributes of a body, checked. Raises ScimInvalid.

    Unknown attributes are ignored, as the RFC allows; null and empty lists are the same as absent.
    """
    if not isinstance(body, dict):
        raise ScimInvalid("the body must be an object", "invalidSyntax")
    body = normal(body)
    document = {name: body[name] for name in WRITABLE if body.get(name) not in (None, [], {})}
    user_name = document.get("userName")
    if not isinstance(user_name, str) or not user_name.strip():
        raise ScimInvalid("userName is required")
    if not storable(user_name):
        raise ScimInvalid(f"userName must have at most {LONGEST} characters")
    for name, longest in MAX_TEXT.items():
        document.pop(name) if document.get(name) == "" else None
        _check_text(name, document.get(name), longest)
    if "active" in document:
        document["active"] = _boolean(document["active"])
    _check_name(document)
    _check_emails(document)
    _check_enterprise(document)
    return document


def _check_text(name: str, value: Any, longest: int) -> None:
    if value is None:
        return
    if not isinstance(value, str) or not strictjson.storable(value) or len(value) > longest:
        raise ScimInvalid(f"{name} must be a string of at most {longest} characters")


def _boolean(value: Any) -> bool:
    """Some providers write "False"."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise ScimInvalid("active must be a boolean")
    return value


def _check_name(document: Document) -> None:
    name = document.get("name")
    if name is None:
        return
    if not isinstance(name, dict):
        raise ScimInvalid("name must be an object")
    document["name"] = {
        part: name[part] for part in ("formatted", "familyName", "givenName") if name.get(part)
    }
    for part, value in document["name"].items():
        _check_text(f"name.{part}", value, 200)
    _put(document, "name", document["name"] or None)


def _check_emails(document: Document) -> None:
    emails = document.get("emails", [])
    if not isinstance(emails, list) or any(not isinstance(one, dict) for one in emails):
        raise ScimInvalid("emails must be a list of objects")
    kept = []
    for one in emails[:20]:
        _check_text("emails.value", one.get("value"), 254)
        _check_text("emails.type", one.get("type"), 100)
        row = {part: one[part] for part in ("value", "type") if one.get(part)}
        if one.get("primary") is not None:
            row["primary"] = _boolean(one["primary"])
        kept.append(row)
    _put(document, "emails", kept or None)


def _check_enterprise(document: Document) -> None:
    extension = document.get(ENTERPRISE)
    if extension is None:
        return
    if not isinstance(extension, dict):
        raise ScimInvalid("the enterprise extension must be an object")
    department, manager = extension.get("department"), extension.get("manager")
    _check_text("department", department, 120)
    if isinstance(manager, str):  # some providers write the id alone
        manager = {"value": manager}
    if manager is not None and not isinstance(manager, dict):
        raise ScimInvalid("manager must be an object")
    manager_id = (manager or {}).get("value")
    _check_text("manager.value", manager_id, 60)
    kept: Document = {}
    _put(kept, "department", department or None)
    _put(kept, "manager", {"value": manager_id} if manager_id else None)
    _put(document, ENTERPRISE, kept or None)


def address_of(document: Document) -> str:
    """The primary address, else the first, else the user name if it is one."""
    values = sorted(
        (one for one in document.get("emails", []) if _is_address(one.get("value", ""))),
        key=lambda one: not one.get("primary", False),
    )
    if values:
        return str(values[0]["value"])
    user_name = str(document["userName"])
    return user_name if _is_address(user_name) else f"{_slug(user_name)}@{NO_MAIL}"


def _is_address(text: str) -> bool:
    return EMAIL.fullmatch(text) is not None and storable(text)


def _slug(text: str) -> str:
    return "".join(one if one.isalnum() else "-" for one in text)[:64]


def full_name_of(document: Document) -> str:
    name = document.get("name", {})
    both = " ".join(name[part] for part in ("givenName", "familyName") if name.get(part))
    text = document.get("displayName") or name.get("formatted") or both or document["userName"]
    return str(text)[:200]
