"""What Ashby sends to its assessment partners, and what it reads."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulse.http.fields import StrictSerializer, StrictString
from screening.serializers import EmailField

Fields = serializers.Serializer[Any]


class AssessmentListIn(StrictSerializer):
    """``POST /partners/ashby/assessment.list``: nothing is asked for."""

    unknown = "ignore"


class AshbyCandidateIn(StrictSerializer):
    unknown = "ignore"

    first_name = StrictString(max_length=100)
    last_name = StrictString(max_length=100, required=False, allow_blank=True, default="")
    email = EmailField()


class AshbyJobIn(StrictSerializer):
    unknown = "ignore"

    name = StrictString(max_length=200, required=False, allow_null=True, allow_blank=True)


class AssessmentStartIn(StrictSerializer):
    """``POST /partners/ashby/assessment.start``"""

    unknown = "ignore"

    assessment_type_id = StrictString(max_length=40)
    candidate = AshbyCandidateIn()
    job = AshbyJobIn(required=False, allow_null=True)


class AssessmentCancelIn(StrictSerializer):
    """``POST /partners/ashby/assessment.cancel``"""

    unknown = "ignore"

    assessment_id = StrictString(max_length=60)


class AssessmentTypeOut(Fields):
    assessment_type_id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()


class AssessmentTypesOut(Fields):
    success = serializers.BooleanField()
    results = AssessmentTypeOut(many=True)


class AssessmentIdOut(Fields):
    assessment_id = serializers.CharField()


class AssessmentOut(Fields):
    success = serializers.BooleanField()
    results = AssessmentIdOut()
