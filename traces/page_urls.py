"""The pages of this product."""

from __future__ import annotations

from django.urls import URLPattern, path

from traces.pages import alerts, dead_letters, overview, prices, recorded, sessions, setup

urlpatterns: list[URLPattern] = [
    path("traces", recorded.trace_list, name="traces-list"),
    path("traces/overview", overview.overview, name="traces-overview"),
    path("traces/sessions", sessions.session_list, name="traces-sessions"),
    path("traces/session", sessions.session_detail, name="traces-session"),
    path("traces/alerts", alerts.alerts, name="traces-alerts"),
    path("traces/prices", prices.prices, name="traces-prices"),
    path("traces/dead-letters", dead_letters.dead_letters, name="traces-dead-letters"),
    path("traces/setup", setup.setup, name="traces-setup"),
    path("traces/t/<path:trace_id>", recorded.trace_detail, name="traces-detail"),
]
