"""Every documented path of this product that Django answers; ``apps.py`` names the doors."""

from __future__ import annotations

from django.urls import URLPattern, path

from traces.views import analytics, recorded

urlpatterns: list[URLPattern] = [
    path("v1/auth/login", recorded.LoginView.as_view()),
    path("v1/traces", recorded.TraceListView.as_view()),
    path("v1/traces/batch", recorded.TraceBatchView.as_view()),
    path("v1/traces/<str:trace_id>", recorded.TraceView.as_view()),
    path("v1/spans", recorded.SpanListView.as_view()),
    path("v1/spans/batch", recorded.SpanBatchView.as_view()),
    path("v1/spans/<str:span_id>", recorded.SpanView.as_view()),
    path("v1/sessions", recorded.SessionListView.as_view()),
    path("v1/sessions/<str:session_id>", recorded.SessionView.as_view()),
    path("v1/sessions/<str:session_id>/spans", recorded.SessionSpansView.as_view()),
    path("v1/analytics", analytics.AnalyticsView.as_view()),
    path("v1/analytics/spans", analytics.SpanAnalyticsView.as_view()),
]
