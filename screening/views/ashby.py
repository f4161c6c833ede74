"""Ashby as a customer's tracking system: the three calls of its assessment partners.

What follows from them is told to Ashby, see ``screening.services.partner_updates``; it does not ask.
"""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from pulse.http.answers import answer
from pulse.http.requests import ApiRequest
from screening import ashby_serializers as forms
from screening.models import PartnerKey
from screening.selectors import partners as selectors
from screening.selectors import templates as template_selectors
from screening.services import attempts, partners, screenings
from screening.views.partners import PartnerView

ASHBY = PartnerKey.Partner.ASHBY


class ListAssessmentsView(PartnerView):
    """POST /partners/ashby/assessment.list"""

    required_scope = "templates:read"

    @extend_schema(
        summary="List assessments, for Ashby",
        request=forms.AssessmentListIn,
        responses=forms.AssessmentTypesOut,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        rows = template_selectors.list_templates(request.environment)
        return _results(
            [
                {
                    "assessment_type_id": row.public_id,
                    "name": row.name,
                    "description": row.description or f"{row.duration_minutes} minutes",
                }
                for row in rows
            ]
        )


class StartAssessmentView(PartnerView):
    """POST /partners/ashby/assessment.start"""

    required_scope = "screenings:write"

    @extend_schema(
        summary="Start an assessment, for Ashby",
        request=forms.AssessmentStartIn,
        responses=forms.AssessmentOut,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        sent = self.parse(forms.AssessmentStartIn)
        person = sent["candidate"]
        attempts.settle_all(now=request.now, environment=request.environment)
        screening = partners.send_test(
            request.environment,
            partner=ASHBY,
            template_id=sent["assessment_type_id"],
            person=partners.Person(
                name=f"{person['first_name']} {person['last_name']}".strip()[:200],
                email=person["email"],
            ),
            reference=str(uuid.uuid4()),
            job_title=(sent.get("job") or {}).get("name") or "",
            now=request.now,
            actor=self.actor,
        )
        return _results({"assessment_id": screening.partner_ref})


class CancelAssessmentView(PartnerView):
    """POST /partners/ashby/assessment.cancel"""

    required_scope = "screenings:write"

    @extend_schema(
        summary="Cancel an assessment, for Ashby",
        request=forms.AssessmentCancelIn,
        responses=forms.AssessmentOut,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        sent = self.parse(forms.AssessmentCancelIn)
        found = selectors.screening_of_partner(request.environment, ASHBY, sent["assessment_id"])
        screening = attempts.settle(found, now=request.now)
        if screening.open:
            screenings.cancel(
                request.environment,
                screening_id=screening.public_id,
                now=request.now,
                actor=self.actor,
            )
        return _results({"assessment_id": sent["assessment_id"]})


def _results(results: object) -> HttpResponse:
    return answer({"success": True, "results": results})
