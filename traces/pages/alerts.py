"""Alerts: what is watched, what it came to last, and whether it fires."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pulse.site.access import PageRequest, require
from traces import amounts, serializers
from traces.models import Alert
from traces.pages.base import change, frame, number, page_of, read_form, record, whole_number
from traces.selectors import upkeep
from traces.services import alerting

UNITS = {
    Alert.Measure.COST_CENTS: "in dollars",
    Alert.Measure.ERROR_RATE: "in percent",
    Alert.Measure.LATENCY_P95_MS: "in milliseconds",
    Alert.Measure.REQUESTS: "",
}


@require("traces", "view")
@require_http_methods(["GET", "HEAD", "POST"])
def alerts(request: HttpRequest) -> HttpResponse:
    """GET and POST /traces/alerts"""
    page = page_of(request)
    if request.method == "POST":
        return change(request, _change, level="manage", back="traces-alerts")
    return render(
        request,
        "traces/alerts.html",
        frame(
            request,
            "alerts",
            alerts=[_line(one) for one in upkeep.alerts(page.environment)],
            measures={
                one: f"{name} {UNITS[one]}".strip() for one, name in amounts.MEASURES.items()
            },
        ),
    )


def _line(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.public_id,
        "name": alert.name,
        "measure": amounts.MEASURES[Alert.Measure(alert.measure)],
        "threshold": amounts.measured(alert.measure, alert.threshold),
        "window": f"{alert.window_minutes} min",
        "last": amounts.measured(alert.measure, alert.last_value),
        "active": alert.active,
        "firing_since": alert.firing_since,
    }


def _change(request: PageRequest) -> None:
    action, alert_id = request.POST.get("action", ""), request.POST.get("id", "")
    if action in ("pause", "resume"):
        alerting.change_alert(request.environment, alert_id=alert_id, active=action == "resume")
        record(request, "alert.changed", alert_id)
    elif action == "delete":
        alerting.delete_alert(request.environment, alert_id=alert_id)
        record(request, "alert.deleted", alert_id)
        messages.success(request, "The alert was deleted.")
    else:
        _add(request)


def _add(request: PageRequest) -> None:
    threshold = number(request.POST.get("threshold", ""))
    if isinstance(threshold, float) and request.POST.get("measure") == Alert.Measure.COST_CENTS:
        # as decimals: 0.07 times 100 is no 7 as floats, and 1e308 times 100 is no number
        threshold = number(str(Decimal(str(threshold)) * amounts.CENTS_PER_DOLLAR))
    given = {
        "name": request.POST.get("name", ""),
        "measure": request.POST.get("measure", ""),
        "threshold": threshold,
        "windowMinutes": whole_number(request.POST.get("window", "")),
    }
    values = read_form(request, serializers.AlertIn, given)
    if values is not None:
        alert = alerting.create_alert(request.environment, now=datetime.now(UTC), **values)
        record(request, "alert.created", alert.public_id)
        messages.success(request, "The alert is watching. It is measured once a minute.")
