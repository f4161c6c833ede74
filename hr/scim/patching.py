"""PATCH operations of RFC 7644, section 3.5.2, on a plain document. Pure."""

from __future__ import annotations

import copy
import re
from typing import Any

from hr.scim.errors import ScimInvalid
from hr.scim.schemas import ENTERPRISE, GROUP, USER

NAMES = {
    name.lower(): name
    for name in (
        "userName", "externalId", "name", "formatted", "familyName", "givenName", "displayName",
        "title", "active", "emails", "value", "type", "primary", "department", "members", "$ref",
        "display", "schemas", "id", "meta", "groups", "manager",
    )
}  # fmt: skip
PATH = re.compile(
    r"(?P<name>[$\w]+)"
    r'(?:\[\s*(?P<by>[$\w]+)\s+eq\s+(?P<wanted>"(?:[^"\\]|\\.)*"|true|false)\s*\])?'
    r"(?:\.(?P<sub>[$\w]+))?",
    re.IGNORECASE,
)
MANY = frozenset({"emails", "members"})
Document = dict[str, Any]


def canonical(name: str) -> str:
    """Attribute names are case-insensitive."""
    return NAMES.get(name.lower(), name)


def normal(value: Any) -> Any:
    """The value with canonical attribute names; extension URNs stay as they are."""
    if isinstance(value, dict):
        return {
            (name if name.startswith("urn:") else canonical(name)): normal(one)
            for name, one in value.items()
        }
    return [normal(one) for one in value] if isinstance(value, list) else value


def apply(document: Document, operations: Any) -> Document:
    """A changed copy of ``document``. Raises ScimInvalid."""
    if not isinstance(operations, list) or not 1 <= len(operations) <= 1000:
        raise ScimInvalid("Operations must be a list of 1 to 1,000", "invalidSyntax")
    changed = copy.deepcopy(document)
    for operation in operations:
        if not isinstance(operation, dict):
            raise ScimInvalid("an operation must be an object", "invalidSyntax")
        kind = str(operation.get("op", "")).lower()
        if kind not in ("add", "replace", "remove"):
            raise ScimInvalid("op must be add, replace or remove", "invalidSyntax")
        path = operation.get("path")
        value = normal(operation.get("value"))
        if path is None:
            _merge(changed, kind, value)
        elif isinstance(path, str):
            _at(changed, kind, path, value)
        else:
            raise ScimInvalid("path must be a string", "invalidPath")
    return changed


def _merge(document: Document, kind: str, value: Any) -> None:
    if kind == "remove":
        raise ScimInvalid("remove needs a path", "noTarget")
    if not isinstance(value, dict):
        raise ScimInvalid("without a path the value must be an object")
    for name, one in value.items():
        _at(document, kind, name, one)


def _at(document: Document, kind: str, path: str, value: Any) -> None:
    for urn in (USER, GROUP):
        path = path.removeprefix(f"{urn}:")
    if path.startswith(ENTERPRISE):
        rest = path.removeprefix(ENTERPRISE).lstrip(":")
        if not rest:
            _set(document, kind, ENTERPRISE, value)
            return
        document = document.setdefault(ENTERPRISE, {})
        path = rest
    found = PATH.fullmatch(path)
    if found is None:
        raise ScimInvalid(f"path {path[:100]!r} is not understood", "invalidPath")
    name, sub = canonical(found["name"]), found["sub"] and canonical(found["sub"])
    if found["by"]:
        _among(document, kind, name, (canonical(found["by"]), literal(found["wanted"]), sub), value)
    elif sub:
        _set_sub(document, kind, name, sub, value)
    else:
        _set(document, kind, name, value)


def _set(document: Document, kind: str, name: str, value: Any) -> None:
    if kind == "remove":
        if value and name in MANY:  # some providers name the values to remove instead of a filter
            gone = [_key(one) for one in _listed(value)]
            document[name] = [one for one in document.get(name, []) if _key(one) not in gone]
        else:
            document.pop(name, None)
    elif kind == "add" and name in MANY:
        old = document.get(name, [])
        fresh = [one for one in _listed(value) if _key(one) not in [_key(two) for two in old]]
        document[name] = [*_without_primary(old, fresh), *fresh]
    elif name in MANY:
        document[name] = _listed(value)
    elif isinstance(value, dict) and isinstance(document.get(name), dict):
        document[name] = {**document[name], **value}
    else:
        document[name] = value


def _set_sub(document: Document, kind: str, name: str, sub: str, value: Any) -> None:
    held = document.get(name)
    targets = held if isinstance(held, list) else [document.setdefault(name, {})]
    if name in MANY and not held and kind != "remove":
        targets = document[name] = [{}]
    for target in targets:
        if kind == "remove":
            target.pop(sub, None)
        else:
            target[sub] = value
    if isinstance(held, dict) and not held:
        document.pop(name)


def _among(
    document: Document, kind: str, name: str, choice: tuple[str, Any, str | None], value: Any
) -> None:
    by, wanted, sub = choice
    rows = document.get(name) or []
    chosen = [row for row in rows if _same(row.get(by), wanted)]
    if kind == "remove" and sub is None:
        document[name] = [row for row in rows if row not in chosen]
        return
    if not chosen and kind == "remove":
        return
    if not chosen:
        chosen = [{by: wanted}]
        document[name] = [*rows, *chosen]
    for row in chosen:
        if sub is None:
            row.update(value if isinstance(value, dict) else {"value": value})
        elif kind == "remove":
            row.pop(sub, None)
        else:
            row[sub] = value


def _without_primary(old: list[Any], fresh: list[Any]) -> list[Any]:
    """At most one value is primary: a new one takes it from the old."""
    if not any(isinstance(one, dict) and one.get("primary") for one in fresh):
        return old
    return [{**one, "primary": False} if one.get("primary") else one for one in old]


def _listed(value: Any) -> list[Any]:
    listed = value if isinstance(value, list) else [value]
    if any(not isinstance(one, dict) for one in listed):
        raise ScimInvalid("a value of this attribute must be an object")
    return listed


def _key(one: Any) -> Any:
    return one.get("value") or one.get("$ref", "").rpartition("/")[2]


def _same(held: Any, wanted: Any) -> bool:
    if isinstance(held, str) and isinstance(wanted, str):
        return held.casefold() == wanted.casefold()
    return bool(held == wanted)


def literal(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
