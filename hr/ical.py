"""Leave as an iCalendar file. What kind of leave it is stays hidden unless the feed shows kinds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vText

from hr.models import AWAY, LeaveEntry
from hr.workdays import shifted

MORNING = (time(9), time(13))
AFTERNOON = (time(14), time(18))


def calendar(
    name: str, rows: Iterable[dict[str, Any]], *, show_kinds: bool, zone: ZoneInfo
) -> bytes:
    """The file. Whole days are all-day events, a half day at an end is an event with times.

    ``rows`` have the columns of a leave entry and the person's name.
    """
    document = Calendar()
    document.add("prodid", "-//Pulse//Leave//EN")
    document.add("version", "2.0")
    document.add("method", "PUBLISH")
    document.add("x-wr-calname", vText(name))  # of a name it does not know it escapes nothing
    for row in rows:
        for number, (start, end) in enumerate(_stretches(row, zone)):
            event = Event()
            event.add("uid", f"{row['public_id']}-{number}@pulse")
            event.add("dtstamp", row["updated_at"])
            event.add("dtstart", start)
            event.add("dtend", end)
            event.add("summary", f"{row['employee__full_name']}: {_label(row, show_kinds)}")
            event.add("transp", "TRANSPARENT")
            document.add_component(event)
    return bytes(document.to_ical())


def _label(row: dict[str, Any], show_kinds: bool) -> str:
    # Sick leave is nobody's business, whatever the feed shows.
    return row["kind"] if show_kinds and row["kind"] != LeaveEntry.Kind.SICK else AWAY


def _stretches(row: dict[str, Any], zone: ZoneInfo) -> list[tuple[date, date]]:
    """The events of one entry: (start, end), dates for whole days, instants for halves."""
    first, last = row["start_date"], row["end_date"]
    if first == last:
        if row["half_day_start"]:
            return [_half(first, AFTERNOON, zone)]
        if row["half_day_end"]:
            return [_half(first, MORNING, zone)]
        return [(first, shifted(first, 1))]
    found: list[tuple[date, date]] = []
    if row["half_day_start"]:
        found.append(_half(first, AFTERNOON, zone))
        first = shifted(first, 1)
    until = last if row["half_day_end"] else shifted(last, 1)
    if first < until:
        found.append((first, until))
    if row["half_day_end"]:
        found.append(_half(last, MORNING, zone))
    return found


def _half(day: date, hours: tuple[time, time], zone: ZoneInfo) -> tuple[datetime, datetime]:
    return datetime.combine(day, hours[0], zone), datetime.combine(day, hours[1], zone)
