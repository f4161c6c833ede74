"""The calendar of who is out: exact counts of each day, and the entries that began last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from hr.models import LeaveEntry
from hr.selectors import leave
from hr.selectors.calendars import ENTRY_COLUMNS, holidays_by_date, live_entries
from hr.workdays import SATURDAY, days_between
from pulse.db import compiled, disjoint
from pulse.tenancy.models import Environment

CHUNK = 500
SPAN = ("start_date", "end_date")
ENTRY = (*SPAN, "created_at", "pk")
Span = dict[str, Any]
"""``start_date``, ``end_date``, and of a number of entries how many, or of one which."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """Who is out on one day: the exact number, and the entries that began last."""

    date: date
    holidays: list[str]
    people_out: int
    entries: list[dict[str, Any]]

    @property
    def weekend(self) -> bool:
        return self.date.weekday() >= SATURDAY


def leave_calendar(
    environment: Environment, *, filters: dict[str, Any], first: date, last: date, limit: int
) -> list[CalendarDay]:
    """Each day from ``first`` to ``last``: how many are out, and up to ``limit`` of the entries.

    The counts are exact; where a day has more than ``limit``, those that began last are shown.
    """
    days = list(days_between(first, last))
    found = _Found(environment, filters, first, last)
    spans = found.spans()
    out = dict.fromkeys(days, 0)
    twice = found.in_halves()
    starts = _count_out(spans, out, limit)
    shown: dict[date, list[int]] = {day: [] for day in days}
    for entry in found.latest([span for span in spans if span["start_date"] in starts], limit):
        for day in _days(entry, first, last):
            if len(shown[day]) < limit:
                shown[day].append(entry["pk"])
    rows = _rows(environment, {pk for some in shown.values() for pk in some})
    named = holidays_by_date(environment, filters.get("location"), first, last)
    return [
        CalendarDay(
            date=day,
            holidays=named.get(day, []),
            people_out=out[day] - twice.get(day, 0),
            entries=[rows[pk] for pk in reversed(shown[day]) if pk in rows],
        )
        for day in days
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a calendar is made of: the live entries of some people that touch some days."""

    environment: Environment
    filters: dict[str, Any]
    first: date
    last: date

    def spans(self) -> list[Span]:
        """How many ``entries`` each span has: few rows, however many people are away."""

        def build() -> QuerySet[Any, Any]:
            parts = [part.order_by().values(*SPAN) for part in self._parts()]
            counted = [part.annotate(entries=Count("pk")) for part in parts]
            return disjoint.together(counted, *SPAN, "entries")

        return compiled.rows(self._key("spans"), build)

    def in_halves(self) -> dict[date, int]:
        """How many are out for the morning by one entry and for the afternoon by another, by day."""
        # By the person alone, whose environment it is: few entries instead of a whole year's.
        morning = LeaveEntry.unscoped.filter(
            employee=OuterRef("employee"),
            status=LeaveEntry.Status.APPROVED,
            last_slot=OuterRef("first_slot") - 1,
        )

        def build() -> QuerySet[Any, Any]:
            afternoons = live_entries(self.environment, self.filters).filter(
                Exists(morning), half_day_start=True, start_date__range=(self.first, self.last)
            )
            return afternoons.order_by().values("start_date").annotate(people=Count("pk"))

        rows = compiled.rows(self._key("halves"), build)
        return {row["start_date"]: row["people"] for row in rows}

    def latest(self, spans: list[Span], limit: int) -> list[Span]:
        """The entries of ``spans``, the one that began last first.

        Of a span with more than ``limit``, a holiday of the whole company say, no more than these.
        """
        large = [
            (span["start_date"], span["end_date"]) for span in spans if span["entries"] > limit
        ]
        starts = sorted({span["start_date"] for span in spans})

        def others() -> QuerySet[Any, Any]:
            parts = [part.filter(start_date__in=starts) for part in self._parts()]
            for start, end in large:
                parts = [part.exclude(start_date=start, end_date=end) for part in parts]
            return disjoint.together(parts, *ENTRY)

        def newest(start: date, end: date) -> QuerySet[Any, Any]:
            found = live_entries(self.environment, self.filters).filter(
                start_date=start, end_date=end
            )
            return found.order_by("-created_at", "-pk").values(*ENTRY)[:limit]

        found = compiled.rows(self._key("others", *starts, *large), others)
        for span in large:
            found += compiled.rows(self._key("newest", limit, span), partial(newest, *span))
        order = itemgetter("start_date", "created_at", "pk")
        return sorted(found, key=order, reverse=True)

    def _parts(self) -> disjoint.Parts:
        live = live_entries(self.environment, self.filters)
        return [live.filter(part) for part in leave.by_length(self.first, self.last)]

    def _key(self, *what: Hashable) -> Hashable:
        about = sorted((name, str(value)) for name, value in self.filters.items())
        return ("calendar", self.environment.pk, tuple(about), self.first, self.last, *what)


def _count_out(spans: list[Span], out: dict[date, int], limit: int) -> set[date]:
    """Count who is ``out`` each day; gives the starts of the ``limit`` latest entries of each."""
    first, last = min(out), max(out)
    by_start: defaultdict[date, list[Span]] = defaultdict(list)
    for span in spans:
        by_start[span["start_date"]].append(span)
    starts = set()
    for start in sorted(by_start, reverse=True):
        before = dict(out)
        for span in by_start[start]:
            for day in _days(span, first, last):
                out[day] += span["entries"]
                if before[day] < limit:
                    starts.add(start)
    return starts


def _days(span: Span, first: date, last: date) -> Iterator[date]:
    """The days of a span that lie between ``first`` and ``last``."""
    return days_between(max(span["start_date"], first), min(span["end_date"], last))


def _rows(environment: Environment, numbers: set[int]) -> dict[int, dict[str, Any]]:
    """The entries of these numbers, a few hundred at a time."""
    wanted, rows = sorted(numbers), {}
    for start in range(0, len(wanted), CHUNK):
        found = leave.leave_entries(environment).filter(pk__in=wanted[start : start + CHUNK])
        rows.update({row.pop("pk"): row for row in found.values(*ENTRY_COLUMNS, "pk")})
    return rows
