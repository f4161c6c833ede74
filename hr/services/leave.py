"""Writing the leave journal: logging and taking back days off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hr import events, shapes
from hr.errors import Erased, LeaveOverlaps, ReversedDates, UnknownEmployee, unprocessable
from hr.models import Employee, LeaveEntry
from hr.selectors import employees as people
from hr.selectors import leave as selectors
from hr.workdays import LONGEST_DAYS, Span, working_half_days
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveDraft:
    """Days off as asked for; ``end_date`` None is a single day, ``days`` is checked when given."""

    kind: str
    start_date: date
    end_date: date | None = None
    half_day_start: bool = False
    half_day_end: bool = False
    days: float | None = None
    note: str | None = None

    def span(self) -> Span:
        """The slots that are meant. Raises ReversedDates, Unprocessable."""
        end = self.start_date if self.end_date is None else self.end_date
        span = Span(self.start_date, end, self.half_day_start, self.half_day_end)
        if span.end < span.start:
            raise ReversedDates
        if span.calendar_days > LONGEST_DAYS:
            raise unprocessable(f"a leave may last at most {LONGEST_DAYS} days", "end_date")
        halves = span.half_start or span.half_end
        if span.calendar_days == 1 and self.days == 0.5 and not halves:
            return replace(span, half_end=True)
        if span.last_slot < span.first_slot:
            raise unprocessable(
                "a single day cannot lose both of its halves", "half_day_start", "half_day_end"
            )
        return span


@dataclass(frozen=True, slots=True)
class Outlook:
    """What logging a draft would do: its working days, its clash, and the balance afterwards."""

    span: Span
    holidays: frozenset[date]
    half_days: int
    overlaps: str | None


@transaction.atomic
def log_leave(
    environment: Environment, *, employee_id: str, draft: LeaveDraft, now: datetime
) -> LeaveEntry:
    """Log days off; they are approved from the start, and no balance stops them.

    The person's row is locked before the overlap is looked for, so two entries arriving together
    cannot both take a day. Raises UnknownEmployee, Erased, ReversedDates, Unprocessable,
    LeaveOverlaps.
    """
    employee = people.lock_employee_if_known(environment, employee_id)
    if employee is None:
        raise UnknownEmployee("employee_id")
    if employee.erased_at is not None:
        raise Erased
    outlook = _outlook(environment, employee, draft)
    if outlook.overlaps is not None:
        raise LeaveOverlaps(outlook.overlaps)
    span = outlook.span
    entry = LeaveEntry.objects.create(
        environment=environment,
        employee=employee,
        kind=draft.kind,
        start_date=span.start,
        end_date=span.end,
        half_day_start=span.half_start,
        half_day_end=span.half_end,
        first_slot=span.first_slot,
        last_slot=span.last_slot,
        calendar_days=span.calendar_days,
        half_days=outlook.half_days,
        holidays=[day.isoformat() for day in sorted(outlook.holidays)],
        note=draft.note,
        created_at=now,
        updated_at=now,
    )
    _announce(environment, events.LeaveLogged, entry)
    _announce(environment, events.LeaveApproved, entry)
    return entry


def preview_leave(
    environment: Environment, *, employee_id: str, draft: LeaveDraft
) -> tuple[Employee, Outlook]:
    """Work out what ``log_leave`` would do, without logging anything; a clash is told, not raised.

    Raises UnknownEmployee, ReversedDates, Unprocessable.
    """
    employee = people.find_employee(environment, employee_id)
    if employee is None:
        raise UnknownEmployee("employee_id")
    return employee, _outlook(environment, employee, draft)


def _outlook(environment: Environment, employee: Employee, draft: LeaveDraft) -> Outlook:
    span = draft.span()
    _check_employment(employee, span)
    holidays = selectors.holiday_dates(environment, employee.location, span.start, span.end)
    half_days = sum(taken for _, taken in working_half_days(span, holidays))
    if half_days == 0:
        raise unprocessable("no working day falls in these dates", "start_date", "end_date")
    if draft.days is not None and draft.days * 2 != half_days:
        raise unprocessable(f"days is {half_days / 2} for these dates", "days")
    clash = selectors.overlapping(environment, employee, span)
    return Outlook(span, holidays, half_days, clash.public_id if clash else None)


@transaction.atomic
def cancel_leave(environment: Environment, *, leave_id: str, now: datetime) -> LeaveEntry:
    """Take days off back: they leave the balance and free their slots, the row stays.

    Repeating it changes and announces nothing. Raises NotFound.
    """
    entry = selectors.lock_leave(environment, leave_id)
    if entry.status == LeaveEntry.Status.APPROVED:
        _cancel(environment, entry, now)
    return entry


def cancel_after(environment: Environment, employee: Employee, *, now: datetime) -> None:
    """Take back what a leaver planned for after their last day."""
    if employee.end_date is None:
        return
    for entry in selectors.lock_leave_after(environment, employee, employee.end_date):
        _cancel(environment, entry, now)


def _check_employment(employee: Employee, span: Span) -> None:
    outside = []
    if span.start < employee.start_date:
        outside.append("start_date")
    if employee.end_date is not None and span.end > employee.end_date:
        outside.append("end_date")
    if outside:
        raise unprocessable("the leave falls outside the dates of employment", *outside)


def _cancel(environment: Environment, entry: LeaveEntry, now: datetime) -> None:
    entry.status = LeaveEntry.Status.CANCELLED
    entry.cancelled_at = entry.updated_at = now
    entry.save(update_fields=["status", "cancelled_at", "updated_at"])
    _announce(environment, events.LeaveCancelled, entry)


def _announce(environment: Environment, event: type[events.HrEvent], entry: LeaveEntry) -> None:
    data: dict[str, Any] = shapes.leave(shapes.columns(entry, shapes.LEAVE))
    publish(environment, event(data=data, subject_ref=entry.employee.public_id))
