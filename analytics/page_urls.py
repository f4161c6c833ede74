"""Pages of this product."""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics import pages

urlpatterns: list[URLPattern] = [
    path("analytics", pages.dashboard, name="analytics"),
    path("analytics/live", pages.live, name="analytics-live"),
    path("analytics/exports", pages.exports, name="analytics-exports"),
    path("analytics/exports/<str:export_id>", pages.download, name="analytics-export"),
]
