"""Custom fields: their definitions, and the check of a person's values against them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from hr.errors import check_fixed, invalid, unprocessable
from hr.models import CustomField
from hr.selectors import employees as selectors
from pulse.errors import Conflict, FieldError, InvalidInput
from pulse.tenancy.models import Environment

MAX_FIELDS = 50


def merged(
    environment: Environment, stored: dict[str, Any], changes: dict[str, Any]
) -> dict[str, Any]:
    """``stored`` with ``changes`` merged key by key; None deletes a key.

    Once an environment declares fields, only declared ones of their type are taken, and required
    ones must remain. Raises InvalidInput above 50 keys, Unprocessable.
    """
    values = {**stored, **changes}
    values = {key: value for key, value in values.items() if value is not None}
    if len(values) > MAX_FIELDS:
        reason = f"may hold at most {MAX_FIELDS} keys"
        raise InvalidInput(f"custom_fields {reason}", fields=[FieldError("custom_fields", reason)])
    declared = {field.key: field for field in selectors.custom_fields(environment)}
    if declared:
        _check(values, changes, declared)
    return values


def _check(
    values: dict[str, Any], changes: dict[str, Any], declared: dict[str, CustomField]
) -> None:
    for key, value in changes.items():
        if key not in declared:
            if value is None:
                continue
            raise unprocessable(f"custom_fields.{key} is not declared", f"custom_fields.{key}")
        if value is not None and not _fits(value, declared[key]):
            raise unprocessable(
                f"custom_fields.{key} is not {_wanted(declared[key])}", f"custom_fields.{key}"
            )
    missing = [key for key, field in declared.items() if field.required and key not in values]
    if missing:
        named = [f"custom_fields.{key}" for key in missing]
        raise unprocessable(f"{', '.join(named)} is required", *named)


def differing(stored: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The members of ``changes`` that change something: what somebody has may be sent back as it is."""
    return {key: value for key, value in changes.items() if not _same(stored.get(key), value)}


def _same(stored: Any, value: Any) -> bool:
    """Equal, and not only as Python takes ``true`` for 1."""
    return bool(stored == value) and isinstance(stored, bool) == isinstance(value, bool)


def _wanted(field: CustomField) -> str:
    is_choice = field.type == CustomField.Type.SELECT
    return f"one of {', '.join(field.options)}" if is_choice else f"a {field.type}"


def _fits(value: Any, field: CustomField) -> bool:
    match field.type:
        case CustomField.Type.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case CustomField.Type.SELECT:
            return value in field.options
        case CustomField.Type.DATE:
            return isinstance(value, str) and _is_date(value)
        case _:
            return isinstance(value, str)


def _is_date(text: str) -> bool:
    try:
        return len(text) == len("2026-01-01") and date.fromisoformat(text) is not None
    except ValueError:
        return False


@transaction.atomic
def declare_field(
    environment: Environment, *, values: dict[str, Any], now: datetime
) -> CustomField:
    """Declare a custom field. Raises Conflict where the key is taken or there are 50 already."""
    if selectors.custom_fields(environment).count() >= MAX_FIELDS:
        raise Conflict(f"There are already {MAX_FIELDS} custom fields.")
    try:
        with transaction.atomic():
            return CustomField.objects.create(environment=environment, created_at=now, **values)
    except IntegrityError as error:
        reason = "is already declared"
        raise Conflict(f"key {reason}", fields=[FieldError("key", reason)]) from error


@transaction.atomic
def change_field(
    environment: Environment, *, field_id: str, changes: dict[str, Any]
) -> CustomField:
    """Rename a field, change its options or whether it is required.

    Raises NotFound, InvalidInput for options that do not go with the type, and Unprocessable for
    another key or type.
    """
    field = selectors.get_custom_field(environment, field_id)
    changes = check_fixed({"key": field.key, "type": field.type}, changes)
    if field.type == CustomField.Type.SELECT and not changes.get("options", field.options):
        raise invalid("options", "is required for a select")
    if field.type != CustomField.Type.SELECT and changes.get("options"):
        raise invalid("options", "goes with a select only")
    for name, value in changes.items():
        setattr(field, name, value)
    field.save(update_fields=list(changes))
    return field


@transaction.atomic
def retract_field(environment: Environment, *, field_id: str) -> None:
    """Forget a definition; values that people already have stay. Raises NotFound."""
    selectors.get_custom_field(environment, field_id).delete()
