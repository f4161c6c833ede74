"""People and their entries, as plain functions; and what was announced of them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpResponse

from hr.models import Employee
from hr.services import employees, leave
from pulse.tenancy.models import Environment
from pulse.webhooks.models import Event
from tests.support import contract
from tests.support.api import Api

NOW = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)  # a Monday
_counter = iter(range(1, 1_000_000))


def make_employee(environment: Environment, *, now: datetime = NOW, **values: Any) -> Employee:
    number = next(_counter)
    values.setdefault("email", f"person{number}@example.test")
    values.setdefault("full_name", f"Person {number:06}")
    values.setdefault("start_date", date(2020, 1, 1))
    return employees.create_employee(environment, values=values, now=now)


def make_former(environment: Environment, **values: Any) -> Employee:
    employee = make_employee(environment, **values)
    return employees.offboard_employee(environment, employee_id=employee.public_id, now=NOW)


def make_leave(environment: Environment, employee: Employee, **values: Any) -> Any:
    values.setdefault("kind", "vacation")
    return leave.log_leave(
        environment,
        employee_id=employee.public_id,
        draft=leave.LeaveDraft(**values),
        now=NOW,
    )


def announced(environment: Environment, start: int = 0) -> list[tuple[str, dict[str, Any]]]:
    """(type, data) of every event of the environment, in order, from number ``start`` on.

    Each body is held to the OpenAPI document.
    """
    bodies = [
        json.loads(row.body) for row in Event.objects.within(environment).order_by("pk")[start:]
    ]
    for body in bodies:
        contract.check_event("hr", body)
    return [(body["type"], body["data"]) for body in bodies]


def types(environment: Environment, start: int = 0) -> list[str]:
    return [name for name, _ in announced(environment, start)]


def refusal(response: HttpResponse) -> tuple[int, str, list[str]]:
    """Status, code and fields of a refusal in HR's envelope."""
    error = response.json()["error"]
    return response.status_code, error["code"], error.get("fields", [])


def ids(response: HttpResponse) -> list[str]:
    return [item["id"] for item in response.json()["data"]]


def walk(api: Api, path: str, limit: int, **query: Any) -> list[str]:
    """Every id of a list, page by page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = api.get(path, {**query, "limit": limit, **({"cursor": cursor} if cursor else {})})
        assert page.status_code == 200, page.content
        found += ids(page)
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return found
        assert page.json()["data"], "a cursor led to an empty page"
