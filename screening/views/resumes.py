"""Resumes: uploaded by the account, fetched by whoever holds a key or a signed address."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from pulse.errors import (
    FieldError,
    Forbidden,
    InvalidInput,
    NotFound,
    Unauthenticated,
    UnsupportedMedia,
)
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from screening import documents, resume_files, shapes
from screening.selectors import candidates as selectors
from screening.services import resumes
from screening.views.base import ScreeningApiView, wrapped


class ResumeUploadView(ScreeningApiView):
    """POST /v1/candidates/:id/resume, multipart with one ``file``"""

    required_scope = "candidates:write"

    @extend_schema(
        summary="Upload a resume",
        request={
            "multipart/form-data": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
        responses={201: documents.data(documents.ResumeOut)},
    )
    @idempotent
    def post(self, request: ApiRequest, candidate_id: str) -> HttpResponse:
        raw = request._request
        if raw.content_type != "multipart/form-data":
            raise UnsupportedMedia("The resume must be sent as multipart/form-data.")
        file = raw.FILES.get("file")
        if file is None:
            raise InvalidInput(fields=[FieldError("file", "is required")])
        candidate = resumes.store_upload(
            request.environment,
            candidate_id=candidate_id,
            name=file.name or "",
            data=file.read(),
            now=request.now,
            actor=self.actor,
        )
        return wrapped(
            {
                "candidate_id": candidate.public_id,
                "resume_url": shapes.resume_address(candidate),
                "resume_status": candidate.resume.status,
                "media_type": candidate.resume.media_type,
                "size_bytes": candidate.resume.size_bytes,
            },
            201,
        )


class ResumeFileView(ScreeningApiView):
    """GET /resumes/:candidate.pdf"""

    public = True

    @extend_schema(
        summary="Get a resume",
        parameters=[
            OpenApiParameter("signature", description="Opens the file without a key, for an hour.")
        ],
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            (200, "text/plain"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: ApiRequest, name: str) -> HttpResponse:
        signature = request.query_params.get("signature", "")
        if signature:
            found = resume_files.opened_by(signature)
        else:
            credential = getattr(request, "credential", None)
            if credential is None or credential.product != self.product:
                raise Unauthenticated
            if not credential.allows("candidates:read"):
                raise Forbidden
            found = selectors.get_candidate(request.environment, name.removesuffix(".pdf"))
        if found is None or f"{found.public_id}.pdf" != name:
            raise NotFound("The resume was not found")
        resume = selectors.resume_of(found)
        if resume is None or resume.status != resume.Status.STORED:
            raise NotFound(
                "The resume is not stored",
                details={"resume_status": resume.status if resume else "none"},
            )
        response = HttpResponse(resume_files.read(resume), content_type=resume.media_type)
        ending = resume_files.ENDINGS[resume.media_type]
        response["Content-Disposition"] = (
            f'attachment; filename="resume-{found.public_id}.{ending}"'
        )
        response["Cache-Control"] = "private, no-store"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["X-Content-Type-Options"] = "nosniff"
        return response
