"""/v1/status-log, /v1/kudos, /v1/workload-checkins"""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from hr import shapes
from hr.selectors import entries as selectors
from hr.serializers import entries as forms
from hr.services import entries as services
from hr.views.base import READ, HrView
from hr.workdays import monday_of
from pulse.http.answers import answer
from pulse.http.audit import audited
from pulse.http.idempotency import idempotent
from pulse.http.openapi import IF_MATCH
from pulse.http.requests import ApiRequest


class StatusLogListView(HrView):
    """GET, POST /v1/status-log"""

    required_scope = {"GET": "read:status_log", "POST": "write:status_log"}  # noqa: RUF012
    open_to_restricted = READ | {"POST"}

    @extend_schema(
        summary="List status-log entries",
        parameters=[forms.StatusLogQuery],
        responses=forms.StatusLogPage,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.StatusLogQuery)
        return self.listed(
            lambda: selectors.filter_status_log(request.environment, query),
            query=query,
            columns=shapes.STATUS_LOG,
            shape=shapes.status_log_entry,
        )

    @extend_schema(
        summary="Post a status-log entry",
        request=forms.StatusLogIn,
        responses={201: forms.StatusLogOut},
    )
    @idempotent
    @audited("status_log.posted")
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(forms.StatusLogIn)
        values["employee_id"] = self.acting(values.get("employee_id"))
        entry = services.post_status_log(request.environment, **values, now=request.now)
        return answer(
            shapes.status_log_entry(shapes.columns(entry, shapes.STATUS_LOG)),
            201,
            headers={"Location": f"/v1/status-log/{entry.public_id}"},
        )


class StatusLogView(HrView):
    """GET, PATCH /v1/status-log/{entry_id}"""

    required_scope = {"GET": "read:status_log", "PATCH": "write:status_log"}  # noqa: RUF012
    open_to_restricted = READ | {"PATCH"}

    @extend_schema(
        summary="Get a status-log entry",
        parameters=[forms.ExpandQuery],
        responses=forms.StatusLogSparse,
    )
    def get(self, request: ApiRequest, entry_id: str) -> HttpResponse:
        entry = selectors.get_status_log_entry(request.environment, entry_id)
        query = self.query(forms.ExpandQuery)
        shape = shapes.status_log_entry(shapes.columns(entry, shapes.STATUS_LOG))
        return self.show(self.represented([shape], query)[0])

    @extend_schema(
        summary="Correct today's status-log entry",
        parameters=[IF_MATCH],
        request=forms.StatusLogPatch,
        responses=forms.StatusLogOut,
    )
    @idempotent
    @audited("status_log.corrected")
    @transaction.atomic
    def patch(self, request: ApiRequest, entry_id: str) -> HttpResponse:
        # Held from here on, so that If-Match is compared with what is changed.
        entry = selectors.lock_status_log_entry(request.environment, entry_id)
        self.confine(entry.employee.public_id)
        changes = self.parse(forms.StatusLogPatch, partial=True)
        self.expect(shapes.status_log_entry(shapes.columns(entry, shapes.STATUS_LOG)))
        entry = services.correct_status_log(
            request.environment, entry_id=entry_id, changes=changes, now=request.now
        )
        return answer(shapes.status_log_entry(shapes.columns(entry, shapes.STATUS_LOG)))


class KudosListView(HrView):
    """GET, POST /v1/kudos"""

    required_scope = {"GET": "read:kudos", "POST": "write:kudos"}  # noqa: RUF012
    open_to_restricted = READ | {"POST"}

    @extend_schema(summary="List kudos", parameters=[forms.KudosQuery], responses=forms.KudosPage)
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.KudosQuery)
        return self.listed(
            lambda: selectors.filter_kudos(request.environment, query),
            query=query,
            columns=shapes.KUDOS,
            shape=shapes.kudos,
        )

    @extend_schema(summary="Award kudos", request=forms.KudosIn, responses={201: forms.KudosOut})
    @idempotent
    @audited("kudos.awarded")
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(forms.KudosIn)
        values["from_employee_id"] = self.acting(values.get("from_employee_id"), "from_employee_id")
        row = services.award_kudos(request.environment, **values, now=request.now)
        return answer(shapes.kudos(shapes.columns(row, shapes.KUDOS)), 201)


class LeaderboardView(HrView):
    """GET /v1/kudos/leaderboard"""

    required_scope = "read:kudos"
    open_to_restricted = READ

    @extend_schema(
        summary="Get the kudos leaderboard",
        parameters=[forms.LeaderboardQuery],
        responses=forms.LeaderboardOut,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.LeaderboardQuery)
        first, last = selectors.period_of(query["period"], self.today)
        standings = selectors.leaderboard(
            request.environment,
            first=first,
            last=last,
            direction=query["direction"],
            limit=query["limit"],
        )
        return self.show(
            {
                "period": query["period"],
                "direction": query["direction"],
                "start": first.isoformat(),
                "end": last.isoformat(),
                "data": [asdict(one) for one in standings],
            }
        )


class WorkloadListView(HrView):
    """GET, POST /v1/workload-checkins

    Rows say who answered what, so a restricted key sees its own person's only.
    """

    required_scope = {"GET": "read:workload", "POST": "write:workload"}  # noqa: RUF012
    open_to_restricted = READ | {"POST"}

    @extend_schema(
        summary="List workload check-ins",
        parameters=[forms.WorkloadQuery],
        responses=forms.WorkloadPage,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.confined(self.query(forms.WorkloadQuery))
        return self.listed(
            lambda: selectors.filter_workload(request.environment, query),
            query=query,
            columns=shapes.WORKLOAD,
            shape=shapes.workload_checkin,
        )

    @extend_schema(
        summary="Record a week's workload",
        request=forms.WorkloadIn,
        responses={200: forms.WorkloadOut, 201: forms.WorkloadOut},
    )
    @idempotent
    @audited("workload.recorded")
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(forms.WorkloadIn)
        values["employee_id"] = self.acting(values.get("employee_id"))
        row, created = services.record_workload(request.environment, **values, now=request.now)
        shape = shapes.workload_checkin(shapes.columns(row, shapes.WORKLOAD))
        return answer(shape, 201 if created else 200)


class WorkloadSummaryView(HrView):
    """GET /v1/workload-checkins/summary"""

    required_scope = "read:workload"
    open_to_restricted = READ

    @extend_schema(
        summary="Count workload levels per week",
        parameters=[forms.WorkloadSummaryQuery],
        responses=forms.WorkloadSummaryOut,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.WorkloadSummaryQuery)
        department = query.get("department")
        weeks = selectors.workload_weeks(
            request.environment,
            last_week=monday_of(self.today),
            weeks=query["weeks"],
            department=department,
        )
        return self.show(
            {
                "department": department,
                "data": [
                    {
                        "week_start": week.week_start.isoformat(),
                        "respondents": week.respondents,
                        "counts": week.counts,
                        "suppressed": week.counts is None,
                    }
                    for week in weeks
                ],
            }
        )
