"""The leave journal on the wire."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.fields import Field

from hr.models import AWAY, LeaveEntry
from hr.serializers.employees import EmployeeOut
from hr.serializers.lists import SERVER_OWNED, SyncQuery, page_of, sparse
from hr.workdays import LONGEST_DAYS
from pulse.http.fields import (
    Choice,
    PlainDateField,
    StrictBoolean,
    StrictInteger,
    StrictNumber,
    StrictSerializer,
    StrictString,
)


class Days(StrictNumber):
    """A positive multiple of one half."""

    def to_internal_value(self, data: Any) -> float:
        days = super().to_internal_value(data)
        if not 0 < days <= LONGEST_DAYS or not (days * 2).is_integer():
            raise serializers.ValidationError("must be a positive multiple of 0.5")
        return days


class LeaveIn(StrictSerializer):
    read_only_names = SERVER_OWNED | {"status", "cancelled_at"}

    employee_id = StrictString(max_length=60, required=False)
    kind = Choice(choices=LeaveEntry.Kind.values)
    start_date = PlainDateField()
    end_date = PlainDateField(required=False)
    half_day_start = StrictBoolean(required=False)
    half_day_end = StrictBoolean(required=False)
    days = Days(required=False)
    note = StrictString(max_length=500, allow_null=True, required=False, multiline=True)


class BreakdownDay(serializers.Serializer[Any]):
    date = serializers.DateField()
    days = serializers.FloatField()


class LeaveOut(serializers.Serializer[Any]):
    example: ClassVar[dict[str, Any]] = {
        "id": "lve_01HR3000000000000000000001",
        "employee_id": "emp_01HR3000000000000000000001",
        "kind": "vacation",
        "start_date": "2026-05-04",
        "end_date": "2026-05-08",
        "days": 4.5,
        "half_day_start": False,
        "half_day_end": True,
        "note": "Back on Friday afternoon",
        "status": "approved",
        "created_at": "2026-04-20T10:12:03Z",
        "updated_at": "2026-04-20T10:12:03Z",
        "cancelled_at": None,
    }

    id = serializers.CharField()
    employee_id = serializers.CharField()
    kind = serializers.ChoiceField(choices=LeaveEntry.Kind.choices)
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    days = serializers.FloatField(help_text="Working days, in halves")
    half_day_start = serializers.BooleanField()
    half_day_end = serializers.BooleanField()
    note = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=LeaveEntry.Status.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    breakdown = BreakdownDay(many=True, required=False)


class LeaveQuery(SyncQuery):
    employee_id = StrictString(required=False, max_length=60)
    kind = Choice(choices=LeaveEntry.Kind.values, required=False)
    to = PlainDateField(required=False)
    status = Choice(choices=[*LeaveEntry.Status.values, "all"], default="approved")
    expand = Choice(choices=["employee"], required=False)
    breakdown = StrictBoolean(text=True, default=False)

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        # "from" is a word of Python's, so it cannot be declared above.
        return {**super().get_fields(), "from": PlainDateField(required=False)}


class LeaveShowQuery(StrictSerializer):
    fields = StrictString(required=False, max_length=500)  # type: ignore[assignment]
    expand = Choice(choices=["employee"], required=False)
    breakdown = StrictBoolean(text=True, default=False)


class BalanceQuery(StrictSerializer):
    as_of = PlainDateField(required=False)


class PeriodOut(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField()


class KindBalanceOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=LeaveEntry.Kind.choices)
    unit = serializers.ChoiceField(choices=["days"])
    entitlement = serializers.FloatField(allow_null=True)
    carried_over = serializers.FloatField()
    used = serializers.FloatField()
    scheduled = serializers.FloatField()
    remaining = serializers.FloatField(allow_null=True)


class BalanceOut(serializers.Serializer[Any]):
    """No accrual and no proration: an invented rule would be wrong for everyone."""

    employee_id = serializers.CharField()
    as_of = serializers.DateField()
    period = PeriodOut()
    balances = KindBalanceOut(many=True)


class PreviewOut(serializers.Serializer[Any]):
    employee_id = serializers.CharField()
    kind = serializers.ChoiceField(choices=LeaveEntry.Kind.choices)
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    days = serializers.FloatField()
    breakdown = BreakdownDay(many=True)
    holidays = serializers.ListField(child=serializers.DateField())
    overlaps = serializers.CharField(allow_null=True, help_text="Id of the entry in the way")
    balances_after = KindBalanceOut(many=True)


class CalendarQuery(StrictSerializer):
    to = PlainDateField(required=False)
    department = StrictString(required=False, max_length=120)
    location = StrictString(required=False, max_length=120)
    employee_id = StrictString(required=False, max_length=60)
    manager_id = StrictString(required=False, max_length=60)
    limit = StrictInteger(text=True, min_value=1, max_value=500, default=100)

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": PlainDateField(required=False)}


class CalendarEntryOut(serializers.Serializer[Any]):
    leave_id = serializers.CharField()
    employee_id = serializers.CharField()
    full_name = serializers.CharField()
    department = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(
        choices=[*LeaveEntry.Kind.values, AWAY], help_text="away: this key may not know why"
    )
    part = serializers.ChoiceField(choices=["day", "morning", "afternoon"])


class CalendarDayOut(serializers.Serializer[Any]):
    date = serializers.DateField()
    weekend = serializers.BooleanField()
    holidays = serializers.ListField(child=serializers.CharField())
    people_out = serializers.IntegerField()
    entries = CalendarEntryOut(many=True)


class CalendarOut(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField()
    days = CalendarDayOut(many=True)


class HolidayIn(StrictSerializer):
    read_only_names = SERVER_OWNED

    date = PlainDateField()
    name = StrictString(max_length=120)
    location = StrictString(max_length=120, allow_null=True, required=False)


class HolidayOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    date = serializers.DateField()
    name = serializers.CharField()
    location = serializers.CharField(allow_null=True, help_text="null is everywhere")
    created_at = serializers.DateTimeField()


class HolidayQuery(StrictSerializer):
    limit = StrictInteger(text=True, min_value=1, max_value=200, default=50)
    cursor = StrictString(required=False, max_length=2000)
    location = StrictString(required=False, max_length=120)
    to = PlainDateField(required=False)

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": PlainDateField(required=False)}


class FeedIn(StrictSerializer):
    read_only_names = SERVER_OWNED

    audience = Choice(choices=["person", "team", "workspace"])
    employee_id = StrictString(max_length=60, required=False)
    department = StrictString(max_length=120, required=False)
    show_kinds = StrictBoolean(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = {"person": "employee_id", "team": "department"}.get(attrs["audience"])
        for name in ("employee_id", "department"):
            if name == "department" and name == needed and name not in attrs:
                raise serializers.ValidationError({name: ["is required for this audience"]})
            if name != needed and name in attrs:
                raise serializers.ValidationError({name: ["does not go with this audience"]})
        return attrs


class FeedOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    audience = serializers.ChoiceField(choices=["person", "team", "workspace"])
    employee_id = serializers.CharField(allow_null=True)
    department = serializers.CharField(allow_null=True)
    show_kinds = serializers.BooleanField(help_text="Sick leave shows as away all the same")
    url = serializers.CharField(required=False, help_text="Shown once")
    created_at = serializers.DateTimeField()


LeaveSparse = sparse(LeaveOut, employee=EmployeeOut)
LeavePage = page_of("Leave", LeaveSparse)
HolidayPage = page_of("Holiday", HolidayOut)
FeedPage = page_of("Feed", FeedOut)
