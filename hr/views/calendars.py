"""/v1/leave/calendar, /v1/holidays, /v1/calendar-feeds and the feeds themselves"""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema

from hr import shapes
from hr.errors import invalid
from hr.models import AWAY, CalendarFeed
from hr.selectors import calendars as selectors
from hr.selectors.who_is_out import leave_calendar
from hr.serializers import leave as forms
from hr.serializers.lists import ListQuery
from hr.services import calendars as services
from hr.views.base import READ, HrView
from hr.workdays import shifted
from pulse.http.answers import answer, nothing
from pulse.http.audit import audited
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from pulse.times import today

ROLLING_DAYS = 6
LONGEST_CALENDAR_DAYS = 62


class LeaveCalendarView(HrView):
    """GET /v1/leave/calendar

    A restricted key is told that others are away, and not why.
    """

    required_scope = "read:leave"
    open_to_restricted = READ

    @extend_schema(
        summary="List who is out, day by day",
        parameters=[forms.CalendarQuery],
        responses=forms.CalendarOut,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.CalendarQuery)
        first, last = _days_asked_for(query, self.today)
        days = leave_calendar(
            request.environment, filters=query, first=first, last=last, limit=query["limit"]
        )
        return self.show(
            {
                "start": first.isoformat(),
                "end": last.isoformat(),
                "days": [
                    {
                        "date": day.date.isoformat(),
                        "weekend": day.weekend,
                        "holidays": day.holidays,
                        "people_out": day.people_out,
                        "entries": [self._entry(row, day.date) for row in day.entries],
                    }
                    for day in days
                ],
            }
        )

    def _entry(self, row: dict[str, Any], day: date) -> dict[str, Any]:
        hidden = self.only_person not in (None, row["employee__public_id"])
        return _entry(row, day, kind=AWAY if hidden else row["kind"])


class HolidaysView(HrView):
    """GET, POST /v1/holidays"""

    required_scope = {"GET": "read:leave", "POST": "write:leave"}  # noqa: RUF012
    open_to_restricted = READ

    @extend_schema(
        summary="List holidays", parameters=[forms.HolidayQuery], responses=forms.HolidayPage
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.HolidayQuery)
        return self.listed(
            lambda: selectors.filter_holidays(request.environment, query),
            query=query,
            columns=shapes.HOLIDAY,
            shape=shapes.holiday,
            sort="date",
        )

    @extend_schema(
        summary="Add a holiday", request=forms.HolidayIn, responses={201: forms.HolidayOut}
    )
    @idempotent
    @audited("holiday.added")
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(forms.HolidayIn)
        values["location"] = values.get("location") or ""
        holiday = services.add_holiday(request.environment, values=values, now=request.now)
        return answer(shapes.holiday(shapes.columns(holiday, shapes.HOLIDAY)), 201)


class HolidayView(HrView):
    """DELETE /v1/holidays/{holiday_id}"""

    required_scope = "write:leave"

    @extend_schema(summary="Delete a holiday", request=None, responses={204: None})
    @audited("holiday.removed")
    def delete(self, request: ApiRequest, holiday_id: str) -> HttpResponse:
        selectors.get_holiday(request.environment, holiday_id)
        self.nothing_sent()
        services.remove_holiday(request.environment, holiday_id=holiday_id)
        return nothing()


class FeedsView(HrView):
    """GET, POST /v1/calendar-feeds"""

    required_scope = {"GET": "read:leave", "POST": "write:leave"}  # noqa: RUF012
    open_to_restricted = READ | {"POST"}

    @extend_schema(summary="List calendar feeds", parameters=[ListQuery], responses=forms.FeedPage)
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.confined(self.query(ListQuery))
        return self.listed(
            lambda: selectors.feeds(request.environment, of=query.get("employee_id")),
            query=query,
            columns=shapes.CALENDAR_FEED,
            shape=shapes.calendar_feed,
        )

    @extend_schema(
        summary="Create a calendar feed", request=forms.FeedIn, responses={201: forms.FeedOut}
    )
    @idempotent
    @audited("calendar_feed.opened")
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(forms.FeedIn)
        if values["audience"] == CalendarFeed.Audience.PERSON:
            values["employee_id"] = self.acting(values.get("employee_id"))
        else:
            self.confine(None)
        feed, token = services.open_feed(request.environment, **values, now=request.now)
        shape = shapes.calendar_feed(shapes.columns(feed, shapes.CALENDAR_FEED))
        url = f"{settings.PULSE_PUBLIC_URL}/v1/calendars/{token}.ics"
        return answer({**shape, "url": url}, 201, headers={"Cache-Control": "no-store"})


class FeedView(HrView):
    """DELETE /v1/calendar-feeds/{feed_id}"""

    required_scope = "write:leave"
    open_to_restricted = frozenset({"DELETE"})

    @extend_schema(summary="Revoke a calendar feed", request=None, responses={204: None})
    @audited("calendar_feed.revoked")
    def delete(self, request: ApiRequest, feed_id: str) -> HttpResponse:
        feed = selectors.get_feed(request.environment, feed_id)
        self.confine(feed.employee.public_id if feed.employee else None)
        self.nothing_sent()
        services.revoke_feed(request.environment, feed_id=feed_id, now=request.now)
        return nothing()


class CalendarView(HrView):
    """GET /v1/calendars/{token}.ics: the secret address is the permission."""

    public = True
    reads_carry_etag = False

    @extend_schema(
        summary="Get a calendar feed's events",
        responses={(200, "text/calendar"): OpenApiResponse({"type": "string"}, "iCalendar")},
    )
    def get(self, request: ApiRequest, token: str) -> HttpResponse:
        feed = selectors.feed_by_token(token)
        organization = feed.environment.organization
        from hr import ical  # here, because it is wanted seldom and slows every start

        body = ical.calendar(
            _title(feed),
            selectors.feed_entries(feed, today(organization, request.now)),
            show_kinds=feed.show_kinds,
            zone=ZoneInfo(organization.time_zone),
        )
        response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        response["Cache-Control"] = "no-store"
        response["Content-Disposition"] = 'inline; filename="leave.ics"'
        return response


def _days_asked_for(query: dict[str, Any], today: date) -> tuple[date, date]:
    """First and last day of a calendar: a week from today, unless the query says otherwise."""
    first = query.get("from") or min(today, query.get("to", today))
    last = query.get("to") or shifted(first, ROLLING_DAYS)
    if last < first:
        raise invalid("to", "must not be before from")
    if (last - first).days >= LONGEST_CALENDAR_DAYS:
        raise invalid("to", f"must be less than {LONGEST_CALENDAR_DAYS} days after from")
    return first, last


def _title(feed: CalendarFeed) -> str:
    if feed.employee is not None:
        return f"{feed.employee.full_name}: leave"
    return f"{feed.department or feed.environment.organization.name}: leave"


def _entry(row: dict[str, Any], day: date, *, kind: str) -> dict[str, Any]:
    part = "day"
    if row["half_day_start"] and row["start_date"] == day:
        part = "afternoon"
    if row["half_day_end"] and row["end_date"] == day:
        part = "morning"
    return {
        "leave_id": row["public_id"],
        "employee_id": row["employee__public_id"],
        "full_name": row["employee__full_name"],
        "department": row["employee__department"],
        "kind": kind,
        "part": part,
    }
