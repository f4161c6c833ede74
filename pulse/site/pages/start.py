"""The start page: what runs here, and a first call for each product."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pulse import products
from pulse.site import library


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """GET /"""
    running = [
        {
            "product": config.product,
            "title": config.title,
            "base": settings.PULSE_PUBLIC_URL + (config.prefixes[0] if config.prefixes else ""),
            "guide": f"/docs/quickstart-{config.product}",
            "summary": library.summary(f"quickstart-{config.product}"),
            "code": library.first_command(f"quickstart-{config.product}"),
            "navigation": config.navigation,
        }
        for config in products.installed()
    ]
    return render(
        request, "site/start.html", {"running": running, "base": settings.PULSE_PUBLIC_URL}
    )
