"""The console's first page: what is being called, what fails, and where to point a client."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pulse.requestlog import selectors as requestlog
from pulse.site import access
from pulse.site.pages.console import charts, shell

RANGES = {
    "1h": (timedelta(hours=1), timedelta(minutes=5)),
    "24h": (timedelta(days=1), timedelta(minutes=30)),
    "7d": (timedelta(days=7), timedelta(hours=3)),
    "30d": (timedelta(days=30), timedelta(days=1)),
}


@access.require()
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """GET /developers"""
    environment = shell.environment_of(request)
    now = datetime.now(UTC)
    chosen = request.GET.get("range", "24h")
    length, step = RANGES.get(chosen, RANGES["24h"])
    visible = shell.visible(request)
    shown = shell.chosen(request, visible)
    rows = requestlog.counts_by_span(environment, products=shown, since=now - length)
    failing = requestlog.requests(environment, products=shown, status="failing")[:8]
    return shell.show(
        request,
        "console/overview.html",
        {
            "usage": charts.usage(rows, since=now - length, until=now, step=step),
            "failing": failing,
            "ranges": list(RANGES),
            "range": chosen if chosen in RANGES else "24h",
            "products": visible,
            "base": settings.PULSE_PUBLIC_URL,
            "socket": re.sub(r"^http", "ws", settings.PULSE_PUBLIC_URL),
        },
    )
