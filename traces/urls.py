"""Every documented path of this product that Django answers; ``apps.py`` names the doors.

Ids of traces, spans and sessions may hold slashes, so what lies beneath one comes before it.
"""

from __future__ import annotations

from django.urls import URLPattern, path

from traces.views import analytics, recorded, upkeep
from traces.views.dashboard import accounts, data, projects

urlpatterns: list[URLPattern] = [
    path("v1/auth/login", recorded.LoginView.as_view()),
    path("v1/traces", recorded.TraceListView.as_view()),
    path("v1/traces/batch", recorded.TraceBatchView.as_view()),
    path("v1/traces/<path:trace_id>/scores", upkeep.ScoreListView.as_view()),
    path("v1/traces/<path:trace_id>/scores/<str:score_id>", upkeep.ScoreView.as_view()),
    path("v1/traces/<path:trace_id>", recorded.TraceView.as_view()),
    path("v1/analytics/scores", upkeep.ScoreTotalsView.as_view()),
    path("v1/analytics/alerts", upkeep.AlertListView.as_view()),
    path("v1/analytics/alerts/<str:alert_id>", upkeep.AlertView.as_view()),
    path("v1/analytics/prices", upkeep.PriceListView.as_view()),
    path("v1/analytics/prices/<str:price_id>", upkeep.PriceView.as_view()),
    path("v1/analytics/dead-letters", upkeep.DeadLetterListView.as_view()),
    path("v1/analytics/dead-letters/replay", upkeep.DeadLetterReplayView.as_view()),
    path("v1/analytics/dead-letters/<str:letter_id>", upkeep.DeadLetterView.as_view()),
    path("v1/analytics/settings", upkeep.SettingsView.as_view()),
    path("v1/spans", recorded.SpanListView.as_view()),
    path("v1/spans/batch", recorded.SpanBatchView.as_view()),
    path("v1/spans/<path:span_id>", recorded.SpanView.as_view()),
    path("v1/sessions", recorded.SessionListView.as_view()),
    path("v1/sessions/<path:session_id>/spans", recorded.SessionSpansView.as_view()),
    path("v1/sessions/<path:session_id>", recorded.SessionView.as_view()),
    path("v1/analytics", analytics.AnalyticsView.as_view()),
    path("v1/analytics/spans", analytics.SpanAnalyticsView.as_view()),
    path("api/auth/sign-up/email", accounts.DirectSignUpView.as_view()),
    path("api/auth/sign-in/email", accounts.SignInView.as_view()),
    path("api/auth/get-session", accounts.GetSessionView.as_view()),
    path("api/auth/sign-out", accounts.SignOutView.as_view()),
    path("dashboard/api/signup", accounts.SignUpView.as_view()),
    path("dashboard/api/local-login-token", accounts.LocalLoginTokenView.as_view()),
    path("dashboard/api/local-login", accounts.LocalLoginView.as_view()),
    path("dashboard/api/projects", projects.ProjectListView.as_view()),
    path("dashboard/api/projects/<str:project_id>", projects.ProjectView.as_view()),
    path("dashboard/api/api-keys", projects.KeyListView.as_view()),
    path("dashboard/api/api-keys/<str:key_id>", projects.KeyView.as_view()),
    path("dashboard/api/users", projects.MemberListView.as_view()),
    path("dashboard/api/users/<str:user_id>", projects.MemberView.as_view()),
    path("dashboard/api/traces", data.DashboardTraceListView.as_view()),
    path("dashboard/api/traces/batch", data.DashboardTraceBatchView.as_view()),
    path("dashboard/api/traces/<path:trace_id>", data.DashboardTraceView.as_view()),
    path("dashboard/api/spans", data.DashboardSpanListView.as_view()),
    path("dashboard/api/spans/batch", data.DashboardSpanBatchView.as_view()),
    path("dashboard/api/spans/async", data.DashboardSpanAsyncView.as_view()),
    path("dashboard/api/spans/<path:span_id>", data.DashboardSpanView.as_view()),
    path("dashboard/api/agent-sessions", data.AgentSessionsView.as_view()),
    path(
        "dashboard/api/sessions/<path:session_id>/spans", data.DashboardSessionSpansView.as_view()
    ),
    path("dashboard/api/sessions/<path:session_id>", data.DashboardSessionView.as_view()),
    path("dashboard/api/analytics", data.DashboardAnalyticsView.as_view()),
    path("dashboard/api/analytics/spans", data.DashboardSpanAnalyticsView.as_view()),
    path("dashboard/api/analytics/overview-extended", data.OverviewView.as_view()),
]
