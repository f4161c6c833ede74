"""Every documented path of HR; a trailing slash resolves too, without a redirect."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from hr import scim_urls, webhook_urls
from hr.views import (
    calendars,
    employees,
    entries,
    keys,
    leave,
    operations,
    people,
    root,
    scim,
    scores,
)
from pulse.http.views import ApiView

ID = r"[^/]+"


def route(pattern: str, view: type[ApiView]) -> URLPattern:
    """``v1/leave/{leave_id}``, as documented."""
    return re_path(rf"^{_expression(pattern)}\Z", view.as_view())


def spelt(pattern: str, view: type[ApiView]) -> URLPattern:
    """Another spelling of a documented path, which answers and stays out of the OpenAPI document."""
    return re_path(rf"^{_expression(pattern)}\Z", view.as_view(schema=None))


def _expression(pattern: str) -> str:
    parts = (
        f"(?P<{part[1:-1]}>{ID})" if part[:1] == "{" else part.replace(".", r"\.")
        for part in pattern.split("/")
    )
    return "/".join(parts)


ROUTES: tuple[tuple[str, type[ApiView]], ...] = (
    ("v1/openapi.json", root.DocumentView),
    ("v1/employees", employees.EmployeesView),
    ("v1/employees/{employee_id}", employees.EmployeeView),
    ("v1/employees/{employee_id}/score", scores.ScoreView),
    ("v1/employees/{employee_id}/score/history", scores.ScoreHistoryView),
    ("v1/employees/{employee_id}/score-inputs", scores.ScoreInputsView),
    ("v1/org-chart", people.OrgChartView),
    ("v1/custom-fields", people.CustomFieldsView),
    ("v1/custom-fields/{field_id}", people.CustomFieldView),
    ("v1/status-log", entries.StatusLogListView),
    ("v1/status-log/{entry_id}", entries.StatusLogView),
    ("v1/kudos", entries.KudosListView),
    ("v1/kudos/leaderboard", entries.LeaderboardView),
    ("v1/workload-checkins", entries.WorkloadListView),
    ("v1/workload-checkins/summary", entries.WorkloadSummaryView),
    ("v1/leave", leave.LeaveListView),
    ("v1/leave/preview", leave.LeavePreviewView),
    ("v1/leave/calendar", calendars.LeaveCalendarView),
    ("v1/leave/balance/{employee_id}", leave.LeaveBalanceView),
    ("v1/leave/{leave_id}", leave.LeaveView),
    ("v1/holidays", calendars.HolidaysView),
    ("v1/holidays/{holiday_id}", calendars.HolidayView),
    ("v1/calendar-feeds", calendars.FeedsView),
    ("v1/calendar-feeds/{feed_id}", calendars.FeedView),
    ("v1/employees/{employee_id}/export", operations.SubjectExportView),
    ("v1/employees/{employee_id}/erase", operations.SubjectErasureView),
    ("v1/me", keys.MeView),
    ("v1/api-keys", keys.ApiKeysView),
    ("v1/api-keys/{key_id}", keys.ApiKeyView),
    ("v1/api-keys/{key_id}/rotate", keys.ApiKeyRotationView),
    ("v1/imports/employees", operations.EmployeeImportView),
    ("v1/exports", operations.ExportsView),
    ("v1/exports/{export_id}", operations.ExportView),
    ("v1/audit-log", operations.AuditLogView),
    ("v1/test/seed", operations.TestSeedView),
    ("v1/test/reset", operations.TestResetView),
    *webhook_urls.ROUTES,
    *scim_urls.ROUTES,
)

urlpatterns: list[URLPattern] = [
    *(route(pattern, view) for pattern, view in ROUTES),
    *(spelt(f"{pattern}/", view) for pattern, view in ROUTES),
    *(
        spelt(f"{pattern.replace('-', '_')}{slash}", view)
        for pattern, view in ROUTES
        if pattern.startswith(("v1/status-log", "v1/workload-checkins"))
        for slash in ("", "/")
    ),
    re_path(r"^v1/calendars/(?P<token>[\w-]{20,80})\.ics\Z", calendars.CalendarView.as_view()),
    re_path(r"^scim/(?P<rest>.*)\Z", scim.ScimNowhereView.as_view()),
]
