"""Writing what other systems measured of a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from hr.errors import Erased, unprocessable
from hr.models import ScoreInput
from hr.selectors import employees as people
from hr.selectors import scores as selectors
from pulse.tenancy.models import Environment
from pulse.times import today as today_of


@transaction.atomic
def put_score_inputs(
    environment: Environment, *, employee_id: str, values: dict[str, Any], now: datetime
) -> ScoreInput:
    """Replace what is known of a person from today on; earlier days keep what was known then.

    A measure that ``values`` leaves out is unknown from today on.
    Raises NotFound, Erased, Unprocessable.
    """
    employee = people.lock_employee(environment, employee_id)
    if employee.erased_at is not None:
        raise Erased
    tracked, billable = values.get("tracked_hours"), values.get("billable_hours")
    if tracked is not None and billable is not None and billable > tracked:
        raise unprocessable("billable_hours exceed tracked_hours", "billable_hours")
    today = today_of(environment.organization, now)
    measures = {name: values.get(name) for name in selectors.MEASURES}
    row, _ = ScoreInput.objects.within(environment).update_or_create(
        employee=employee,
        date=today,
        defaults={**measures, "updated_at": now},
        create_defaults={**measures, "updated_at": now, "environment": environment},
    )
    return row
