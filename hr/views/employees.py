"""/v1/employees"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from hr import shapes
from hr.models import Employee
from hr.selectors import employees as selectors
from hr.serializers import employees as forms
from hr.services import employees as services
from hr.views.base import READ, HrView
from pulse.http.answers import answer
from pulse.http.audit import audited
from pulse.http.idempotency import idempotent
from pulse.http.openapi import ETAG, IF_MATCH
from pulse.http.requests import ApiRequest

VERSIONED = re.compile(r'(?:W/)?"(?P<id>[^":]*):(?P<version>\d{1,9})(?::[a-z0-9]+)*"')


class EmployeesView(HrView):
    """GET, POST /v1/employees"""

    required_scope = {"GET": "read:employees", "POST": "write:employees"}  # noqa: RUF012
    open_to_restricted = READ

    @extend_schema(
        summary="List employees", parameters=[forms.EmployeeQuery], responses=forms.EmployeePage
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.EmployeeQuery)
        return self.listed(
            lambda: selectors.filter_employees(request.environment, query, today=self.today),
            query=query,
            columns=shapes.EMPLOYEE,
            shape=partial(shapes.employee, today=self.today),
            sort="created_at",
            parts=lambda: selectors.filter_employee_parts(
                request.environment, query, today=self.today
            ),
        )

    @extend_schema(
        summary="Create an employee",
        parameters=[ETAG],
        request=forms.EmployeeIn,
        responses={201: forms.EmployeeOut},
    )
    @idempotent
    @audited("employee.created")
    def post(self, request: ApiRequest) -> HttpResponse:
        employee = services.create_employee(
            request.environment, values=self.parse(forms.EmployeeIn), now=request.now
        )
        return _answer(self, employee, status=201)


class EmployeeView(HrView):
    """GET, PATCH, DELETE /v1/employees/{employee_id}"""

    required_scope = {  # noqa: RUF012
        "GET": "read:employees",
        "PATCH": "write:employees",
        "DELETE": "write:employees",
    }
    open_to_restricted = READ | {"PATCH"}

    @extend_schema(
        summary="Get an employee",
        parameters=[forms.EmployeeShowQuery],
        responses=forms.EmployeeSparse,
    )
    def get(self, request: ApiRequest, employee_id: str) -> HttpResponse:
        employee = selectors.get_employee(request.environment, employee_id)
        query = self.query(forms.EmployeeShowQuery)
        shape = _shape(self, employee)
        etag = shapes.employee_etag(shape)
        if not query:
            return self.show(shape, etag=etag)
        response = self.show(self.represented([dict(shape)], query)[0])
        # The version first, for If-Match; what else is shown may change without it.
        response["ETag"] = f"{etag[:-1]}:{response['ETag'][1:]}"
        return response

    @extend_schema(
        summary="Change an employee",
        parameters=[IF_MATCH, ETAG],
        request=forms.EmployeePatch,
        responses=forms.EmployeeOut,
    )
    @idempotent
    @audited("employee.updated")
    def patch(self, request: ApiRequest, employee_id: str) -> HttpResponse:
        self.confine(employee_id)
        selectors.get_employee(request.environment, employee_id)
        changes = self.parse(forms.EmployeePatch, partial=True)
        expected = services.Expected(changes.pop("version", None), _if_match(request))
        employee = services.update_employee(
            request.environment,
            employee_id=employee_id,
            changes=changes,
            now=request.now,
            expected=expected,
        )
        return _answer(self, employee)

    @extend_schema(
        summary="Offboard an employee",
        parameters=[forms.OffboardQuery, IF_MATCH, ETAG],
        request=None,
        responses={200: forms.EmployeeOut},
    )
    @audited("employee.offboarded")
    def delete(self, request: ApiRequest, employee_id: str) -> HttpResponse:
        selectors.get_employee(request.environment, employee_id)
        query = self.query(forms.OffboardQuery)
        self.nothing_sent()
        employee = services.offboard_employee(
            request.environment,
            employee_id=employee_id,
            now=request.now,
            expected=services.Expected(None, _if_match(request)),
            reassign_reports_to=query.get("reassign_reports_to"),
        )
        return _answer(self, employee)


def _shape(view: HrView, employee: Employee) -> dict[str, Any]:
    return shapes.employee(shapes.columns(employee, shapes.EMPLOYEE), today=view.today)


def _answer(view: HrView, employee: Employee, status: int = 200) -> HttpResponse:
    shape = _shape(view, employee)
    headers = {"ETag": shapes.employee_etag(shape)}
    if status == 201:
        headers["Location"] = f"/v1/employees/{employee.public_id}"
    return answer(shape, status, headers=headers)


def _if_match(request: ApiRequest) -> tuple[int, ...] | None:
    """The versions that If-Match names; None without the header or with ``*``."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    return tuple(
        int(found["version"])
        for part in header.split(",")
        if (found := VERSIONED.fullmatch(part.strip()))
    )
