"""Prices of one's own, the table that comes with Pulse, and how long traces are kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pulse.site.access import PageRequest, require
from traces import pricing, serializers, shapes
from traces.pages.base import change, frame, number, page_of, read_form, record, whole_number
from traces.selectors import upkeep
from traces.services import upkeep as upkeep_services


@require("traces", "view")
@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest) -> HttpResponse:
    """GET and POST /traces/prices"""
    page = page_of(request)
    if request.method == "POST":
        return change(request, _change, level="manage", back="traces-prices")
    return render(
        request,
        "traces/prices.html",
        frame(
            request,
            "prices",
            prices=[shapes.price(one) for one in upkeep.prices(page.environment)],
            listed=pricing.PRICES,
            version=pricing.VERSION,
            retention_days=page.environment.settings.get("traces", {}).get("retentionDays"),
        ),
    )


def _change(request: PageRequest) -> None:
    action, text = request.POST.get("action", ""), request.POST.get("id", "")
    if action == "delete":
        pk = whole_number(text)
        upkeep_services.delete_price(request.environment, price_id=pk if isinstance(pk, int) else 0)
        record(request, "price.deleted", text)
        messages.success(request, "The price was deleted. Traces keep the cost they were given.")
    elif action == "retention":
        given = {"retentionDays": whole_number(request.POST.get("days", ""))}
        values = read_form(request, serializers.SettingsIn, given)
        if values is not None:
            upkeep_services.change_settings(request.environment, **values)
            record(request, "traces.settings")
            messages.success(request, "Saved.")
    else:
        _set(request)


def _set(request: PageRequest) -> None:
    given: dict[str, Any] = {name: request.POST.get(name, "") for name in ("provider", "model")}
    for name in ("inputPerMillion", "cachedInputPerMillion", "outputPerMillion"):
        given[name] = number(request.POST.get(name, ""))
    day = request.POST.get("validFrom", "").strip()
    given["validFrom"] = f"{day}T00:00:00Z" if day else None
    values = read_form(request, serializers.PriceIn, given)
    if values is not None:
        price = upkeep_services.set_price(request.environment, **serializers.price_columns(values))
        record(request, "price.set", str(price.pk))
        messages.success(request, "Saved. It counts for what arrives from now on.")
