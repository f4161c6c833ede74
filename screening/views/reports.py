"""Reports over many screenings."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema

from pulse.errors import FieldError, InvalidInput
from pulse.http.requests import ApiRequest
from screening import documents, impact, serializers
from screening.selectors import statistics
from screening.views.base import ScreeningApiView, wrapped


class AdverseImpactView(ScreeningApiView):
    """GET /v1/reports/adverse-impact"""

    required_scope = "reports:read"

    @extend_schema(
        summary="Get the adverse impact report",
        parameters=[serializers.PeriodIn, OpenApiParameter("basis", enum=["score", "decision"])],
        responses=documents.data(documents.ImpactOut),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        wanted = self.query(serializers.PeriodIn)
        basis = request.query_params.get("basis", "score")
        if basis not in ("score", "decision"):
            raise InvalidInput(fields=[FieldError("basis", "score or decision")])
        people = statistics.people(
            request.environment,
            template_id=wanted.get("template_id", ""),
            completed_from=wanted.get("from"),
            completed_to=wanted.get("to"),
        )
        return wrapped(impact.report(people, basis=basis))
