"""Status log, kudos and workload on the wire."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from hr.models import Kudos, StatusLogEntry, WorkloadCheckin
from hr.serializers.employees import EmployeeOut
from hr.serializers.lists import SERVER_OWNED, SyncQuery, page_of, sparse
from pulse.http.fields import (
    Choice,
    InstantField,
    PlainDateField,
    StrictInteger,
    StrictSerializer,
    StrictString,
)

FEWEST_COINS = 5
MOST_COINS = 50


class Lines(serializers.ListField):
    child = StrictString(max_length=280)

    def __init__(self, **options: Any) -> None:
        super().__init__(
            allow_empty=False,
            max_length=3,
            error_messages={
                "empty": "must hold 1 to 3 lines",
                "max_length": "must hold 1 to 3 lines",
            },
            **options,
        )


class StatusLogIn(StrictSerializer):
    read_only_names = SERVER_OWNED

    employee_id = StrictString(max_length=60, required=False)
    lines = Lines()
    topic = Choice(choices=StatusLogEntry.Topic.values, required=False)
    date = PlainDateField(required=False)


class StatusLogPatch(StrictSerializer):
    read_only_names = SERVER_OWNED

    employee_id = StrictString(max_length=60, required=False, help_text="As it is")
    date = PlainDateField(required=False, help_text="As it is")
    lines = Lines(required=False)
    topic = Choice(choices=StatusLogEntry.Topic.values, required=False)


class StatusLogOut(serializers.Serializer[Any]):
    example: ClassVar[dict[str, Any]] = {
        "id": "log_01HR3000000000000000000001",
        "employee_id": "emp_01HR3000000000000000000001",
        "date": "2026-04-20",
        "lines": ["The import of contracts runs nightly.", "Next: its alarms."],
        "topic": "status",
        "created_at": "2026-04-20T10:12:03Z",
    }

    id = serializers.CharField()
    employee_id = serializers.CharField()
    date = serializers.DateField()
    lines = serializers.ListField(child=serializers.CharField())
    topic = serializers.ChoiceField(choices=StatusLogEntry.Topic.choices)
    created_at = serializers.DateTimeField()


class StatusLogQuery(SyncQuery):
    employee_id = StrictString(required=False, max_length=60)
    date = PlainDateField(required=False)
    date_from = PlainDateField(required=False)
    date_to = PlainDateField(required=False)
    topic = Choice(choices=StatusLogEntry.Topic.values, required=False)
    expand = Choice(choices=["employee"], required=False)


class ExpandQuery(StrictSerializer):
    fields = StrictString(required=False, max_length=500)  # type: ignore[assignment]
    expand = Choice(choices=["employee"], required=False)


class KudosIn(StrictSerializer):
    read_only_names = SERVER_OWNED

    from_employee_id = StrictString(max_length=60, required=False)
    to_employee_id = StrictString(max_length=60)
    coins = StrictInteger(min_value=FEWEST_COINS, max_value=MOST_COINS)
    tag = Choice(choices=Kudos.Tag.values)
    note = StrictString(max_length=500, multiline=True)


class KudosOut(serializers.Serializer[Any]):
    example: ClassVar[dict[str, Any]] = {
        "id": "kud_01HR3000000000000000000001",
        "from_employee_id": "emp_01HR3000000000000000000001",
        "to_employee_id": "emp_01HR4000000000000000000002",
        "coins": 15,
        "tag": "craft",
        "note": "The calendar reads well on a phone now.",
        "created_at": "2026-04-20T10:12:03Z",
    }

    id = serializers.CharField()
    from_employee_id = serializers.CharField()
    to_employee_id = serializers.CharField()
    coins = serializers.IntegerField(min_value=FEWEST_COINS, max_value=MOST_COINS)
    tag = serializers.ChoiceField(choices=Kudos.Tag.choices)
    note = serializers.CharField()
    created_at = serializers.DateTimeField()


class KudosQuery(SyncQuery):
    from_employee_id = StrictString(required=False, max_length=60)
    to_employee_id = StrictString(required=False, max_length=60)
    employee_id = StrictString(required=False, max_length=60, help_text="Either side")
    tag = Choice(choices=Kudos.Tag.values, required=False)
    created_from = InstantField(required=False)
    created_to = InstantField(required=False)
    expand = Choice(choices=["from_employee", "to_employee"], required=False)


class LeaderboardQuery(StrictSerializer):
    period = Choice(choices=["week", "month", "quarter", "year"], default="quarter")
    direction = Choice(choices=["received", "given"], default="received")
    limit = StrictInteger(text=True, min_value=1, max_value=100, default=10)


class StandingOut(serializers.Serializer[Any]):
    rank = serializers.IntegerField()
    employee_id = serializers.CharField()
    full_name = serializers.CharField()
    coins = serializers.IntegerField()
    kudos = serializers.IntegerField()


class LeaderboardOut(serializers.Serializer[Any]):
    period = serializers.ChoiceField(choices=["week", "month", "quarter", "year"])
    direction = serializers.ChoiceField(choices=["received", "given"])
    start = serializers.DateField()
    end = serializers.DateField()
    data = StandingOut(many=True)  # type: ignore[assignment]


class WorkloadIn(StrictSerializer):
    read_only_names = SERVER_OWNED

    employee_id = StrictString(max_length=60, required=False)
    level = Choice(choices=WorkloadCheckin.Level.values)
    week_start = PlainDateField(required=False)


class WorkloadOut(serializers.Serializer[Any]):
    example: ClassVar[dict[str, Any]] = {
        "id": "wck_01HR3000000000000000000001",
        "employee_id": "emp_01HR3000000000000000000001",
        "week_start": "2026-04-20",
        "level": "balanced",
        "created_at": "2026-04-20T10:12:03Z",
        "updated_at": "2026-04-20T10:12:03Z",
    }

    id = serializers.CharField()
    employee_id = serializers.CharField()
    week_start = serializers.DateField()
    level = serializers.ChoiceField(choices=WorkloadCheckin.Level.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class WorkloadQuery(SyncQuery):
    employee_id = StrictString(required=False, max_length=60)
    week_start = PlainDateField(required=False)
    week_from = PlainDateField(required=False)
    week_to = PlainDateField(required=False)
    level = Choice(choices=WorkloadCheckin.Level.values, required=False)
    expand = Choice(choices=["employee"], required=False)


class WorkloadSummaryQuery(StrictSerializer):
    weeks = StrictInteger(text=True, min_value=1, max_value=53, default=8)
    department = StrictString(required=False, max_length=120)


class WorkloadCountsOut(serializers.Serializer[Any]):
    light = serializers.IntegerField()
    balanced = serializers.IntegerField()
    heavy = serializers.IntegerField()
    overloaded = serializers.IntegerField()


class WorkloadWeekOut(serializers.Serializer[Any]):
    week_start = serializers.DateField()
    respondents = serializers.IntegerField(allow_null=True)
    counts = WorkloadCountsOut(allow_null=True)
    suppressed = serializers.BooleanField(help_text="Fewer than three people would show")


class WorkloadSummaryOut(serializers.Serializer[Any]):
    department = serializers.CharField(allow_null=True)
    data = WorkloadWeekOut(many=True)  # type: ignore[assignment]


StatusLogSparse = sparse(StatusLogOut, employee=EmployeeOut)
StatusLogPage = page_of("StatusLog", StatusLogSparse)
KudosSparse = sparse(KudosOut, from_employee=EmployeeOut, to_employee=EmployeeOut)
KudosPage = page_of("Kudos", KudosSparse)
WorkloadSparse = sparse(WorkloadOut, employee=EmployeeOut)
WorkloadPage = page_of("Workload", WorkloadSparse)
