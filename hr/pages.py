"""/people: who is out, what people write, how loaded they are, and who reports to whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hr.models import AWAY, Employee, LeaveEntry, WorkloadCheckin
from hr.selectors import calendars, entries, org_chart, who_is_out
from hr.selectors import employees as people
from hr.workdays import (
    SATURDAY,
    days_between,
    holidays_of,
    monday_of,
    span_of,
    working_half_days,
)
from pulse import strictjson
from pulse.errors import NotFound
from pulse.site.access import PageRequest, reaches, require
from pulse.times import today as today_of

TABS = (
    ("Overview", "/people"),
    ("Calendar", "/people/calendar"),
    ("Directory", "/people/directory"),
    ("Org chart", "/people/org-chart"),
)
FEED_ENTRIES = 12
WEEKS = 12
PEOPLE_A_PAGE = 50
CHART_DEPTH = 8
COLOURS = {
    "overloaded": "#c2333f",
    "heavy": "#d98a1f",
    "balanced": "#1f8f60",
    "light": "#8cc4ab",
}
"""Heaviest first; readable on light and on dark."""


@require("hr")
@require_safe
def overview(request: PageRequest) -> HttpResponse:
    """GET /people"""
    environment, today = request.environment, _today(request)
    week = who_is_out.leave_calendar(
        environment, filters={}, first=today, last=today + timedelta(days=6), limit=20
    )
    for day in week:
        # Somebody who takes both halves of a day apart is one who is out.
        by_person = {row["employee__public_id"]: row for row in _discreet(request, day.entries)}
        day.entries[:] = by_person.values()
    first, last = entries.period_of("quarter", today)
    load = entries.workload_weeks(
        environment, last_week=monday_of(today), weeks=WEEKS, department=None
    )
    return _show(
        request,
        "hr/overview.html",
        {
            "today": today,
            "week": week,
            "active": people.active(environment, today).count(),
            "logged": entries.status_log(environment).filter(date=today).count(),
            "thanked": entries.kudos_between(environment, first, last).count(),
            "log": entries.status_log(environment)
            .select_related("employee")
            .order_by("-created_at", "-pk")[:FEED_ENTRIES],
            "kudos": entries.kudos(environment)
            .select_related("giver", "receiver")
            .order_by("-created_at", "-pk")[:8],
            "leaders": entries.leaderboard(
                environment, first=first, last=last, direction="received", limit=5
            ),
            "load": load,
            "load_chart": _load_chart(load),
        },
    )


@require("hr")
@require_safe
def leave_calendar(request: PageRequest) -> HttpResponse:
    """GET /people/calendar?month=2026-04&department=…"""
    environment = request.environment
    first = _month(request.GET.get("month", ""), _today(request))
    last = _next_month(first) - timedelta(days=1)
    department = _asked(request, "department")
    filters = {"department": department} if department else {}
    rows = calendars.out_between(environment, filters, first, last).order_by(
        "employee__full_name", "employee", "start_date"
    )
    taken = rows.values(*calendars.ENTRY_COLUMNS, "holidays")[: calendars.MAX_ENTRIES]
    names = calendars.holidays_by_date(environment, None, first, last)
    heads = [_head(day, names, _today(request)) for day in days_between(first, last)]
    return _show(
        request,
        "hr/calendar.html",
        {
            "month": first,
            "before": first - timedelta(days=1),
            "after": _next_month(first),
            "days": heads,
            "people": _by_person(_discreet(request, taken), heads),
            "kinds": LeaveEntry.Kind.values if _sees_kinds(request) else [AWAY],
            "department": department,
            "departments": people.departments(environment),
        },
    )


@require("hr")
@require_safe
def directory(request: PageRequest) -> HttpResponse:
    """GET /people/directory?q=…&status=…&department=…"""
    given = {name: _asked(request, name) for name in ("q", "department")}
    status = request.GET.get("status", "active")
    filters: dict[str, Any] = {name: value for name, value in given.items() if value}
    filters["status"] = status if status in (*Employee.Status.values, "all") else "active"
    today = _today(request)
    found = people.filter_employees(request.environment, filters, today=today)
    page = Paginator(
        found.select_related("manager").order_by("full_name", "pk"), PEOPLE_A_PAGE
    ).get_page(request.GET.get("page"))
    return _show(
        request,
        "hr/directory.html",
        {
            "page": page,
            "people": [(one, one.status_on(today)) for one in page.object_list],
            "filters": given | {"status": filters["status"]},
            "statuses": [*Employee.Status.values, "all"],
            "departments": people.departments(request.environment),
        },
    )


@require("hr")
@require_safe
def person(request: PageRequest, employee_id: str) -> HttpResponse:
    """GET /people/{employee_id}"""
    environment = request.environment
    try:
        employee = people.get_employee(environment, strictjson.clean(employee_id))
    except NotFound as error:
        raise Http404 from error
    today = _today(request)
    about = {"employee_id": employee.public_id}
    return _show(
        request,
        "hr/person.html",
        {
            "employee": employee,
            "status": employee.status_on(today),
            "custom": sorted(employee.custom_fields.items()),
            "reports": people.employees(environment)
            .filter(manager=employee, offboarded_at=None)
            .order_by("full_name")[:PEOPLE_A_PAGE],
            "log": entries.filter_status_log(environment, about).order_by("-date")[:FEED_ENTRIES],
            "kudos": entries.filter_kudos(environment, about)
            .select_related("giver", "receiver")
            .order_by("-created_at", "-pk")[:FEED_ENTRIES],
            "away": _discreet(
                request,
                calendars.out_between(environment, about, today, date.max)
                .order_by("start_date")
                .values(*calendars.ENTRY_COLUMNS)[:5],
            ),
        },
    )


@require("hr")
@require_safe
def reporting_lines(request: PageRequest) -> HttpResponse:
    """GET /people/org-chart"""
    chart = org_chart.org_chart(
        request.environment, root=None, depth=CHART_DEPTH, today=_today(request)
    )
    return _show(request, "hr/org_chart.html", {"chart": chart})


def _show(request: PageRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    tabs = [
        {"label": label, "path": path, "active": request.path.rstrip("/") == path}
        for label, path in TABS
    ]
    return render(request, template, {"tabs": tabs, **context})


def _sees_kinds(request: PageRequest) -> bool:
    """Whether this person manages HR here; whoever only looks is told that people are away."""
    return reaches(request.levels["hr"], "manage")


def _discreet(request: PageRequest, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave rows with the kind that this person may know."""
    listed = list(rows)
    if not _sees_kinds(request):
        for row in listed:
            row["kind"] = AWAY
    return listed


def _today(request: PageRequest) -> date:
    return today_of(request.environment.organization, datetime.now(UTC))


def _asked(request: PageRequest, name: str) -> str:
    """A filter of the page's, without what PostgreSQL takes for no text at all."""
    return strictjson.clean(request.GET.get(name, "")).strip()


def _month(text: str, today: date) -> date:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    # The page links to the months around it, which the calendar's first and last year may not have.
    return month if date.min.year < month.year < date.max.year else today.replace(day=1)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _load_chart(weeks: list[entries.WorkloadWeek]) -> dict[str, Any]:
    return {
        "label": "Week of",
        "x": [f"{week.week_start:%d %b}" for week in weeks],
        "series": [
            {
                "label": WorkloadCheckin.Level(level).label,
                "colour": colour,
                "values": [week.counts[level] if week.counts else None for week in weeks],
            }
            for level, colour in COLOURS.items()
        ],
    }


def _head(day: date, holidays: dict[date, list[str]], today: date) -> dict[str, Any]:
    return {
        "date": day,
        "off": day.weekday() >= SATURDAY or day in holidays,
        "title": ", ".join(holidays.get(day, [])),
        "today": day == today,
    }


def _by_person(rows: list[dict[str, Any]], heads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line per person: the kind taken on each day of the month, and whether half of it."""
    lines: dict[str, dict[str, Any]] = {}
    for row in rows:
        line = lines.setdefault(
            row["employee__public_id"],
            {
                "id": row["employee__public_id"],
                "name": row["employee__full_name"],
                "department": row["employee__department"],
                "taken": {},
            },
        )
        for day, half_days in working_half_days(span_of(row), holidays_of(row)):
            rest = half_days == 1 and day not in line["taken"]
            line["taken"][day] = {"kind": row["kind"], "half": rest}
    for line in lines.values():
        line["days"] = [{**head, "taken": line["taken"].get(head["date"])} for head in heads]
    return [line for line in lines.values() if any(one["taken"] for one in line["days"])]
