"""/v1/org-chart, /v1/custom-fields"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from hr import shapes
from hr.models import CustomField
from hr.selectors import employees as selectors
from hr.selectors import org_chart as charts
from hr.serializers import employees as forms
from hr.serializers import people as chart_forms
from hr.serializers.lists import ListQuery
from hr.services import custom_fields as services
from hr.views.base import READ, HrView
from pulse.http.answers import answer, nothing
from pulse.http.audit import audited
from pulse.http.idempotency import idempotent
from pulse.http.openapi import IF_MATCH
from pulse.http.requests import ApiRequest


class OrgChartView(HrView):
    """GET /v1/org-chart"""

    required_scope = "read:employees"
    open_to_restricted = READ

    @extend_schema(
        summary="Get the org chart",
        parameters=[chart_forms.OrgChartQuery],
        responses=chart_forms.OrgChartOut,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(chart_forms.OrgChartQuery)
        root = (
            selectors.get_employee(request.environment, query["root"]) if "root" in query else None
        )
        chart = charts.org_chart(
            request.environment, root=root, depth=query["depth"], today=self.today
        )
        return self.show(
            {
                "roots": [_node(node) for node in chart.roots],
                "orphans": [_node(node) for node in chart.orphans],
                "truncated": chart.truncated,
            }
        )


class CustomFieldsView(HrView):
    """GET, POST /v1/custom-fields"""

    required_scope = {"GET": "read:employees", "POST": "write:employees"}  # noqa: RUF012
    open_to_restricted = READ

    @extend_schema(
        summary="List custom fields", parameters=[ListQuery], responses=forms.CustomFieldPage
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.listed(
            lambda: selectors.custom_fields(request.environment),
            query=self.query(ListQuery),
            columns=shapes.CUSTOM_FIELD,
            shape=shapes.custom_field,
            sort="created_at",
        )

    @extend_schema(
        summary="Declare a custom field",
        request=forms.CustomFieldIn,
        responses={201: forms.CustomFieldOut},
    )
    @idempotent
    @audited("custom_field.declared")
    def post(self, request: ApiRequest) -> HttpResponse:
        field = services.declare_field(
            request.environment, values=self.parse(forms.CustomFieldIn), now=request.now
        )
        return answer(
            _field(field),
            201,
            headers={"Location": f"/v1/custom-fields/{field.public_id}"},
        )


class CustomFieldView(HrView):
    """GET, PATCH, DELETE /v1/custom-fields/{field_id}"""

    required_scope = {  # noqa: RUF012
        "GET": "read:employees",
        "PATCH": "write:employees",
        "DELETE": "write:employees",
    }
    open_to_restricted = READ

    @extend_schema(summary="Get a custom field", responses=forms.CustomFieldOut)
    def get(self, request: ApiRequest, field_id: str) -> HttpResponse:
        field = selectors.get_custom_field(request.environment, field_id)
        self.no_query()
        return self.show(_field(field))

    @extend_schema(
        summary="Change a custom field",
        parameters=[IF_MATCH],
        request=forms.CustomFieldPatch,
        responses=forms.CustomFieldOut,
    )
    @idempotent
    @audited("custom_field.changed")
    def patch(self, request: ApiRequest, field_id: str) -> HttpResponse:
        field = selectors.get_custom_field(request.environment, field_id)
        changes = self.parse(forms.CustomFieldPatch, partial=True)
        self.expect(_field(field))
        field = services.change_field(request.environment, field_id=field_id, changes=changes)
        return answer(_field(field))

    @extend_schema(
        summary="Delete a custom field", parameters=[IF_MATCH], request=None, responses={204: None}
    )
    @audited("custom_field.retracted")
    def delete(self, request: ApiRequest, field_id: str) -> HttpResponse:
        field = selectors.get_custom_field(request.environment, field_id)
        self.nothing_sent()
        self.expect(_field(field))
        services.retract_field(request.environment, field_id=field_id)
        return nothing()


def _field(field: CustomField) -> dict[str, Any]:
    return shapes.custom_field(shapes.columns(field, shapes.CUSTOM_FIELD))


def _node(node: charts.Node) -> dict[str, Any]:
    return {
        "id": node.public_id,
        "full_name": node.full_name,
        "role": node.role,
        "department": node.department,
        "reports_count": node.reports_count,
        "reports": [_node(report) for report in node.reports],
    }
