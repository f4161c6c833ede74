from __future__ import annotations

import sys
from typing import Any

from django.apps import AppConfig
from django.core.signals import got_request_exception


class IncidentsConfig(AppConfig):
    name = "pulse.incidents"
    label = "incidents"

    def ready(self) -> None:
        got_request_exception.connect(_page_failed, dispatch_uid="incidents.pages")


def _page_failed(request: Any = None, **_: Any) -> None:
    """Pages only: the API's gate keeps its incidents itself, and never sends this signal."""
    from pulse.incidents import services  # models must be loaded first

    exception = sys.exc_info()[1]
    if exception is None or request is None:
        return
    route = getattr(getattr(request, "resolver_match", None), "route", "") or "?"
    services.record_incident(
        exception,
        request_id=getattr(request, "request_id", ""),
        path=f"{request.method} /{route}",
        environment=getattr(request, "environment", None),
    )
