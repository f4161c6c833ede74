"""How each resource is spelt: for answers, webhooks and exports alike.

A shape reads a mapping of columns, so that hot lists go from ``.values()`` straight to JSON; a
model instance is turned into the same mapping by ``columns``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models

from hr.models import Employee
from hr.workdays import Span, holidays_of, span_of, working_half_days
from pulse.times import utc_seconds

EMPLOYEE = (
    "public_id", "email", "full_name", "role", "department", "manager__public_id", "start_date",
    "end_date", "location", "custom_fields", "offboarded_at", "version", "created_at", "updated_at",
)  # fmt: skip
STATUS_LOG = (
    "public_id", "employee__public_id", "date", "lines", "topic", "created_at",
)  # fmt: skip
KUDOS = (
    "public_id", "giver__public_id", "receiver__public_id", "coins", "tag", "note", "created_at",
)  # fmt: skip
WORKLOAD = (
    "public_id", "employee__public_id", "week_start", "level", "created_at", "updated_at",
)  # fmt: skip
LEAVE = (
    "public_id", "employee__public_id", "kind", "start_date", "end_date", "half_days",
    "half_day_start", "half_day_end", "holidays", "note", "status", "created_at", "updated_at",
    "cancelled_at",
)  # fmt: skip
CUSTOM_FIELD = ("public_id", "key", "name", "type", "options", "required", "created_at")
HOLIDAY = ("public_id", "date", "name", "location", "created_at")
CALENDAR_FEED = (
    "public_id", "audience", "employee__public_id", "department", "show_kinds", "created_at",
)  # fmt: skip

Row = Mapping[str, Any]


def columns(instance: models.Model, names: tuple[str, ...]) -> Row:
    """The named columns of a row, references followed along ``__``."""
    row: dict[str, Any] = {}
    for name in names:
        value: Any = instance
        for part in name.split("__"):
            value = None if value is None else getattr(value, part)
        row[name] = value
    return row


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def employee(row: Row, *, today: date) -> dict[str, Any]:
    return {
        "id": row["public_id"],
        "email": row["email"],
        "full_name": row["full_name"],
        "role": row["role"],
        "department": row["department"],
        "manager_id": row["manager__public_id"],
        "start_date": _day(row["start_date"]),
        "end_date": _day(row["end_date"]),
        "location": row["location"],
        "custom_fields": row["custom_fields"],
        "status": Employee.status_of(
            row["start_date"], row["end_date"], row["offboarded_at"], today
        ),
        "version": row["version"],
        "created_at": utc_seconds(row["created_at"]),
        "updated_at": utc_seconds(row["updated_at"]),
    }


def employee_etag(shape: dict[str, Any]) -> str:
    """``"emp_…:7"``, as documented; a status other than active is named too.

    The status changes with the calendar and not with the version, and a cache must notice.
    """
    suffix = "" if shape["status"] == Employee.Status.ACTIVE else f":{shape['status']}"
    return f'"{shape["id"]}:{shape["version"]}{suffix}"'


def status_log_entry(row: Row) -> dict[str, Any]:
    return {
        "id": row["public_id"],
        "employee_id": row["employee__public_id"],
        "date": _day(row["date"]),
        "lines": row["lines"],
        "topic": row["topic"],
        "created_at": utc_seconds(row["created_at"]),
    }


def kudos(row: Row) -> dict[str, Any]:
    return {
        "id": row["public_id"],
        "from_employee_id": row["giver__public_id"],
        "to_employee_id": row["receiver__public_id"],
        "coins": row["coins"],
        "tag": row["tag"],
        "note": row["note"],
        "created_at": utc_seconds(row["created_at"]),
    }


def workload_checkin(row: Row) -> dict[str, Any]:
    return {
        "id": row["public_id"],
        "employee_id": row["employee__public_id"],
        "week_start": _day(row["week_start"]),
        "level": row["level"],
        "created_at": utc_seconds(row["created_at"]),
        "updated_at": utc_seconds(row["updated_at"]),
    }


def leave(row: Row) -> dict[str, Any]:
    return {
        "id": row["public_id"],
        "employee_id": row["employee__public_id"],
        "kind": row["kind"],
        "start_date": _day(row["start_date"]),
        "end_date": _day(row["end_date"]),
        "days": row["half_days"] / 2,
        "half_day_start": row["half_day_start"],
        "half_day_end": row["half_day_end"],
        "note": row["note"],
        "status": row["status"],
        "created_at": utc_seconds(row["created_at"]),
        "updated_at": utc_seconds(row["updated_at"]),
        "cancelled_at": utc_seconds(row["cancelled_at"]),
    }


def leave_breakdown(row: Row) -> list[dict[str, Any]]:
    return breakdown(span_of(row), holidays_of(row))


def breakdown(span: Span, holidays: frozenset[date]) -> list[dict[str, Any]]:
    """Every worked day of a leave: ``{"date", "days"}``, in order."""
    return [
        {"date": day.isoformat(), "days": half_days / 2}
        for day, half_days in working_half_days(span, holidays)
    ]


def custom_field(row: Row) -> dict[str, Any]:
    return {
        "id": row["public_id"],
        "key": row["key"],
        "name": row["name"],
        "type": row["type"],
        "options": row["options"],
        "required": row["required"],
        "created_at": utc_seconds(row["created_at"]),
    }


def holiday(row: Row) -> dict[str, Any]:
    return {
        "id": row["public_id"],
        "date": _day(row["date"]),
        "name": row["name"],
        "location": row["location"] or None,
        "created_at": utc_seconds(row["created_at"]),
    }


def calendar_feed(row: Row) -> dict[str, Any]:
    return {
        "id": row["public_id"],
        "audience": row["audience"],
        "employee_id": row["employee__public_id"],
        "department": row["department"] or None,
        "show_kinds": row["show_kinds"],
        "created_at": utc_seconds(row["created_at"]),
    }
