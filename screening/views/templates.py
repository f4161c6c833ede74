"""Templates and their questions."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view

from pulse.http.answers import answer
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from screening import documents, serializers, shapes
from screening.models import Template
from screening.questions import Question
from screening.selectors import templates as selectors
from screening.services import templates
from screening.views.base import ScreeningApiView, paged, wrapped


class TemplatesView(ScreeningApiView):
    """GET, POST /v1/templates; the list has ``meta`` only when a page was asked for."""

    required_scope: ClassVar = {"GET": "templates:read", "POST": "templates:write"}

    @extend_schema(
        summary="List templates",
        parameters=[serializers.TemplateListIn],
        responses=documents.page(documents.TemplateItemOut, meta_required=False),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        wanted = self.query(serializers.TemplateListIn)
        rows = selectors.list_templates(request.environment, status=wanted["status"])
        if {"page", "limit"} & request.query_params.keys():
            return paged(
                rows, page=wanted["page"], limit=wanted["limit"], shape=shapes.template_item
            )
        return answer({"data": [shapes.template_item(row) for row in rows]})

    @extend_schema(
        summary="Create a template",
        request=serializers.TemplateIn,
        responses={201: documents.data(documents.TemplateOut)},
    )
    @idempotent
    def post(self, request: ApiRequest) -> HttpResponse:
        sent = self.parse(serializers.TemplateIn)
        template = templates.create_template(request.environment, **sent, now=request.now)
        return wrapped(_detail(template), 201, Location=f"/v1/templates/{template.public_id}")


def _detail(template: Template) -> dict[str, object]:
    return shapes.template_detail(template, selectors.current_version(template))


class TemplateView(ScreeningApiView):
    """GET, PATCH /v1/templates/:id"""

    required_scope: ClassVar = {"GET": "templates:read", "PATCH": "templates:write"}

    @extend_schema(summary="Get a template", responses=documents.data(documents.TemplateOut))
    def get(self, request: ApiRequest, template_id: str) -> HttpResponse:
        return wrapped(_detail(selectors.get_template(request.environment, template_id)))

    @extend_schema(
        summary="Change a template",
        request=serializers.TemplateChangeIn,
        responses=documents.data(documents.TemplateOut),
    )
    @idempotent
    def patch(self, request: ApiRequest, template_id: str) -> HttpResponse:
        changes = self.parse(serializers.TemplateChangeIn, partial=True)
        template = templates.change_template(
            request.environment, template_id=template_id, changes=changes, now=request.now
        )
        return wrapped(_detail(template))


class TemplateQuestionsView(ScreeningApiView):
    """POST /v1/templates/:id/questions"""

    required_scope = "templates:write"

    @extend_schema(
        summary="Add a question",
        request=serializers.QuestionIn,
        responses={201: documents.data(documents.QuestionOut)},
    )
    @idempotent
    def post(self, request: ApiRequest, template_id: str) -> HttpResponse:
        question: Question = self.parse(serializers.QuestionIn)
        added = templates.add_question(
            request.environment, template_id=template_id, question=question, now=request.now
        )
        return wrapped(added, 201)


class TemplateArchiveView(ScreeningApiView):
    """POST /v1/templates/:id/archive"""

    required_scope = "templates:write"
    status = "archived"

    @extend_schema(
        summary="Archive a template", request=None, responses=documents.data(documents.TemplateOut)
    )
    @idempotent
    def post(self, request: ApiRequest, template_id: str) -> HttpResponse:
        self.expect_nothing()
        template = templates.change_template(
            request.environment,
            template_id=template_id,
            changes={"status": self.status},
            now=request.now,
        )
        return wrapped(_detail(template))


@extend_schema_view(post=extend_schema(summary="Bring a template back"))
class TemplateUnarchiveView(TemplateArchiveView):
    """POST /v1/templates/:id/unarchive"""

    status = "active"
