"""HR's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from hr import pages

urlpatterns: list[URLPattern] = [
    path("people", pages.overview, name="people"),
    path("people/calendar", pages.leave_calendar, name="people-calendar"),
    path("people/directory", pages.directory, name="people-directory"),
    path("people/org-chart", pages.reporting_lines, name="people-org-chart"),
    path("people/<str:employee_id>", pages.person, name="people-person"),
]
