"""Candidates."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

from pulse.errors import FieldError, Forbidden, InvalidInput
from pulse.http.answers import nothing
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from screening import documents, serializers, shapes
from screening.dossier import dossier
from screening.models import Candidate
from screening.selectors import candidates as selectors
from screening.selectors import screenings as screening_selectors
from screening.services import attempts, candidates, erasure
from screening.views.base import ScreeningApiView, paged, wrapped


def detail(candidate: Candidate) -> dict[str, Any]:
    return shapes.candidate_detail(candidate, screening_selectors.of_candidate(candidate))


class CandidatesView(ScreeningApiView):
    """GET, POST /v1/candidates"""

    required_scope: ClassVar = {"GET": "candidates:read", "POST": "candidates:write"}

    @extend_schema(
        summary="List candidates",
        parameters=[serializers.CandidateListIn],
        responses=documents.page(documents.CandidateItemOut),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        wanted = self.query(serializers.CandidateListIn)
        rows = selectors.list_candidates(
            request.environment,
            status=wanted["status"],
            email=wanted.get("email", ""),
            search=wanted.get("q", ""),
            created_after=wanted.get("created_after"),
        )
        return paged(rows, page=wanted["page"], limit=wanted["limit"], shape=shapes.candidate_item)

    @extend_schema(
        summary="Create a candidate",
        request=serializers.CandidateIn,
        responses={201: documents.data(documents.CandidateCreatedOut)},
    )
    @idempotent
    def post(self, request: ApiRequest) -> HttpResponse:
        sent = self.parse(serializers.CandidateIn)
        candidate = candidates.create_candidate(
            request.environment,
            **{name: value for name, value in sent.items() if value is not None},
            now=request.now,
            actor=self.actor,
            request_id=request.request_id,
        )
        return wrapped(
            shapes.candidate_created(candidate),
            201,
            Location=f"/v1/candidates/{candidate.public_id}",
        )


class CandidateView(ScreeningApiView):
    """GET, PATCH, DELETE /v1/candidates/:id"""

    required_scope: ClassVar = {
        "GET": "candidates:read",
        "PATCH": "candidates:write",
        "DELETE": "candidates:delete",
    }

    @extend_schema(summary="Get a candidate", responses=documents.data(documents.CandidateOut))
    def get(self, request: ApiRequest, candidate_id: str) -> HttpResponse:
        attempts.settle_all(now=request.now, environment=request.environment)
        return wrapped(detail(selectors.get_candidate(request.environment, candidate_id)))

    @extend_schema(
        summary="Change a candidate",
        request=serializers.CandidateChangeIn,
        responses=documents.data(documents.CandidateOut),
    )
    @idempotent
    def patch(self, request: ApiRequest, candidate_id: str) -> HttpResponse:
        changes = self.parse(serializers.CandidateChangeIn, partial=True)
        candidates.change_candidate(
            request.environment,
            candidate_id=candidate_id,
            changes=changes,
            now=request.now,
            actor=self.actor,
            request_id=request.request_id,
        )
        return wrapped(detail(selectors.get_candidate(request.environment, candidate_id)))

    @extend_schema(
        summary="Erase a candidate",
        parameters=[OpenApiParameter("purge", enum=["all"], description="Also delete the scores.")],
        responses={204: None},
    )
    def delete(self, request: ApiRequest, candidate_id: str) -> HttpResponse:
        purge = request.query_params.get("purge", "")
        if purge not in ("", "all"):
            raise InvalidInput(fields=[FieldError("purge", "only all is known")])
        erasure.erase_candidate(
            request.environment,
            candidate_id=candidate_id,
            purge=purge == "all",
            now=request.now,
            actor=self.actor,
            request_id=request.request_id,
        )
        return nothing()


class CandidateExportView(ScreeningApiView):
    """GET /v1/candidates/:id/export"""

    required_scope = "candidates:read"

    @extend_schema(
        summary="Get everything about a candidate", responses=documents.data(documents.DossierOut)
    )
    def get(self, request: ApiRequest, candidate_id: str) -> HttpResponse:
        for scope in ("screenings:read", "reports:read"):
            if not self.may(scope):
                raise Forbidden(f"This key lacks the scope {scope}.")
        attempts.settle_all(now=request.now, environment=request.environment)
        return wrapped(dossier(selectors.get_candidate(request.environment, candidate_id)))


class CandidateArchiveView(ScreeningApiView):
    """POST /v1/candidates/:id/archive"""

    required_scope = "candidates:write"
    status = "archived"

    @extend_schema(
        summary="Archive a candidate",
        request=None,
        responses=documents.data(documents.CandidateOut),
    )
    @idempotent
    def post(self, request: ApiRequest, candidate_id: str) -> HttpResponse:
        self.expect_nothing()
        candidates.change_candidate(
            request.environment,
            candidate_id=candidate_id,
            changes={"status": self.status},
            now=request.now,
            actor=self.actor,
            request_id=request.request_id,
        )
        return wrapped(detail(selectors.get_candidate(request.environment, candidate_id)))


@extend_schema_view(post=extend_schema(summary="Bring a candidate back"))
class CandidateUnarchiveView(CandidateArchiveView):
    """POST /v1/candidates/:id/unarchive"""

    status = "active"
