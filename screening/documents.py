"""What answers look like, for the OpenAPI document; the answers themselves are made by ``shapes``."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from screening.models import Report, Resume, Screening
from screening.questions import TYPES
from screening.serializers import PageMeta

Fields = serializers.Serializer[Any]


class CandidateItemOut(Fields):
    id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=("active", "archived"))
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CandidateCreatedOut(CandidateItemOut):
    resume_url = serializers.CharField(allow_null=True)


class EducationOut(Fields):
    institution = serializers.CharField()
    degree = serializers.CharField(allow_blank=True)
    year = serializers.IntegerField(allow_null=True)


class ScreeningShortOut(Fields):
    id = serializers.CharField()
    status = serializers.ChoiceField(choices=Screening.Status.values)
    score = serializers.IntegerField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)


class CandidateOut(CandidateCreatedOut):
    skills = serializers.ListField(child=serializers.CharField())
    experience_years = serializers.IntegerField(allow_null=True)
    education = EducationOut(many=True)
    screenings = ScreeningShortOut(many=True)


class ScreeningItemOut(Fields):
    id = serializers.CharField()
    candidate_id = serializers.CharField()
    template_id = serializers.CharField()
    status = serializers.ChoiceField(choices=Screening.Status.values)
    score = serializers.IntegerField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)


class ScreeningOut(ScreeningItemOut):
    job_title = serializers.CharField(allow_null=True)
    invitation_status = serializers.ChoiceField(choices=Screening.Invitation.values)
    expires_at = serializers.DateTimeField()
    candidate_url = serializers.CharField(
        allow_null=True, required=False, help_text="Only for keys that may write screenings."
    )


class ScreeningFullOut(ScreeningOut):
    scoring_status = serializers.ChoiceField(choices=Screening.Scoring.values)
    completion_reason = serializers.CharField(allow_null=True)
    time_multiplier = serializers.FloatField()
    language = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    reviewer_decision = serializers.CharField(allow_null=True)
    invited_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class TemplateItemOut(Fields):
    id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    duration_minutes = serializers.IntegerField()
    question_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class QuestionOut(Fields):
    id = serializers.CharField()
    type = serializers.ChoiceField(choices=TYPES)
    prompt = serializers.CharField()
    skill = serializers.CharField()
    topics = serializers.ListField(child=serializers.CharField())
    points = serializers.FloatField()


class TemplateOut(TemplateItemOut):
    status = serializers.ChoiceField(choices=("active", "archived"))
    version = serializers.IntegerField()
    settings = serializers.DictField()
    questions = QuestionOut(many=True)


class SkillScoreOut(Fields):
    skill = serializers.CharField()
    score = serializers.IntegerField()
    max_score = serializers.IntegerField()


class ReportOut(Fields):
    screening_id = serializers.CharField()
    candidate_id = serializers.CharField()
    candidate_name = serializers.CharField()
    template_id = serializers.CharField()
    template_name = serializers.CharField()
    score = serializers.IntegerField()
    completion_time_minutes = serializers.IntegerField()
    completed_at = serializers.DateTimeField()
    skill_scores = SkillScoreOut(many=True)
    summary = serializers.CharField()
    strengths = serializers.ListField(child=serializers.CharField())
    areas_for_improvement = serializers.ListField(child=serializers.CharField())
    recommendation = serializers.CharField()


class ReportQueuedOut(Fields):
    screening_id = serializers.CharField()
    version = serializers.IntegerField()
    report_status = serializers.ChoiceField(choices=Report.Status.values)


class ResumeOut(Fields):
    candidate_id = serializers.CharField()
    resume_url = serializers.CharField()
    resume_status = serializers.ChoiceField(choices=Resume.Status.values)
    media_type = serializers.CharField()
    size_bytes = serializers.IntegerField()


class ImpactGroupOut(Fields):
    group = serializers.CharField()
    n = serializers.IntegerField()
    selected = serializers.IntegerField(allow_null=True)
    rate = serializers.FloatField(allow_null=True)
    impact_ratio = serializers.FloatField(allow_null=True)
    below_four_fifths = serializers.BooleanField(allow_null=True)
    suppressed = serializers.BooleanField()
    below_two_percent = serializers.BooleanField()


class ImpactUnknownOut(Fields):
    sex = serializers.IntegerField()
    ethnicity = serializers.IntegerField()


class ImpactOut(Fields):
    basis = serializers.ChoiceField(choices=("score", "decision"))
    total = serializers.IntegerField()
    median_score = serializers.FloatField(allow_null=True)
    unknown = ImpactUnknownOut()
    sex = ImpactGroupOut(many=True)
    ethnicity = ImpactGroupOut(many=True)
    intersection = ImpactGroupOut(many=True)


@cache
def data(inner: type[Fields]) -> Any:
    """``{"data": …}``"""
    name = inner.__name__.removesuffix("Out")
    return inline_serializer(f"{name}Answer", {"data": inner()})


@cache
def page(inner: type[Fields], *, meta_required: bool = True) -> Any:
    """``{"data": […], "meta": {…}}``"""
    name = inner.__name__.removesuffix("ItemOut")
    fields: dict[str, Any] = {
        "data": inner(many=True),
        "meta": PageMeta(required=meta_required),
    }
    return inline_serializer(f"{name}Page", fields)


class DossierAnswerOut(Fields):
    question = serializers.CharField()
    answer = serializers.JSONField(allow_null=True)
    saved_at = serializers.DateTimeField()
    review_note = serializers.CharField(allow_null=True)


class DossierMailOut(Fields):
    subject = serializers.CharField(allow_blank=True)
    state = serializers.CharField()
    created_at = serializers.DateTimeField()


class DossierScreeningOut(ScreeningFullOut):
    consented_at = serializers.DateTimeField(allow_null=True)
    notice_version = serializers.CharField(allow_null=True)
    active_seconds = serializers.IntegerField()
    signals = serializers.DictField(child=serializers.IntegerField())
    answers = DossierAnswerOut(many=True)
    report = ReportOut(allow_null=True)
    mails = DossierMailOut(many=True)


class DossierCandidateOut(CandidateOut):
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # a member, not an option
    last_contact_at = serializers.DateTimeField()


class DossierResumeOut(Fields):
    status = serializers.ChoiceField(choices=Resume.Status.values)
    source_url = serializers.CharField(allow_null=True)
    media_type = serializers.CharField(allow_null=True)
    size_bytes = serializers.IntegerField()
    stored_at = serializers.DateTimeField(allow_null=True)


class DossierOut(Fields):
    candidate = DossierCandidateOut()
    resume = DossierResumeOut(allow_null=True)
    screenings = DossierScreeningOut(many=True)


class GreenhouseTestOut(Fields):
    partner_test_id = serializers.CharField()
    partner_test_name = serializers.CharField()


class GreenhouseInterviewOut(Fields):
    partner_interview_id = serializers.CharField()


class GreenhouseStatusOut(Fields):
    partner_status = serializers.CharField()
    partner_profile_url = serializers.CharField(required=False)
    partner_score = serializers.IntegerField(required=False)
    metadata = serializers.DictField(required=False)
