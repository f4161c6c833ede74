"""/v1/leave"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from hr import shapes
from hr.selectors import employees as people
from hr.selectors import leave as selectors
from hr.serializers import leave as forms
from hr.services import leave as services
from hr.views.base import READ, HrView
from pulse.http.answers import answer, nothing
from pulse.http.audit import audited
from pulse.http.idempotency import idempotent
from pulse.http.openapi import IF_MATCH
from pulse.http.requests import ApiRequest


class LeaveListView(HrView):
    """GET, POST /v1/leave

    Rows say why somebody is away, so a restricted key sees its own person's only.
    """

    required_scope = {"GET": "read:leave", "POST": "write:leave"}  # noqa: RUF012
    open_to_restricted = READ | {"POST"}

    @extend_schema(summary="List leave", parameters=[forms.LeaveQuery], responses=forms.LeavePage)
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.confined(self.query(forms.LeaveQuery))
        return self.listed(
            lambda: selectors.filter_leave(request.environment, query),
            query=query,
            columns=shapes.LEAVE,
            shape=_shape(query["breakdown"]),
            parts=lambda: selectors.filter_leave_parts(request.environment, query),
        )

    @extend_schema(summary="Log leave", request=forms.LeaveIn, responses={201: forms.LeaveOut})
    @idempotent
    @audited("leave.logged")
    def post(self, request: ApiRequest) -> HttpResponse:
        draft = self.parse(forms.LeaveIn)
        employee_id = self.acting(draft.pop("employee_id", None))
        entry = services.log_leave(
            request.environment,
            employee_id=employee_id,
            draft=services.LeaveDraft(**draft),
            now=request.now,
        )
        return answer(
            shapes.leave(shapes.columns(entry, shapes.LEAVE)),
            201,
            headers={"Location": f"/v1/leave/{entry.public_id}"},
        )


class LeaveView(HrView):
    """GET, DELETE /v1/leave/{leave_id}"""

    required_scope = {"GET": "read:leave", "DELETE": "write:leave"}  # noqa: RUF012
    open_to_restricted = READ | {"DELETE"}

    @extend_schema(
        summary="Get a leave entry", parameters=[forms.LeaveShowQuery], responses=forms.LeaveSparse
    )
    def get(self, request: ApiRequest, leave_id: str) -> HttpResponse:
        entry = selectors.get_leave(request.environment, leave_id)
        self.confine(entry.employee.public_id)
        query = self.query(forms.LeaveShowQuery)
        shape = _shape(query["breakdown"])(shapes.columns(entry, shapes.LEAVE))
        return self.show(self.represented([shape], query)[0])

    @extend_schema(
        summary="Cancel leave", parameters=[IF_MATCH], request=None, responses={204: None}
    )
    @audited("leave.cancelled")
    def delete(self, request: ApiRequest, leave_id: str) -> HttpResponse:
        entry = selectors.get_leave(request.environment, leave_id)
        self.confine(entry.employee.public_id)
        self.nothing_sent()
        self.expect(shapes.leave(shapes.columns(entry, shapes.LEAVE)))
        services.cancel_leave(request.environment, leave_id=leave_id, now=request.now)
        return nothing()


class LeaveBalanceView(HrView):
    """GET /v1/leave/balance/{employee_id}"""

    required_scope = "read:leave"
    open_to_restricted = READ

    @extend_schema(
        summary="Get an employee's leave balance",
        parameters=[forms.BalanceQuery],
        responses=forms.BalanceOut,
    )
    def get(self, request: ApiRequest, employee_id: str) -> HttpResponse:
        self.confine(employee_id)
        employee = people.get_employee(request.environment, employee_id)
        as_of = self.query(forms.BalanceQuery).get("as_of", self.today)
        return self.show(
            {
                "employee_id": employee.public_id,
                "as_of": as_of.isoformat(),
                "period": {"start": f"{as_of.year:04}-01-01", "end": f"{as_of.year:04}-12-31"},
                "balances": [
                    balance_shape(one)
                    for one in selectors.balances(request.environment, employee, as_of)
                ],
            }
        )


class LeavePreviewView(HrView):
    """POST /v1/leave/preview"""

    required_scope = "read:leave"
    open_to_restricted = frozenset({"POST"})

    @extend_schema(summary="Preview leave", request=forms.LeaveIn, responses=forms.PreviewOut)
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(forms.LeaveIn)
        employee_id = self.acting(values.pop("employee_id", None))
        draft = services.LeaveDraft(**values)
        employee, outlook = services.preview_leave(
            request.environment, employee_id=employee_id, draft=draft
        )
        balances = selectors.balances_after(
            request.environment, employee, draft.kind, outlook.span, outlook.holidays
        )
        return answer(
            {
                "employee_id": employee.public_id,
                "kind": draft.kind,
                "start_date": outlook.span.start.isoformat(),
                "end_date": outlook.span.end.isoformat(),
                "days": outlook.half_days / 2,
                "breakdown": shapes.breakdown(outlook.span, outlook.holidays),
                "holidays": sorted(day.isoformat() for day in outlook.holidays),
                "overlaps": outlook.overlaps,
                "balances_after": [balance_shape(one) for one in balances],
            }
        )


def balance_shape(balance: selectors.Balance) -> dict[str, Any]:
    return {
        "kind": balance.kind,
        "unit": "days",
        "entitlement": balance.entitlement,
        "carried_over": 0.0,
        "used": balance.used,
        "scheduled": balance.scheduled,
        "remaining": balance.remaining,
    }


def _shape(breakdown: bool) -> Callable[[shapes.Row], dict[str, Any]]:
    if not breakdown:
        return shapes.leave
    return lambda row: {**shapes.leave(row), "breakdown": shapes.leave_breakdown(row)}
