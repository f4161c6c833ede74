"""Screenings and what may be done with one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view

from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from screening import documents, serializers, shapes
from screening.models import Screening
from screening.selectors import screenings as selectors
from screening.services import attempts, marking, reports, screenings
from screening.views.base import ScreeningApiView, paged, wrapped


class ScreeningsView(ScreeningApiView):
    """GET, POST /v1/screenings"""

    required_scope: ClassVar = {"GET": "screenings:read", "POST": "screenings:write"}
    free_form = ("metadata",)

    @extend_schema(
        summary="List screenings",
        parameters=[serializers.ScreeningListIn, serializers.PeriodIn],
        responses=documents.page(documents.ScreeningItemOut),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        wanted = self.query(serializers.ScreeningListIn)
        period = self.query(serializers.PeriodIn)
        attempts.settle_all(now=request.now, environment=request.environment)
        rows = selectors.list_screenings(
            request.environment,
            status=wanted["status"],
            candidate_id=wanted.get("candidate_id", ""),
            template_id=wanted.get("template_id", ""),
            created_from=period.get("from"),
            created_to=period.get("to"),
        )
        return paged(rows, page=wanted["page"], limit=wanted["limit"], shape=shapes.screening_item)

    @extend_schema(
        summary="Create a screening",
        request=serializers.ScreeningIn,
        responses={201: documents.data(documents.ScreeningOut)},
    )
    @idempotent
    def post(self, request: ApiRequest) -> HttpResponse:
        sent = self.parse(serializers.ScreeningIn)
        attempts.settle_all(now=request.now, environment=request.environment)
        screening = screenings.create_screening(
            request.environment,
            candidate_id=sent.pop("candidate_id"),
            template_id=sent.pop("template_id"),
            terms=terms_from(sent),
            now=request.now,
            actor=self.actor,
            request_id=request.request_id,
        )
        return wrapped(
            shapes.screening_detail(screening, with_link=True),
            201,
            Location=f"/v1/screenings/{screening.public_id}",
        )


def terms_from(sent: dict[str, Any]) -> screenings.Terms:
    given = {name: value for name, value in sent.items() if value is not None}
    if "time_multiplier" in given:
        given["time_multiplier"] = Decimal(f"{given['time_multiplier']:.2f}")
    return screenings.Terms(**given)


def settled(request: ApiRequest, screening_id: str) -> Screening:
    """The screening of that id, ended first if its time is over. Raises NotFound."""
    screening = selectors.get_screening(request.environment, screening_id)
    return attempts.settle(screening, now=request.now)


class ScreeningView(ScreeningApiView):
    """GET /v1/screenings/:id"""

    required_scope = "screenings:read"

    @extend_schema(summary="Get a screening", responses=documents.data(documents.ScreeningFullOut))
    def get(self, request: ApiRequest, screening_id: str) -> HttpResponse:
        screening = settled(request, screening_id)
        return wrapped(shapes.screening_full(screening, with_link=self.may("screenings:write")))


class ActionView(ScreeningApiView):
    """Something done to one screening, without a body."""

    required_scope = "screenings:write"
    status = 200

    def act(self, request: ApiRequest, screening_id: str) -> Screening:
        raise NotImplementedError

    @extend_schema(request=None, responses=documents.data(documents.ScreeningOut))
    @idempotent
    def post(self, request: ApiRequest, screening_id: str) -> HttpResponse:
        self.expect_nothing()
        settled(request, screening_id)
        screening = self.act(request, screening_id)
        return wrapped(shapes.screening_detail(screening, with_link=True), self.status)


@extend_schema_view(post=extend_schema(summary="Send the invitation"))
class InviteView(ActionView):
    """POST /v1/screenings/:id/invite"""

    def act(self, request: ApiRequest, screening_id: str) -> Screening:
        return screenings.invite(request.environment, screening_id=screening_id, now=request.now)


@extend_schema_view(post=extend_schema(summary="Send a reminder"))
class RemindView(ActionView):
    """POST /v1/screenings/:id/remind"""

    def act(self, request: ApiRequest, screening_id: str) -> Screening:
        return screenings.remind(request.environment, screening_id=screening_id, now=request.now)


@extend_schema_view(post=extend_schema(summary="Cancel a screening"))
class CancelView(ActionView):
    """POST /v1/screenings/:id/cancel"""

    def act(self, request: ApiRequest, screening_id: str) -> Screening:
        return screenings.cancel(
            request.environment, screening_id=screening_id, now=request.now, actor=self.actor
        )


@extend_schema_view(
    post=extend_schema(
        summary="Repeat a screening", responses={201: documents.data(documents.ScreeningOut)}
    )
)
class ResetView(ActionView):
    """POST /v1/screenings/:id/reset answers the new screening"""

    status = 201

    def act(self, request: ApiRequest, screening_id: str) -> Screening:
        return screenings.reset(
            request.environment, screening_id=screening_id, now=request.now, actor=self.actor
        )


@extend_schema_view(post=extend_schema(summary="Count provisional points as final"))
class FinalizeView(ActionView):
    """POST /v1/screenings/:id/finalize"""

    def act(self, request: ApiRequest, screening_id: str) -> Screening:
        return marking.finalize(request.environment, screening_id=screening_id, now=request.now)


class ExtendView(ScreeningApiView):
    """POST /v1/screenings/:id/extend"""

    required_scope = "screenings:write"

    @extend_schema(
        summary="Give a screening more time",
        request=serializers.ExtensionIn,
        responses=documents.data(documents.ScreeningOut),
    )
    @idempotent
    def post(self, request: ApiRequest, screening_id: str) -> HttpResponse:
        sent = self.parse(serializers.ExtensionIn)
        settled(request, screening_id)
        multiplier = sent.get("time_multiplier")
        screening = screenings.extend(
            request.environment,
            screening_id=screening_id,
            now=request.now,
            expires_at=sent.get("expires_at"),
            expires_in_days=sent.get("expires_in_days"),
            time_multiplier=Decimal(f"{multiplier:.2f}") if multiplier is not None else None,
        )
        return wrapped(shapes.screening_detail(screening, with_link=True))


class AnswerReviewView(ScreeningApiView):
    """POST /v1/screenings/:id/answers/:question/review"""

    required_scope = "screenings:write"

    @extend_schema(
        summary="Review an answer",
        request=serializers.ReviewIn,
        responses=documents.data(documents.ScreeningFullOut),
    )
    @idempotent
    def post(self, request: ApiRequest, screening_id: str, question_id: str) -> HttpResponse:
        sent = self.parse(serializers.ReviewIn)
        settled(request, screening_id)
        screening = marking.review_answer(
            request.environment,
            screening_id=screening_id,
            question_id=question_id,
            points=Decimal(f"{sent['points']:.3f}"),
            note=sent.get("note", ""),
            now=request.now,
            actor=self.actor,
        )
        return wrapped(shapes.screening_full(screening, with_link=False))


class ReportView(ScreeningApiView):
    """GET /v1/screenings/:id/report"""

    required_scope = "reports:read"

    @extend_schema(summary="Get a screening report", responses=documents.data(documents.ReportOut))
    def get(self, request: ApiRequest, screening_id: str) -> HttpResponse:
        settled(request, screening_id)
        screening, made = reports.get_report(request.environment, screening_id=screening_id)
        return wrapped(shapes.report(screening, made))


class ReportRegenerateView(ScreeningApiView):
    """POST /v1/screenings/:id/report/regenerate"""

    required_scope = "screenings:write"

    @extend_schema(
        summary="Write the report again",
        request=None,
        responses={202: documents.data(documents.ReportQueuedOut)},
    )
    @idempotent
    def post(self, request: ApiRequest, screening_id: str) -> HttpResponse:
        self.expect_nothing()
        settled(request, screening_id)
        queued = reports.regenerate(request.environment, screening_id=screening_id, now=request.now)
        return wrapped(
            {
                "screening_id": screening_id,
                "version": queued.version,
                "report_status": queued.status,
            },
            202,
        )
