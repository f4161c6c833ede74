"""Half-day arithmetic: which slots of a leave are worked, and how they split over days. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SATURDAY = 5
LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar days; a half flag takes the first morning or the last afternoon away."""

    start: date
    end: date
    half_start: bool = False
    half_end: bool = False

    @property
    def first_slot(self) -> int:
        return self.start.toordinal() * 2 + self.half_start

    @property
    def last_slot(self) -> int:
        return self.end.toordinal() * 2 + (not self.half_end)

    @property
    def calendar_days(self) -> int:
        return (self.end - self.start).days + 1


def span_of(row: Mapping[str, Any]) -> Span:
    """The span of a stored entry, from its columns."""
    return Span(row["start_date"], row["end_date"], row["half_day_start"], row["half_day_end"])


def holidays_of(row: Mapping[str, Any]) -> frozenset[date]:
    """The holidays that a stored entry was logged with."""
    return frozenset(date.fromisoformat(day) for day in row["holidays"])


def working_half_days(span: Span, holidays: Collection[date]) -> Iterator[tuple[date, int]]:
    """Each worked day of the span and how many of its two halves are taken, in order."""
    for day in days_between(span.start, span.end):
        if day.weekday() < SATURDAY and day not in holidays:
            taken = 2
            taken -= span.half_start and day == span.start
            taken -= span.half_end and day == span.end
            yield day, taken


def days_between(first: date, last: date) -> Iterator[date]:
    """Each day from ``first`` to ``last``, both inclusive; the calendar's very last one too."""
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def shifted(day: date, days: int) -> date:
    """The day that lies ``days`` later; at either end of the calendar, its first or last day."""
    wanted = day.toordinal() + days
    return date.fromordinal(min(max(wanted, date.min.toordinal()), date.max.toordinal()))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
