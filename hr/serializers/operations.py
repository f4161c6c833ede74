"""Keys, imports, exports, the audit log, test data and erasure on the wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from hr.serializers.employees import EmployeeIn, EmployeeOut
from hr.serializers.entries import KudosOut, StatusLogOut, WorkloadOut
from hr.serializers.leave import LeaveOut
from hr.serializers.lists import page_of
from hr.services.imports import MAX_ROWS
from hr.services.keys import SCOPES
from pulse.exports.models import Export
from pulse.http.fields import (
    Choice,
    InstantField,
    StrictBoolean,
    StrictInteger,
    StrictSerializer,
    StrictString,
)

KINDS = ["employees", "status-log", "kudos", "workload-checkins", "leave"]


class PageQuery(StrictSerializer):
    limit = StrictInteger(text=True, min_value=1, max_value=200, default=50)
    cursor = StrictString(required=False, max_length=2000)


class RateLimitOut(serializers.Serializer[Any]):
    per_minute = serializers.IntegerField(allow_null=True, help_text="null is unlimited")


class WorkspaceOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    time_zone = serializers.CharField()


class MeOut(serializers.Serializer[Any]):
    key_id = serializers.CharField()
    key_name = serializers.CharField()
    workspace = WorkspaceOut()
    environment = serializers.ChoiceField(choices=["live", "test"])
    livemode = serializers.BooleanField()
    scopes = serializers.ListField(child=serializers.CharField())
    employee_id = serializers.CharField(allow_null=True, help_text="Whom the key acts for")
    restricted = serializers.BooleanField()
    expires_at = serializers.DateTimeField(allow_null=True)
    rate_limit = RateLimitOut()


class ApiKeyIn(StrictSerializer):
    name = StrictString(max_length=200)
    environment = Choice(choices=["live", "test"])
    scopes = serializers.ListField(
        child=Choice(choices=sorted(SCOPES)), allow_empty=False, max_length=50
    )
    employee_id = StrictString(max_length=60, allow_null=True, required=False)
    restricted = StrictBoolean(required=False)
    expires_at = InstantField(allow_null=True, required=False)


class ApiKeyOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    environment = serializers.ChoiceField(choices=["live", "test"])
    last4 = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    employee_id = serializers.CharField(allow_null=True)
    restricted = serializers.BooleanField()
    status = serializers.ChoiceField(choices=["active", "expired", "revoked"])
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class MintedKeyOut(ApiKeyOut):
    key = serializers.CharField(help_text="Shown once")


class RotateIn(StrictSerializer):
    overlap_hours = StrictInteger(min_value=0, max_value=720, required=False)


class ImportRow(EmployeeIn):
    manager_email = StrictString(max_length=254, allow_null=True, required=False)


class ImportIn(StrictSerializer):
    """Each row is checked by itself and what is wrong with it is reported, so any object may be sent."""

    employees = serializers.ListField(
        child=serializers.DictField(help_text="The members of an employee, and manager_email"),
        allow_empty=False,
        max_length=MAX_ROWS,
    )


class ImportQuery(StrictSerializer):
    dry_run = StrictBoolean(text=True, default=False)


class RowErrorOut(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="From 1, without the header")
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    message = serializers.CharField()


class ImportOut(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField()
    rows = serializers.IntegerField()
    valid = serializers.BooleanField()
    created = serializers.ListField(child=serializers.CharField())
    errors = RowErrorOut(many=True)  # type: ignore[assignment]


class ExportIn(StrictSerializer):
    kind = Choice(choices=KINDS)
    format = Choice(choices=Export.Format.values, required=False)
    filters = serializers.DictField(
        required=False, help_text="The filters of the list of that kind"
    )


class ExportOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    format = serializers.ChoiceField(choices=Export.Format.choices)
    status = serializers.ChoiceField(choices=Export.State.choices)
    rows = serializers.IntegerField(help_text="Written so far")
    size_bytes = serializers.IntegerField()
    download_url = serializers.CharField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class AuditQuery(PageQuery):
    actor = StrictString(required=False, max_length=200)
    action = StrictString(required=False, max_length=100, help_text="employee.* is the family")
    object_id = StrictString(required=False, max_length=100)
    created_from = InstantField(required=False)
    created_to = InstantField(required=False)


class AuditOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    actor = serializers.CharField()
    action = serializers.CharField()
    object_id = serializers.CharField(allow_null=True)
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    request_id = serializers.CharField(allow_null=True)
    ip = serializers.CharField(allow_null=True)
    hash = serializers.CharField(allow_null=True, help_text="null until it is linked")
    previous_hash = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class TestDataOut(serializers.Serializer[Any]):
    employees = serializers.IntegerField()


class SubjectCopyOut(serializers.Serializer[Any]):
    employee = EmployeeOut()
    status_log = StatusLogOut(many=True)
    kudos = KudosOut(many=True)
    workload_checkins = WorkloadOut(many=True)
    leave = LeaveOut(many=True)
    score_inputs = serializers.ListField(child=serializers.DictField())


class ErasedOut(serializers.Serializer[Any]):
    employee_id = serializers.CharField()
    erased_at = serializers.DateTimeField()


ApiKeyPage = page_of("ApiKey", ApiKeyOut)
ExportPage = page_of("Export", ExportOut)
AuditPage = page_of("Audit", AuditOut)
