"""Screening for operators: read-mostly; what may be done goes through the services."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from pulse.support_screens import ReadOnlyAdmin, acting_user
from screening.account import PLANS, plan_name
from screening.models import Candidate, PartnerUpdate, Plan, Report, Resume, Screening, Template
from screening.services import accounts, candidates, erasure, marking


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id",
        "name",
        "email",
        "status",
        "last_contact_at",
        "legal_hold",
        "environment",
    )
    list_filter = ("environment", "status", "legal_hold")
    list_select_related = ("environment__organization",)
    search_fields = ("search_text",)
    ordering = ("-created_at",)
    actions = ("hold", "lift_hold", "erase")

    @admin.action(description="Put a legal hold on the chosen candidates")
    def hold(self, request: HttpRequest, rows: QuerySet[Candidate]) -> None:
        candidates.set_legal_hold(rows, held=True, actor=acting_user(request))

    @admin.action(description="Lift the legal hold")
    def lift_hold(self, request: HttpRequest, rows: QuerySet[Candidate]) -> None:
        candidates.set_legal_hold(rows, held=False, actor=acting_user(request))

    @admin.action(description="Erase the chosen candidates for good")
    def erase(self, request: HttpRequest, rows: QuerySet[Candidate]) -> None:
        count = 0
        for candidate in rows.filter(erased_at=None).select_related("environment__organization"):
            erasure.erase_candidate(
                candidate.environment,
                candidate_id=candidate.public_id,
                now=datetime.now(UTC),
                actor=acting_user(request),
            )
            count += 1
        messages.success(request, f"{count} erased.")


@admin.register(Screening)
class ScreeningAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id", "candidate", "template", "status", "score", "scoring_status",
        "invitation_status", "created_at", "environment",
    )  # fmt: skip
    list_filter = ("environment", "status", "scoring_status", "invitation_status")
    list_select_related = ("candidate", "template", "environment__organization")
    search_fields = ("candidate__search_text",)
    exclude = ("link_nonce", "link_digest")
    ordering = ("-created_at",)


@admin.register(Template)
class TemplateAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id", "name", "duration_minutes", "question_count", "updated_at", "environment",
    )  # fmt: skip
    list_filter = ("environment",)
    list_select_related = ("environment__organization",)
    search_fields = ("name",)
    ordering = ("-updated_at",)


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = (
        "screening", "version", "status", "score", "recommendation", "generated_by", "attempts",
        "failure", "environment",
    )  # fmt: skip
    list_filter = ("environment", "status", "generated_by")
    list_select_related = ("screening", "environment__organization")
    ordering = ("-pk",)
    actions = ("write_again",)

    @admin.action(description="Write these reports again")
    def write_again(self, request: HttpRequest, rows: QuerySet[Report]) -> None:
        for row in rows.select_related("screening__environment__organization"):
            marking.queue_report(row.screening, now=datetime.now(UTC))


@admin.register(PartnerUpdate)
class PartnerUpdateAdmin(ReadOnlyAdmin):
    list_display = (
        "screening", "kind", "state", "attempts", "failure", "occurred_at", "environment",
    )  # fmt: skip
    list_filter = ("environment", "state", "kind")
    list_select_related = ("screening", "environment__organization")
    ordering = ("-pk",)


@admin.register(Resume)
class ResumeAdmin(ReadOnlyAdmin):
    list_display = ("candidate", "status", "media_type", "size_bytes", "failure", "environment")
    list_filter = ("environment", "status")
    list_select_related = ("candidate", "environment__organization")
    exclude = ("file_name",)
    ordering = ("-pk",)


def _to(plan: str) -> Any:
    per_minute, burst = PLANS[plan]

    @admin.action(description=f"Put on {plan} ({per_minute} a minute, burst {burst})")
    def change(screen: Any, request: HttpRequest, rows: QuerySet[Plan]) -> None:
        for organization in rows:
            accounts.change_plan(organization, plan=plan)
        messages.success(request, f"On {plan} now.")

    change.__name__ = f"to_{plan}"
    return change


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ("name", "plan")
    search_fields = ("name",)
    ordering = ("name",)
    actions: ClassVar[Any] = tuple(_to(plan) for plan in PLANS)

    def plan(self, row: Plan) -> str:
        return plan_name(row)
