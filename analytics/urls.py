"""Every documented path of this product; a slash at the end is optional."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from analytics.views import events, exports, privacy, reports
from analytics.views.envelope import AnalyticsView

BASE = "api/v1/pulse"


class EventId(StringConverter):
    """Any segment but ``batch``, which only takes POST: GET there is 405 and not an event nobody has."""

    regex = "(?!batch(?:/|$))[^/]+"


register_converter(EventId, "event_id")


def _paths(*routes: tuple[str, type[AnalyticsView]]) -> list[URLPattern]:
    """Each route as documented, and with a slash, which the OpenAPI document does not repeat."""
    found = []
    for route, view in routes:
        found.append(path(f"{BASE}/{route}", view.as_view()))
        found.append(path(f"{BASE}/{route}/", view.as_view(schema=None)))
    return found


urlpatterns: list[URLPattern] = _paths(
    ("events", events.EventsView),
    ("events/<event_id:event_id>", events.EventView),
    ("names", events.NamesView),
    ("properties", events.PropertiesView),
    ("reports/top-events", reports.TopEventsView),
    ("reports/timeseries", reports.TimeseriesView),
    ("reports/unique-users", reports.UniqueUsersView),
    ("reports/breakdown", reports.BreakdownView),
    ("reports/funnel", reports.FunnelView),
    ("reports/retention", reports.RetentionView),
    ("reports/sessions", reports.SessionsView),
    ("users/<path:user_id>/events", privacy.UserEventsView),
    ("erasures/<str:erasure_id>", privacy.ErasureView),
    ("exports", exports.ExportsView),
    ("exports/<str:export_id>", exports.ExportView),
    ("settings", privacy.SettingsView),
)
