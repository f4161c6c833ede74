"""The pages of this product."""

from __future__ import annotations

from django.urls import URLPattern, path

from traces.pages import views

urlpatterns: list[URLPattern] = [
    path("traces", views.trace_list, name="traces-list"),
    path("traces/overview", views.overview, name="traces-overview"),
    path("traces/sessions", views.session_list, name="traces-sessions"),
    path("traces/session", views.session_detail, name="traces-session"),
    path("traces/dead-letters", views.dead_letters, name="traces-dead-letters"),
    path("traces/setup", views.setup, name="traces-setup"),
    path("traces/t/<path:trace_id>", views.trace_detail, name="traces-detail"),
]
