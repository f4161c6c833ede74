"""GET /metrics, in Prometheus' text form, for whoever holds PULSE_METRICS_TOKEN."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, exposition

from pulse.metrics.gauges import DatabaseGauges
from pulse.metrics.requests import registry as requests


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """401 without the token; 404 where none is configured, as if nothing were here."""
    token = settings.PULSE_METRICS_TOKEN
    if not token:
        return HttpResponse(status=404)
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(sent.encode(), token.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    stored = CollectorRegistry()
    stored.register(DatabaseGauges())
    body = exposition.generate_latest(requests) + exposition.generate_latest(stored)
    return HttpResponse(body, content_type=exposition.CONTENT_TYPE_LATEST)
