"""/v1/employees/{employee_id}/score"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from hr.selectors import employees as people
from hr.selectors import scores as selectors
from hr.serializers import people as forms
from hr.services import scores as services
from hr.views.base import READ, HrView
from pulse.http.answers import answer
from pulse.http.audit import audited
from pulse.http.requests import ApiRequest


class ScoreView(HrView):
    """GET /v1/employees/{employee_id}/score"""

    required_scope = "read:score"
    open_to_restricted = READ

    @extend_schema(
        summary="Get an employee's score", parameters=[forms.ScoreQuery], responses=forms.ScoreOut
    )
    def get(self, request: ApiRequest, employee_id: str) -> HttpResponse:
        self.confine(employee_id)
        employee = people.get_employee(request.environment, employee_id)
        as_of = self.query(forms.ScoreQuery).get("as_of", self.today)
        found = selectors.score_on(request.environment, employee, as_of)
        factors = [
            {
                **asdict(factor),
                "value": None if factor.value is None else round(factor.value, 3),
                "effective_weight": round(factor.effective_weight, 4),
            }
            for factor in found.result.factors
        ]
        return self.show({"employee_id": employee_id, **_day(found), "factors": factors})


class ScoreHistoryView(HrView):
    """GET /v1/employees/{employee_id}/score/history"""

    required_scope = "read:score"
    open_to_restricted = READ

    @extend_schema(
        summary="Get a score day by day",
        parameters=[forms.ScoreHistoryQuery],
        responses=forms.ScoreHistoryOut,
    )
    def get(self, request: ApiRequest, employee_id: str) -> HttpResponse:
        self.confine(employee_id)
        employee = people.get_employee(request.environment, employee_id)
        days = self.query(forms.ScoreHistoryQuery)["days"]
        history = selectors.score_history(request.environment, employee, self.today, days)
        return self.show({"employee_id": employee_id, "data": [_day(one) for one in history]})


class ScoreInputsView(HrView):
    """PUT /v1/employees/{employee_id}/score-inputs"""

    required_scope = "write:score"

    @extend_schema(
        summary="Set what a score is made of",
        request=forms.ScoreInputsIn,
        responses=forms.ScoreInputsOut,
    )
    @audited("score_inputs.put")
    def put(self, request: ApiRequest, employee_id: str) -> HttpResponse:
        people.get_employee(request.environment, employee_id)
        row = services.put_score_inputs(
            request.environment,
            employee_id=employee_id,
            values=self.parse(forms.ScoreInputsIn),
            now=request.now,
        )
        measures = {name: getattr(row, name) for name in selectors.MEASURES}
        return answer({"employee_id": employee_id, "date": row.date.isoformat(), **measures})


def _day(found: selectors.ScoreOfDay) -> dict[str, Any]:
    return {
        "as_of": found.as_of.isoformat(),
        "score": found.result.score,
        "grade": found.result.grade,
        "trend": found.trend,
    }
