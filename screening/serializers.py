"""What callers may send; unknown and read-only members are ignored, as this contract says."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from rest_framework import serializers

from pulse.http.fields import (
    Choice,
    InstantField,
    StrictBoolean,
    StrictInteger,
    StrictNumber,
    StrictSerializer,
    StrictString,
)
from screening.models import Screening
from screening.narrative import RECOMMEND_AT
from screening.questions import LARGEST
from screening.selectors.candidates import fold

_PHONE = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
LONGEST_ADDRESS = 254
MAX_PER_PAGE = 100
STATUSES = ("active", "archived", "all")


class EmailField(StrictString):
    """An e-mail address, kept as it is written; international domains are addresses too."""

    default_error_messages: ClassVar = {"email": "must be an e-mail address"}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_ADDRESS, **options)

    def to_internal_value(self, data: Any) -> str:
        address = super().to_internal_value(data)
        try:
            EmailValidator()(address)
        except ValidationError:
            self.fail("email")
        if len(fold(address)) > LONGEST_ADDRESS:  # as it is compared; one letter may become several
            self.fail("max_length", max_length=LONGEST_ADDRESS)
        return address


class PhoneField(StrictString):
    """E.164 by shape; spaces, dashes, dots and brackets are taken out."""

    default_error_messages: ClassVar = {"phone": "must look like +14155550100"}

    def to_internal_value(self, data: Any) -> str:
        number = re.sub(r"[\s().\u2010-\u2015-]", "", super().to_internal_value(data))
        if number and not _PHONE.fullmatch(number):
            self.fail("phone")
        return number


class WebAddressField(StrictString):
    default_error_messages: ClassVar = {"url": "must be an http or https address"}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=2048, **options)

    def to_internal_value(self, data: Any) -> str:
        address = super().to_internal_value(data)
        try:
            parts = urlsplit(address)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if address and (not usable or " " in address):
            self.fail("url")
        return address


class EducationIn(StrictSerializer):
    unknown = "ignore"

    institution = StrictString(max_length=200)
    degree = StrictString(max_length=200, required=False, allow_blank=True, allow_null=True)
    year = StrictInteger(min_value=1900, max_value=2100, required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        checked = super().to_internal_value(data)
        return {
            "institution": checked["institution"],
            "degree": checked.get("degree") or "",
            "year": checked.get("year"),
        }


class CandidateIn(StrictSerializer):
    """``POST /v1/candidates``"""

    unknown = "ignore"

    name = StrictString(max_length=200)
    email = EmailField()
    phone = PhoneField(required=False, allow_null=True, allow_blank=True)
    resume_url = WebAddressField(required=False, allow_null=True, allow_blank=True)
    skills = serializers.ListField(
        child=StrictString(max_length=100), max_length=100, required=False, allow_null=True
    )
    experience_years = StrictInteger(min_value=0, max_value=80, required=False, allow_null=True)
    education = EducationIn(many=True, required=False, allow_null=True)


class CandidateChangeIn(CandidateIn):
    """``PATCH /v1/candidates/:id``"""

    status = Choice(choices=("active", "archived"), required=False)


class CountField(StrictInteger):
    """A positive integer of a query; one that nobody can count to means the largest one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(text=True, min_value=1, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str) and re.fullmatch(r"0*[1-9]\d{15,}", data, re.ASCII):
            return LARGEST
        return super().to_internal_value(data)


class PageIn(StrictSerializer):
    """``page`` and ``limit``; a limit above 100 means 100."""

    unknown = "ignore"

    page = CountField(default=1)
    limit = CountField(default=20, help_text="Above 100 means 100")

    def validate_limit(self, value: int) -> int:
        return min(value, MAX_PER_PAGE)


class CandidateListIn(PageIn):
    status = Choice(choices=STATUSES, default="active")
    email = StrictString(required=False, max_length=254)
    q = StrictString(required=False, max_length=200)
    created_after = InstantField(required=False)


class ScreeningListIn(PageIn):
    status = Choice(choices=(*Screening.Status.values, "all"), default="all")
    candidate_id = StrictString(required=False, max_length=40)
    template_id = StrictString(required=False, max_length=40)


class TemplateListIn(PageIn):
    status = Choice(choices=STATUSES, default="active")


class PeriodIn(StrictSerializer):
    """A period and a template; ``from`` is no Python name, so the two are read by the view."""

    unknown = "ignore"

    template_id = StrictString(required=False, max_length=40)

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {
            "from": InstantField(required=False),
            "to": InstantField(required=False),
        }


class ScreeningIn(StrictSerializer):
    """``POST /v1/screenings``"""

    unknown = "ignore"

    candidate_id = StrictString(max_length=40)
    template_id = StrictString(max_length=40)
    job_title = StrictString(max_length=200, required=False, allow_null=True, allow_blank=True)
    send_invitation = StrictBoolean(required=False)
    expires_at = InstantField(required=False, allow_null=True)
    expires_in_days = StrictInteger(min_value=1, max_value=365, required=False)
    time_multiplier = StrictNumber(min_value=1, max_value=3, required=False)
    language = StrictString(max_length=35, required=False, allow_null=True, allow_blank=True)
    metadata = serializers.DictField(required=False, allow_null=True)


class ExtensionIn(StrictSerializer):
    """``POST /v1/screenings/:id/extend``; at least one member."""

    unknown = "ignore"

    expires_at = InstantField(required=False)
    expires_in_days = StrictInteger(min_value=1, max_value=365, required=False)
    time_multiplier = StrictNumber(min_value=1, max_value=3, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(
                {"expires_at": ["give expires_at, expires_in_days or time_multiplier"]}
            )
        return attrs


class TemplateSettingsIn(StrictSerializer):
    unknown = "ignore"

    weights = serializers.DictField(child=StrictNumber(min_value=0, max_value=100), required=False)
    recommend_at = StrictInteger(min_value=0, max_value=100, required=False)
    consider_at = StrictInteger(min_value=0, max_value=100, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("consider_at", 0) > attrs.get("recommend_at", RECOMMEND_AT):
            raise serializers.ValidationError({"consider_at": ["must not be above recommend_at"]})
        return attrs


class OptionIn(StrictSerializer):
    unknown = "ignore"

    id = StrictString(max_length=40, required=False)
    text = StrictString(max_length=1000, multiline=True)


class CriterionIn(StrictSerializer):
    """One line of a long text's rubric; its keywords give the provisional points."""

    unknown = "ignore"

    criterion = StrictString(max_length=500)
    keywords = serializers.ListField(child=StrictString(max_length=200), required=False)
    points = StrictNumber(min_value=0, max_value=100, required=False)


class CaseIn(StrictSerializer):
    """One run of a code answer: what goes in, what is to come out."""

    unknown = "ignore"

    stdin = StrictString(max_length=10_000, multiline=True, allow_blank=True, required=False)
    expected = StrictString(max_length=10_000, multiline=True, allow_blank=True)


class QuestionIn(StrictSerializer):
    """``POST /v1/templates/:id/questions``; the members per type are checked by the domain."""

    unknown = "ignore"

    id = StrictString(max_length=40, required=False)
    type = StrictString(max_length=20)
    prompt = StrictString(max_length=5000, multiline=True)
    code = StrictString(
        max_length=5000, multiline=True, required=False, allow_blank=True, trim_whitespace=False
    )
    skill = StrictString(max_length=60)
    topics = serializers.ListField(child=StrictString(max_length=100), required=False)
    points = StrictNumber(min_value=0, max_value=100, required=False)
    required = StrictBoolean(required=False)  # type: ignore[assignment]  # a member, not an option
    shuffle_options = StrictBoolean(required=False)
    options = OptionIn(many=True, required=False)
    correct = serializers.ListField(child=StrictString(max_length=40), required=False)
    scoring = StrictString(max_length=20, required=False)
    answer = StrictNumber(required=False)
    tolerance = serializers.DictField(child=StrictNumber(min_value=0), required=False)
    unit = StrictString(max_length=20, required=False, allow_blank=True)
    accepted = serializers.ListField(child=StrictString(max_length=1000), required=False)
    keywords = serializers.ListField(
        child=serializers.ListField(child=StrictString(max_length=200)), required=False
    )
    rubric = CriterionIn(many=True, required=False)
    language = StrictString(max_length=20, required=False)
    cases = CaseIn(many=True, required=False)


class TemplateIn(StrictSerializer):
    """``POST /v1/templates``; what its questions say is checked by the domain."""

    unknown = "ignore"

    name = StrictString(max_length=200)
    description = StrictString(max_length=2000, required=False, allow_blank=True, multiline=True)
    duration_minutes = StrictInteger(min_value=1, max_value=480)
    questions = QuestionIn(many=True, required=False)
    settings = TemplateSettingsIn(required=False)


class TemplateChangeIn(TemplateIn):
    """``PATCH /v1/templates/:id``"""

    status = Choice(choices=("active", "archived"), required=False)


class NothingIn(StrictSerializer):
    """Actions that need no body; one that is sent is still a JSON object."""

    unknown = "ignore"


class ReviewIn(StrictSerializer):
    """``POST /v1/screenings/:id/answers/:question/review``"""

    unknown = "ignore"

    points = StrictNumber(min_value=0, max_value=100)
    note = StrictString(max_length=2000, required=False, allow_blank=True, multiline=True)


class PageMeta(serializers.Serializer[Any]):
    """``meta`` of a paged list, for the documents."""

    current_page = serializers.IntegerField()
    total_pages = serializers.IntegerField()
    total_count = serializers.IntegerField()
    per_page = serializers.IntegerField()


class GreenhouseCandidateIn(StrictSerializer):
    """Whom Greenhouse sends; a phone number of another form is left out, as nobody could mend it."""

    unknown = "ignore"

    first_name = StrictString(max_length=100)
    last_name = StrictString(max_length=100, required=False, allow_blank=True, default="")
    email = EmailField()
    phone_number = StrictString(max_length=60, required=False, allow_null=True, allow_blank=True)
    resume_url = WebAddressField(required=False, allow_null=True, allow_blank=True)
    greenhouse_profile_url = WebAddressField(required=False, allow_null=True, allow_blank=True)

    def validate_phone_number(self, value: str | None) -> str:
        try:
            return PhoneField(allow_blank=True).run_validation(value or "")
        except serializers.ValidationError:
            return ""


class GreenhouseTestIn(StrictSerializer):
    """``POST /partners/greenhouse/send_test``"""

    unknown = "ignore"

    partner_test_id = StrictString(max_length=40)
    candidate = GreenhouseCandidateIn()
    url = WebAddressField(required=False, allow_null=True, allow_blank=True)


class GreenhouseErrorIn(StrictSerializer):
    """``POST /partners/greenhouse/response_error``"""

    unknown = "ignore"

    api_call = StrictString(max_length=40, required=False)

    def get_fields(self) -> dict[str, Any]:
        faults = serializers.ListField(
            child=StrictString(max_length=500), max_length=50, required=False
        )
        return super().get_fields() | {"errors": faults}

    partner_interview_id = serializers.JSONField(required=False, allow_null=True)
