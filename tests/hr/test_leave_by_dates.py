"""Entries of every length around some days, beside what plain loops over all of them say."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

import pytest

from hr.models import LeaveEntry
from hr.services import leave
from tests.hr.people import NOW, make_employee, make_leave

FIRST, LAST = date(2026, 4, 18), date(2026, 4, 24)
LENGTHS = (3, 5, 7, 8, 9, 31, 32, 33, 200)  # never a weekend alone, which is no leave


@pytest.fixture
def journal(environment) -> list[LeaveEntry]:
    """One entry a person, around the two days, many of them with the same span; some cancelled."""
    chance = random.Random(7)
    entries = []
    for number in range(60):
        start = FIRST + timedelta(days=chance.randint(-40, 10)) if number % 3 else FIRST
        end = start + timedelta(days=chance.choice(LENGTHS) - 1) if number % 3 else LAST
        person = make_employee(environment, department="Ops" if number % 2 else "Labs")
        entry = make_leave(
            environment, person, start_date=start, end_date=end, half_day_start=False
        )
        if number % 10 == 1:
            entry = leave.cancel_leave(environment, leave_id=entry.public_id, now=NOW)
        entries.append(entry)
    return entries


def touching(journal: list[LeaveEntry], first: date, last: date) -> list[LeaveEntry]:
    return [one for one in journal if one.start_date <= last and one.end_date >= first]


def test_pages_of_entries_by_dates_hold_each_once(hr, journal):
    for status in ("approved", "cancelled", "all"):
        query = {"from": str(FIRST), "to": str(LAST), "status": status, "limit": 7}
        wanted = [
            one.public_id for one in touching(journal, FIRST, LAST) if status in (one.status, "all")
        ]
        found, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            page = hr.get("/v1/leave", query | ({"cursor": cursor} if cursor else {})).json()
            assert page["total_count"] == len(wanted), status
            found += [one["id"] for one in page["data"]]
            cursor, pages = page["next_cursor"], pages + 1
        assert len(found) == len(set(found))
        assert sorted(found) == sorted(wanted)
        assert pages == -(-len(wanted) // 7) > 0


def test_the_calendar_counts_everybody_and_shows_those_who_left_last(hr, journal):
    for department, limit in itertools.product((None, "Ops"), (1, 3, 500)):
        query = {"from": str(FIRST), "to": str(LAST), "limit": limit}
        query |= {"department": department} if department else {}
        live = [
            one
            for one in journal
            if one.status == "approved" and department in (None, one.employee.department)
        ]
        for day in hr.get("/v1/leave/calendar", query).json()["days"]:
            moment = date.fromisoformat(day["date"])
            out = touching(live, moment, moment)
            latest = sorted(out, key=lambda one: (one.start_date, one.pk))[-limit:]
            assert day["people_out"] == len(out), query
            assert [one["leave_id"] for one in day["entries"]] == [one.public_id for one in latest]
