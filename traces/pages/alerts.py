"""Alerts: what is watched, what it came to last, and whether it fires."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pulse.site.access import PageRequest, require
from traces import serializers
from traces.models import Alert
from traces.pages import reading
from traces.pages.base import change, frame, number, page_of, read_form, whole_number
from traces.selectors import upkeep
from traces.services import alerting

CENTS_PER_DOLLAR = 100
MEASURES = {
    Alert.Measure.COST_CENTS: "Cost in dollars",
    Alert.Measure.ERROR_RATE: "Errors in percent",
    Alert.Measure.LATENCY_P95_MS: "Latency p95 in milliseconds",
    Alert.Measure.REQUESTS: "Number of requests",
}


@require("traces", "view")
@require_http_methods(["GET", "POST"])
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
            measures=MEASURES,
        ),
    )


def _line(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.public_id,
        "name": alert.name,
        "measure": MEASURES[Alert.Measure(alert.measure)].partition(" in ")[0],
        "threshold": _spelled(alert, alert.threshold),
        "window": f"{alert.window_minutes} min",
        "last": _spelled(alert, alert.last_value),
        "active": alert.active,
        "firing_since": alert.firing_since,
    }


def _spelled(alert: Alert, value: float | None) -> str:
    """A value of the alert's measure with its unit."""
    if value is None:
        return "–"
    if alert.measure == Alert.Measure.COST_CENTS:
        return reading.dollars(value * reading.MICRO_CENTS_PER_DOLLAR / CENTS_PER_DOLLAR)
    if alert.measure == Alert.Measure.LATENCY_P95_MS:
        return reading.duration(value)
    return f"{value:g} %" if alert.measure == Alert.Measure.ERROR_RATE else f"{value:,.0f}"


def _change(request: PageRequest) -> None:
    action, alert_id = request.POST.get("action", ""), request.POST.get("id", "")
    if action in ("pause", "resume"):
        alerting.change_alert(request.environment, alert_id=alert_id, active=action == "resume")
    elif action == "delete":
        alerting.delete_alert(request.environment, alert_id=alert_id)
        messages.success(request, "The alert was deleted.")
    else:
        _add(request)


def _add(request: PageRequest) -> None:
    threshold = number(request.POST.get("threshold", ""))
    if isinstance(threshold, float) and request.POST.get("measure") == Alert.Measure.COST_CENTS:
        threshold *= CENTS_PER_DOLLAR
    given = {
        "name": request.POST.get("name", ""),
        "measure": request.POST.get("measure", ""),
        "threshold": threshold,
        "windowMinutes": whole_number(request.POST.get("window", "")),
    }
    values = read_form(request, serializers.AlertIn, given)
    if values is not None:
        alerting.create_alert(request.environment, now=datetime.now(UTC), **values)
        messages.success(request, "The alert is watching. It is measured once a minute.")
