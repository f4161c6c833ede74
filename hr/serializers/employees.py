"""People on the wire."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hr.addresses import EMAIL, storable
from hr.models import CustomField, Employee
from hr.serializers.lists import SERVER_OWNED, SyncQuery, page_of, sparse
from pulse import strictjson
from pulse.http.fields import (
    Choice,
    PlainDateField,
    StrictBoolean,
    StrictInteger,
    StrictSerializer,
    StrictString,
)

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_CUSTOM_FIELDS = 50
MAX_CUSTOM_TEXT = 500


class EmailAddress(StrictString):
    """Syntax only: whether mail arrives is nobody's business here."""

    def to_internal_value(self, data: Any) -> str:
        email = super().to_internal_value(data)
        local = email.partition("@")[0]
        dotted = local.startswith(".") or local.endswith(".") or ".." in email
        if dotted or not EMAIL.fullmatch(email) or not storable(email):
            raise serializers.ValidationError("must be an email address")
        return email


@extend_schema_field(
    {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}
)
class CustomFields(serializers.Field[dict[str, Any], Any, Any, Any]):
    """An object of at most 50 short keys; each value a string, a number, a boolean or null."""

    default_error_messages: ClassVar = {
        "invalid": "must be an object",
        "many": "may hold at most 50 keys",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        if len(data) > MAX_CUSTOM_FIELDS:
            self.fail("many")
        problems = {
            str(key)[:60]: [reason]
            for key, value in data.items()
            if (reason := _objection(key, value))
        }
        if problems:
            raise serializers.ValidationError(problems)
        return data

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        return value


def _objection(key: str, value: Any) -> str:
    if not KEY.fullmatch(key):
        return "is not a valid key: a lower-case letter, then letters, digits and _, 40 at most"
    if isinstance(value, str):
        if not strictjson.storable(value) or len(value) > MAX_CUSTOM_TEXT:
            return f"must be at most {MAX_CUSTOM_TEXT} characters"
        return ""
    if isinstance(value, float) and abs(value) >= strictjson.MAX_INTEGER:
        # PostgreSQL gives it back as an integer, which is longer than an answer can hold.
        return "is out of range"
    if value is None or isinstance(value, bool | int | float):
        return ""
    return "must be a string, a number, a boolean or null"


class EmployeeIn(StrictSerializer):
    read_only_names = SERVER_OWNED | {"status", "version"}

    email = EmailAddress(max_length=254)
    full_name = StrictString(max_length=200)
    role = StrictString(max_length=120, allow_null=True, required=False)
    department = StrictString(max_length=120, allow_null=True, required=False)
    manager_id = StrictString(max_length=60, allow_null=True, required=False)
    start_date = PlainDateField(required=False)
    end_date = PlainDateField(allow_null=True, required=False)
    location = StrictString(max_length=120, allow_null=True, required=False)
    custom_fields = CustomFields(required=False)


class EmployeePatch(EmployeeIn):
    """A merge patch: absent keeps, null clears; ``version`` is what the caller has read."""

    read_only_names = SERVER_OWNED | {"status"}

    email = EmailAddress(max_length=254, required=False)
    full_name = StrictString(max_length=200, required=False)
    version = StrictInteger(min_value=1, max_value=2**31 - 1, required=False)


class EmployeeOut(serializers.Serializer[Any]):
    example: ClassVar[dict[str, Any]] = {
        "id": "emp_01HR3000000000000000000001",
        "email": "chiara.conti@example.com",
        "full_name": "Chiara Conti",
        "role": "Data engineer",
        "department": "Platform",
        "manager_id": "emp_01HR3000000000000000000004",
        "start_date": "2026-04-13",
        "end_date": None,
        "location": "Torino",
        "custom_fields": {"tshirt": "M"},
        "status": "active",
        "version": 1,
        "created_at": "2026-04-20T10:12:03Z",
        "updated_at": "2026-04-20T10:12:03Z",
    }

    id = serializers.CharField()
    email = serializers.CharField()
    full_name = serializers.CharField()
    role = serializers.CharField(allow_null=True)
    department = serializers.CharField(allow_null=True)
    manager_id = serializers.CharField(allow_null=True)
    start_date = serializers.DateField()
    end_date = serializers.DateField(allow_null=True)
    location = serializers.CharField(allow_null=True)
    custom_fields = CustomFields()
    status = serializers.ChoiceField(choices=Employee.Status.choices)
    version = serializers.IntegerField(help_text="Grows by one with every effective change")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ManagerOut(EmployeeOut):
    """An embedded manager, who may come with their own."""

    manager = EmployeeOut(required=False, allow_null=True)


class EmployeeQuery(SyncQuery):
    status = Choice(choices=[*Employee.Status.values, "all"], default="all")
    department = StrictString(required=False, max_length=120)
    location = StrictString(required=False, max_length=120)
    manager_id = StrictString(required=False, max_length=60, help_text="null finds the roots")
    email = StrictString(required=False, max_length=254)
    q = StrictString(required=False, max_length=200, help_text="Part of a name or an email")
    expand = StrictString(required=False, max_length=100, help_text="manager, manager.manager")


class EmployeeShowQuery(StrictSerializer):
    fields = StrictString(required=False, max_length=500)  # type: ignore[assignment]
    expand = StrictString(required=False, max_length=100, help_text="manager, manager.manager")


class OffboardQuery(StrictSerializer):
    reassign_reports_to = StrictString(
        required=False, max_length=60, help_text="An employee id, or manager"
    )


class Options(serializers.ListField):
    """What a select offers: at most 100 different texts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=StrictString(max_length=120), max_length=100, **options)

    def to_internal_value(self, data: Any) -> list[str]:
        options: list[str] = super().to_internal_value(data)
        if len(set(options)) < len(options):
            raise serializers.ValidationError("must differ from each other")
        return options


class CustomFieldIn(StrictSerializer):
    read_only_names = SERVER_OWNED

    key = serializers.RegexField(
        r"^[a-z][a-z0-9_]{0,39}\Z",
        error_messages={"invalid": "must be a lower-case name"},
    )
    name = StrictString(max_length=120)
    type = Choice(choices=CustomField.Type.values)
    options = Options(required=False)
    required = StrictBoolean(required=False)  # type: ignore[assignment]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("type") == CustomField.Type.SELECT and not attrs.get("options"):
            raise serializers.ValidationError({"options": ["is required for a select"]})
        if attrs.get("type") != CustomField.Type.SELECT and attrs.get("options"):
            raise serializers.ValidationError({"options": ["goes with a select only"]})
        return attrs


class CustomFieldPatch(StrictSerializer):
    read_only_names = SERVER_OWNED

    key = StrictString(max_length=40, required=False, help_text="As it is")
    type = Choice(choices=CustomField.Type.values, required=False, help_text="As it is")
    name = StrictString(max_length=120, required=False)
    options = Options(required=False)
    required = StrictBoolean(required=False)  # type: ignore[assignment]


class CustomFieldOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    key = serializers.CharField()
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=CustomField.Type.choices)
    options = serializers.ListField(child=serializers.CharField())
    required = serializers.BooleanField()  # type: ignore[assignment]
    created_at = serializers.DateTimeField()


EmployeeSparse = sparse(EmployeeOut, manager=ManagerOut)
EmployeePage = page_of("Employee", EmployeeSparse)
CustomFieldPage = page_of("CustomField", CustomFieldOut)
