"""HR's refusals; the dialect decides how they are spelt."""

from __future__ import annotations

from typing import Any

from pulse.errors import Conflict, FieldError, Forbidden, InvalidInput, Unprocessable


def invalid(field: str, reason: str) -> InvalidInput:
    """A 400 about one field."""
    return InvalidInput(f"{field} {reason}", fields=[FieldError(field, reason)])


def unprocessable(reason: str, *fields: str) -> Unprocessable:
    """A 422 whose message is ``reason`` and whose ``fields`` are named."""
    return Unprocessable(reason, fields=[FieldError(field, reason) for field in fields])


def check_fixed(current: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``changes`` without the members of ``current``, which may be sent as they are.

    So what was read can be edited and sent back. Raises Unprocessable where one differs.
    """
    for name, value in current.items():
        if changes.get(name, value) != value:
            raise unprocessable(f"{name} cannot be changed", name)
    return {name: value for name, value in changes.items() if name not in current}


class ReversedDates(Unprocessable):
    """The documented sample: its message and field are part of the contract."""

    code = "reversed_dates"
    message = "end_date must be after start_date"

    def __init__(self) -> None:
        super().__init__(fields=[FieldError("end_date", self.message)])


class UnknownEmployee(Unprocessable):
    """An employee id in a body that this environment does not know."""

    code = "unknown_employee"

    def __init__(self, field: str) -> None:
        reason = f"{field} names no employee of this environment"
        super().__init__(reason, fields=[FieldError(field, reason)])


class FormerEmployee(Unprocessable):
    """The person has left; new entries are not accepted for them."""

    code = "former_employee"

    def __init__(self, field: str) -> None:
        reason = f"{field} names a former employee"
        super().__init__(reason, fields=[FieldError(field, reason)])


class NotYourself(Forbidden):
    """A restricted key names somebody other than the person it acts for."""

    code = "not_yourself"
    message = "This key may act only for the employee it is restricted to."


class EmailTaken(Conflict):
    code = "email_taken"
    message = "Another employee of this environment already has this email."

    def __init__(self) -> None:
        super().__init__(fields=[FieldError("email", self.message)])


class StaleVersion(Conflict):
    """Optimistic locking: the caller read an older version."""

    code = "stale_version"

    def __init__(self, current: int) -> None:
        reason = f"version does not match; the current version is {current}"
        super().__init__(reason, fields=[FieldError("version", reason)])


class Stale(Conflict):
    """Optimistic locking where a resource has no version: If-Match names another state."""

    code = "stale"
    message = "If-Match does not name the current ETag"

    def __init__(self) -> None:
        super().__init__(fields=[FieldError("version", self.message)])


class Erased(Conflict):
    """The person was erased: their row holds ids and counts together, and takes nothing more."""

    code = "erased"
    message = "This employee was erased."


class EntryExists(Conflict):
    """One status-log entry per person and day."""

    code = "entry_exists"

    def __init__(self, entry_id: str) -> None:
        reason = f"there is already an entry for this employee and date: {entry_id}"
        fields = [FieldError("employee_id", reason), FieldError("date", reason)]
        super().__init__(reason, fields=fields)


class WeekIsOver(Conflict):
    code = "week_is_over"
    message = "week_start is a week that is over; its answer can no longer be changed"

    def __init__(self) -> None:
        super().__init__(fields=[FieldError("week_start", self.message)])


class LeaveOverlaps(Conflict):
    """Another live entry of the same person covers part of these days."""

    code = "leave_overlaps"

    def __init__(self, leave_id: str) -> None:
        reason = f"the leave overlaps {leave_id}"
        fields = [FieldError("start_date", reason), FieldError("end_date", reason)]
        super().__init__(reason, fields=fields)
