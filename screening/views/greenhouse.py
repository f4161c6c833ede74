"""Greenhouse as a customer's tracking system: the four endpoints of its assessment partners.

Its bodies are its own, so they carry no ``data`` envelope.
"""

from __future__ import annotations

import structlog
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema

from pulse.errors import FieldError, InvalidInput
from pulse.http.answers import answer
from pulse.http.requests import ApiRequest
from screening import documents, serializers, shapes
from screening.models import Screening
from screening.selectors import screenings as selectors
from screening.selectors import templates as template_selectors
from screening.services import attempts, partners
from screening.views.partners import PartnerView

log = structlog.get_logger(__name__)


class ListTestsView(PartnerView):
    """GET /partners/greenhouse/list_tests"""

    required_scope = "templates:read"

    @extend_schema(
        summary="List tests, for Greenhouse", responses=documents.GreenhouseTestOut(many=True)
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        rows = template_selectors.list_templates(request.environment)
        return answer(
            [{"partner_test_id": row.public_id, "partner_test_name": row.name} for row in rows]
        )


class SendTestView(PartnerView):
    """POST /partners/greenhouse/send_test"""

    required_scope = "screenings:write"

    @extend_schema(
        summary="Send a test, for Greenhouse",
        request=serializers.GreenhouseTestIn,
        responses=documents.GreenhouseInterviewOut,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        sent = self.parse(serializers.GreenhouseTestIn)
        person = sent["candidate"]
        attempts.settle_all(now=request.now, environment=request.environment)
        screening = partners.send_test(
            request.environment,
            partner="greenhouse",
            template_id=sent["partner_test_id"],
            person=partners.Person(
                name=f"{person['first_name']} {person['last_name']}".strip()[:200],
                email=person["email"],
                phone=person.get("phone_number") or "",
                resume_url=person.get("resume_url") or "",
            ),
            reference=person.get("greenhouse_profile_url") or "",
            callback_url=sent.get("url") or "",
            now=request.now,
            actor=self.actor,
        )
        return answer({"partner_interview_id": screening.public_id})


class TestStatusView(PartnerView):
    """GET /partners/greenhouse/test_status?partner_interview_id="""

    required_scope = "screenings:read"

    @extend_schema(
        summary="Get a test's status, for Greenhouse",
        parameters=[OpenApiParameter("partner_interview_id", required=True)],
        responses=documents.GreenhouseStatusOut,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        wanted = request.query_params.get("partner_interview_id", "")
        if not wanted:
            raise InvalidInput(fields=[FieldError("partner_interview_id", "is required")])
        screening = attempts.settle(
            selectors.get_screening(request.environment, wanted), now=request.now
        )
        if screening.status != Screening.Status.COMPLETED or screening.score is None:
            return answer({"partner_status": screening.status})
        return answer(
            {
                "partner_status": "complete",
                "partner_profile_url": shapes.screening_page(screening),
                "partner_score": screening.score,
                "metadata": {one["skill"]: one["score"] for one in screening.skill_scores},
            }
        )


class ResponseErrorView(PartnerView):
    """POST /partners/greenhouse/response_error"""

    required_scope = "screenings:write"

    @extend_schema(
        summary="Report an error, for Greenhouse",
        request=serializers.GreenhouseErrorIn,
        responses={200: None},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        sent = self.parse(serializers.GreenhouseErrorIn)
        log.warning(
            "greenhouse_refused_an_answer",
            call=sent.get("api_call", ""),
            screening=str(sent.get("partner_interview_id") or ""),
            errors=sent.get("errors", []),
        )
        return answer({})
