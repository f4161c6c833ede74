"""The org chart, the score and the key's own view of itself on the wire."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hr import scoring
from pulse.http.fields import PlainDateField, StrictInteger, StrictNumber, StrictSerializer
from pulse.http.fields import StrictString as Text


class OrgChartQuery(StrictSerializer):
    root = Text(required=False, max_length=60)  # type: ignore[assignment]
    depth = StrictInteger(text=True, min_value=1, max_value=20, default=10)


@extend_schema_field({"type": "array", "items": {"$ref": "#/components/schemas/OrgChartNode"}})
class Reports(serializers.ListField):
    """The same shape again, as deep as was asked for."""


class OrgChartNode(serializers.Serializer[Any]):
    id = serializers.CharField()
    full_name = serializers.CharField()
    role = serializers.CharField(allow_null=True)
    department = serializers.CharField(allow_null=True)
    reports_count = serializers.IntegerField(help_text="Direct reports, shown or not")
    reports = Reports()


class OrgChartOut(serializers.Serializer[Any]):
    roots = OrgChartNode(many=True)
    orphans = OrgChartNode(many=True, help_text="People whose manager has left")
    truncated = serializers.BooleanField()


class ScoreQuery(StrictSerializer):
    as_of = PlainDateField(required=False)


class ScoreHistoryQuery(StrictSerializer):
    days = StrictInteger(text=True, min_value=1, max_value=90, default=14)


class ScoreInputsIn(StrictSerializer):
    """What is left out is unknown from today on."""

    goals_progress_percent = StrictNumber(
        min_value=0, max_value=100, allow_null=True, required=False
    )
    goals_hit = StrictInteger(min_value=0, max_value=10_000, allow_null=True, required=False)
    goals_missed = StrictInteger(min_value=0, max_value=10_000, allow_null=True, required=False)
    allocation_percent = StrictNumber(min_value=0, max_value=1000, allow_null=True, required=False)
    margin_per_hour = StrictNumber(min_value=-1e6, max_value=1e6, allow_null=True, required=False)
    focus_sessions = StrictInteger(min_value=0, max_value=10_000, allow_null=True, required=False)
    tracked_hours = StrictNumber(min_value=0, max_value=10_000, allow_null=True, required=False)
    billable_hours = StrictNumber(min_value=0, max_value=10_000, allow_null=True, required=False)


class ScoreInputsOut(serializers.Serializer[Any]):
    employee_id = serializers.CharField()
    date = serializers.DateField()
    goals_progress_percent = serializers.FloatField(allow_null=True)
    goals_hit = serializers.IntegerField(allow_null=True)
    goals_missed = serializers.IntegerField(allow_null=True)
    allocation_percent = serializers.FloatField(allow_null=True)
    margin_per_hour = serializers.FloatField(allow_null=True)
    focus_sessions = serializers.IntegerField(allow_null=True)
    tracked_hours = serializers.FloatField(allow_null=True)
    billable_hours = serializers.FloatField(allow_null=True)


class FactorOut(serializers.Serializer[Any]):
    key = serializers.ChoiceField(choices=list(scoring.WEIGHTS))
    weight = serializers.FloatField()
    effective_weight = serializers.FloatField()
    value = serializers.FloatField(allow_null=True)
    status = serializers.ChoiceField(choices=["measured", "neutral", "not_applicable"])
    detail = serializers.CharField()


GRADES = [name for _, name in scoring.GRADES]


class ScoreOut(serializers.Serializer[Any]):
    """A signal of workspace health; it is not an input to reviews or pay."""

    employee_id = serializers.CharField()
    as_of = serializers.DateField()
    score = serializers.IntegerField(allow_null=True)
    grade = serializers.ChoiceField(choices=GRADES, allow_null=True)
    trend = serializers.ChoiceField(choices=["up", "flat", "down"], allow_null=True)
    factors = FactorOut(many=True)


class ScoreDayOut(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    score = serializers.IntegerField(allow_null=True)
    grade = serializers.ChoiceField(choices=GRADES, allow_null=True)
    trend = serializers.ChoiceField(choices=["up", "flat", "down"], allow_null=True)


class ScoreHistoryOut(serializers.Serializer[Any]):
    employee_id = serializers.CharField()
    data = ScoreDayOut(many=True)  # type: ignore[assignment]
