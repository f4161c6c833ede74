"""Sparse answers and embedded people: ``fields=`` and ``expand=``."""

from __future__ import annotations

from datetime import date
from typing import Any

from hr import shapes
from hr.errors import invalid
from hr.selectors import employees as people
from pulse.tenancy.models import Environment

EXPANSIONS = ("manager", "manager.manager", "employee", "from_employee", "to_employee")


def expand(
    environment: Environment, items: list[dict[str, Any]], wanted: str | None, *, today: date
) -> None:
    """Put people into ``items`` beside their ids; one query a level, whatever the page holds.

    ``wanted`` is a list separated by commas, at most two levels deep. Raises InvalidInput.
    """
    for path in _names(wanted):
        if path not in EXPANSIONS:
            raise invalid("expand", f"cannot be {path[:60]!r}")
        level = items
        for member in path.split("."):
            _embed(environment, level, member, today)
            level = [item[member] for item in level if item.get(member) is not None]


def _embed(environment: Environment, items: list[dict[str, Any]], member: str, today: date) -> None:
    if all(member in item for item in items):
        return
    if any(f"{member}_id" not in item for item in items):
        raise invalid("expand", f"has no {member} here")
    wanted = {item[f"{member}_id"] for item in items}
    rows = people.employees(environment).filter(public_id__in=wanted - {None})
    found = {
        row["public_id"]: shapes.employee(row, today=today) for row in rows.values(*shapes.EMPLOYEE)
    }
    for item in items:
        person = found.get(item[f"{member}_id"])
        item[member] = dict(person) if person else None


def only(
    items: list[dict[str, Any]], fields: str | None, expanded: str | None = None
) -> list[dict[str, Any]]:
    """Just the members that ``fields`` names, and ``id``. Raises InvalidInput for a strange one."""
    names = _names(fields)
    if not names or not items:
        return items
    strange = [name for name in names if name not in items[0]]
    if strange:
        raise invalid("fields", f"cannot be {strange[0][:60]!r}")
    kept = {"id", *names, *(path.partition(".")[0] for path in _names(expanded))}
    return [{name: value for name, value in item.items() if name in kept} for item in items]


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]
