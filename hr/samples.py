"""Sample people with a year of history: the same every time, apart from the calendar."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from hr.models import (
    CalendarFeed,
    CustomField,
    Department,
    Employee,
    Holiday,
    Kudos,
    LeaveEntry,
    ScoreInput,
    StatusLogEntry,
    WorkloadCheckin,
)
from hr.selectors import employees as people
from hr.selectors import leave as journal
from hr.workdays import SATURDAY, Span, monday_of, working_half_days
from pulse.tenancy.models import Environment
from pulse.times import today as today_of

DEMO_ACTOR = "emp_01HR3000000000000000000001"
"""Whom the printed key acts for. Has no entry of today, so that the quick start can post one."""
DEMO_COLLEAGUE = "emp_01HR4000000000000000000002"
HISTORY_DAYS = 365
SEED = 20260420


@dataclass(frozen=True, slots=True)
class _Person:
    number: int
    name: str
    role: str
    department: str
    location: str
    manager: int | None


PEOPLE = (
    _Person(3, "Alba Ricci", "Chief executive", "People", "Torino", None),
    _Person(4, "Bruno Fabbri", "Head of engineering", "Platform", "Torino", 3),
    _Person(1, "Chiara Conti", "Data engineer", "Platform", "Torino", 4),
    _Person(2, "Niccolò Serra", "Frontend engineer", "Platform", "Milano", 4),
    _Person(5, "Dina Weber", "Site reliability engineer", "Platform", "Berlin", 4),
    _Person(6, "Elias Brandt", "Backend engineer", "Platform", "Berlin", 4),
    _Person(7, "Farah Aziz", "Head of design", "Design", "London", 3),
    _Person(8, "Greta Olsen", "Product designer", "Design", "London", 7),
    _Person(9, "Hana Sato", "Researcher", "Design", "Milano", 7),
    _Person(10, "Ivo Marin", "Brand designer", "Design", "Torino", 7),
    _Person(11, "Jana Novak", "People partner", "People", "Berlin", 3),
    _Person(12, "Kofi Mensah", "Recruiter", "People", "London", 3),
    _Person(13, "Lucía Romero", "Account executive", "Sales", "Milano", 3),
    _Person(14, "Milo Greco", "Sales engineer", "Sales", "Torino", 13),
)
LINES = (
    "Shipped the import screen.",
    "Reviewed the retry schedule with Platform.",
    "Two interviews, one offer out.",
    "Fixed the flaky balance test.",
    "Drafted the onboarding checklist.",
    "Waiting for staging access.",
    "Moved the nightly job to the new queue.",
    "Customer call about the calendar feed.",
    "Cleaned up the component library.",
    "Blocked on the copy for the help page.",
)
NOTES = (
    "Picked up the failing migration without anyone asking.",
    "Stayed late so the release could go out.",
    "The clearest design review we have had.",
    "Told us the truth about the estimate.",
    "Made a new colleague feel at home.",
)


@transaction.atomic
def seed(environment: Environment, *, now: datetime | None = None) -> int:
    """Make the sample people and their year, unless the environment has people; how many there are.

    Written in bulk and unannounced, for history is no news.
    """
    now = now or datetime.now(UTC)
    if people.employees(environment).exists():
        return 0
    today = today_of(environment.organization, now)
    dice = random.Random(SEED)  # noqa: S311 -- sample data wants to repeat
    staff = _people(environment, today, now)
    _former(environment, today, now)
    _holidays(environment, today, now)
    _status_log(environment, staff, today, dice)
    _kudos(environment, staff, now, dice)
    _workload(environment, staff, today, now, dice)
    _leave(environment, staff, today, now, dice)
    _score_inputs(environment, staff, today, now, dice)
    return len(staff) + 1


def _id(number: int) -> str:
    known = {1: DEMO_ACTOR, 2: DEMO_COLLEAGUE}
    return known.get(number, f"emp_01HR5{number:021d}")


def _people(environment: Environment, today: date, now: datetime) -> list[Employee]:
    made: dict[int, Employee] = {}
    began = now - timedelta(days=HISTORY_DAYS)
    for position, person in enumerate(PEOPLE):
        email = f"{_mailbox(person.name)}@example.test"
        made[person.number] = Employee.objects.create(
            environment=environment,
            public_id=_id(person.number),
            email=email,
            full_name=person.name,
            role=person.role,
            department=person.department,
            location=person.location,
            manager=made[person.manager] if person.manager else None,
            start_date=today - timedelta(days=HISTORY_DAYS + 30 * (len(PEOPLE) - position)),
            custom_fields={"desk": 10 + position, "tshirt": "SML"[position % 3]},
            search=people.folded(f"{person.name} {email}"),
            created_at=began + timedelta(minutes=position),
            updated_at=began + timedelta(minutes=position),
        )
    return list(made.values())


def _mailbox(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", ".")


def _former(environment: Environment, today: date, now: datetime) -> None:
    Employee.objects.create(
        environment=environment,
        public_id=_id(15),
        email="nora.lind@example.test",
        full_name="Nora Lind",
        role="Office manager",
        department="People",
        location="Berlin",
        start_date=today - timedelta(days=800),
        end_date=today - timedelta(days=90),
        search=people.folded("Nora Lind nora.lind@example.test"),
        offboarded_at=now - timedelta(days=89),
        version=2,
        created_at=now - timedelta(days=HISTORY_DAYS - 1),
        updated_at=now - timedelta(days=89),
    )


def _holidays(environment: Environment, today: date, now: datetime) -> None:
    fixed = ((1, 1, "", "New Year's Day"), (12, 25, "", "Christmas Day"))
    local = ((6, 24, "Torino", "San Giovanni"), (12, 7, "Milano", "Sant'Ambrogio"))
    known = set(Holiday.objects.within(environment).values_list("date", "location"))
    Holiday.objects.bulk_create(
        Holiday(
            environment=environment,
            date=date(year, month, day),
            location=location,
            name=name,
            created_at=now,
        )
        for year in (today.year - 1, today.year, today.year + 1)
        for month, day, location, name in fixed + local
        if (date(year, month, day), location) not in known
    )


def _workdays(today: date, days: int) -> list[date]:
    every = (today - timedelta(days=number) for number in range(1, days + 1))
    return sorted(day for day in every if day.weekday() < SATURDAY)


def _moment(day: date, dice: random.Random) -> datetime:
    return datetime.combine(day, time(8, dice.randrange(60), dice.randrange(60)), UTC)


def _status_log(
    environment: Environment, staff: list[Employee], today: date, dice: random.Random
) -> None:
    topics = list(StatusLogEntry.Topic.values)
    rows = []
    for day in _workdays(today, HISTORY_DAYS):
        for employee in staff:
            if dice.random() > 0.55:
                continue
            moment = _moment(day, dice)
            rows.append(
                StatusLogEntry(
                    environment=environment,
                    employee=employee,
                    date=day,
                    lines=dice.sample(LINES, dice.randint(1, 3)),
                    topic=dice.choices(topics, (70, 10, 6, 8, 6))[0],
                    created_at=moment,
                    updated_at=moment,
                )
            )
    StatusLogEntry.objects.bulk_create(rows, batch_size=500)


def _kudos(
    environment: Environment, staff: list[Employee], now: datetime, dice: random.Random
) -> None:
    rows = []
    for days_ago in range(HISTORY_DAYS, 0, -2):
        giver, receiver = dice.sample(staff, 2)
        rows.append(
            Kudos(
                environment=environment,
                giver=giver,
                receiver=receiver,
                coins=dice.choice((5, 10, 10, 20, 50)),
                tag=dice.choice(Kudos.Tag.values),
                note=dice.choice(NOTES),
                created_at=now - timedelta(days=days_ago, minutes=dice.randrange(400)),
            )
        )
    Kudos.objects.bulk_create(rows, batch_size=500)


def _workload(
    environment: Environment,
    staff: list[Employee],
    today: date,
    now: datetime,
    dice: random.Random,
) -> None:
    this_week = monday_of(today)
    rows = []
    for weeks_ago in range(52, -1, -1):
        week = this_week - timedelta(weeks=weeks_ago)
        answered = min(now, _moment(week + timedelta(days=4), dice))
        for employee in staff:
            acts_today = weeks_ago == 0 and employee.public_id == DEMO_ACTOR
            if dice.random() > 0.85 or acts_today:
                continue
            rows.append(
                WorkloadCheckin(
                    environment=environment,
                    employee=employee,
                    week_start=week,
                    level=dice.choices(WorkloadCheckin.Level.values, (15, 50, 25, 10))[0],
                    created_at=answered,
                    updated_at=answered,
                )
            )
    WorkloadCheckin.objects.bulk_create(rows, batch_size=500)


def _leave(
    environment: Environment,
    staff: list[Employee],
    today: date,
    now: datetime,
    dice: random.Random,
) -> None:
    rows = []
    for employee in staff:
        begin = today - timedelta(days=330)
        while begin < today + timedelta(days=60):
            span = Span(begin, begin + timedelta(days=dice.choice((0, 0, 1, 4, 6))))
            holidays = journal.holiday_dates(environment, employee.location, span.start, span.end)
            half_days = sum(taken for _, taken in working_half_days(span, holidays))
            if half_days and not (employee.public_id == DEMO_ACTOR and span.end >= today):
                moment = min(now, _moment(span.start - timedelta(days=10), dice))
                rows.append(_leave_row(environment, employee, span, holidays, half_days, moment))
                rows[-1].kind = dice.choices(LeaveEntry.Kind.values, (70, 18, 11, 1))[0]
            begin = span.end + timedelta(days=dice.randint(25, 70))
    rows = _with_somebody_out(environment, staff, today, now, rows)
    LeaveEntry.objects.bulk_create(sorted(rows, key=lambda row: row.created_at), batch_size=500)


def _with_somebody_out(
    environment: Environment,
    staff: list[Employee],
    today: date,
    now: datetime,
    rows: list[LeaveEntry],
) -> list[LeaveEntry]:
    """Three people away around today, in place of what the dice gave them there."""
    workday = today
    while workday.weekday() >= SATURDAY:
        workday += timedelta(days=1)
    kinds = LeaveEntry.Kind
    plans = (
        (staff[4], Span(today - timedelta(days=1), today + timedelta(days=3)), kinds.VACATION),
        (staff[8], Span(workday, workday), kinds.SICK),
        (staff[9], Span(today + timedelta(days=2), today + timedelta(days=6)), kinds.VACATION),
    )
    for employee, span, kind in plans:
        holidays = journal.holiday_dates(environment, employee.location, span.start, span.end)
        half_days = sum(taken for _, taken in working_half_days(span, holidays))
        rows = [
            row
            for row in rows
            if row.employee != employee
            or row.last_slot < span.first_slot
            or row.first_slot > span.last_slot
        ]
        if half_days:
            row = _leave_row(environment, employee, span, holidays, half_days, now)
            row.kind = kind
            rows.append(row)
    return rows


def _leave_row(
    environment: Environment,
    employee: Employee,
    span: Span,
    holidays: frozenset[date],
    half_days: int,
    moment: datetime,
) -> LeaveEntry:
    return LeaveEntry(
        environment=environment,
        employee=employee,
        start_date=span.start,
        end_date=span.end,
        first_slot=span.first_slot,
        last_slot=span.last_slot,
        calendar_days=span.calendar_days,
        half_days=half_days,
        holidays=[day.isoformat() for day in sorted(holidays)],
        created_at=moment,
        updated_at=moment,
    )


def _score_inputs(
    environment: Environment,
    staff: list[Employee],
    today: date,
    now: datetime,
    dice: random.Random,
) -> None:
    ScoreInput.objects.bulk_create(
        ScoreInput(
            environment=environment,
            employee=employee,
            date=today - timedelta(days=days_ago),
            goals_progress_percent=dice.randint(40, 95),
            goals_hit=dice.randint(2, 8),
            goals_missed=dice.randint(0, 3),
            allocation_percent=dice.randint(55, 105),
            focus_sessions=dice.randint(1, 10),
            updated_at=now,
        )
        for employee in staff
        for days_ago in (60, 21, 7)
    )


@transaction.atomic
def reset(environment: Environment) -> int:
    """Delete every HR row of a test environment; how many people there were."""
    for model in (
        LeaveEntry, Kudos, StatusLogEntry, WorkloadCheckin, ScoreInput, CalendarFeed, Holiday,
        CustomField, Department,
    ):  # fmt: skip
        model.objects.within(environment).delete()
    people.employees(environment).update(manager=None)
    count = people.employees(environment).count()
    people.employees(environment).delete()
    return count
