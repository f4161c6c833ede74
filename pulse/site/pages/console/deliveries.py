"""The delivery log, one delivery with its attempts, and the built-in sink."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from pulse import pagination
from pulse.errors import InvalidInput
from pulse.site import access
from pulse.site import selectors as site
from pulse.site.pages.console import shell
from pulse.webhooks import replays, selectors

FILTERS = ("status", "endpoint_id", "event_id")
SINK_ROWS = 20


@access.require()
@require_safe
def list_deliveries(request: HttpRequest) -> HttpResponse:
    """GET /developers/deliveries"""
    environment = shell.environment_of(request)
    visible = [one for one in shell.visible(request) if one.events]
    shown = shell.chosen(request, visible)
    filters = {name: request.GET.get(name, "").strip() for name in FILTERS}
    try:
        page = pagination.keyset(
            site.deliveries(environment, shown, **filters),
            environment=environment,
            limit=shell.PER_PAGE,
            cursor=request.GET.get("cursor"),
            purpose=f"console-deliveries {shown} {sorted(filters.items())}",
            total=False,
        )
    except InvalidInput:
        page = pagination.Page([], None, None)
    return shell.show(
        request,
        "console/deliveries.html",
        {
            "rows": page.items,
            "next_cursor": page.next_cursor,
            "products": visible,
            "statuses": list(selectors.PUBLIC_STATUS),
            "endpoints": site.endpoints(environment, shown),
            "filters": filters,
        },
    )


@access.require()
@require_safe
def delivery(request: HttpRequest, product: str, delivery_id: str) -> HttpResponse:
    """GET /developers/deliveries/{product}/{delivery_id}; with htmx only what changes by itself."""
    shell.needs(request, product, "view")
    environment = shell.environment_of(request)
    row = site.deliveries(environment, [product]).filter(public_id=delivery_id).first()
    if row is None:
        raise Http404(delivery_id)
    context = {
        "delivery": row,
        "attempts": list(reversed(selectors.attempts_of(row))),
        "open": row.state in row.OPEN,
        "body": shell.pretty(row.event.body),
        "edits": access.reaches(access.levels(request)[product], "edit"),
    }
    if request.headers.get("HX-Request"):
        return render(request, "console/delivery_progress.html", context)
    return shell.show(request, "console/delivery.html", context)


@access.require()
@require_POST
def replay(request: HttpRequest, product: str, delivery_id: str) -> HttpResponse:
    """POST /developers/deliveries/{product}/{delivery_id}/replay"""
    shell.needs(request, product, "edit")
    with shell.refusals_as_messages(request):
        fresh = replays.replay_delivery(
            shell.environment_of(request),
            product=product,
            public_id=delivery_id,
            now=datetime.now(UTC),
        )
        shell.record(request, "delivery.replayed", delivery_id)
        messages.success(request, "Sent again: this is the new delivery of the same event.")
        return redirect(f"/developers/deliveries/{product}/{fresh.public_id}")
    return redirect(f"/developers/deliveries/{product}/{delivery_id}")


@access.require()
@require_safe
def sink(request: HttpRequest) -> HttpResponse:
    """GET /developers/sink; with htmx only what was caught."""
    environment = shell.environment_of(request)
    visible = [one for one in shell.visible(request) if one.events]
    caught = [
        {"attempt": row, "body": shell.pretty(row.delivery.event.body)}
        for row in site.caught(environment, shell.names(visible), limit=SINK_ROWS)
    ]
    context = {"caught": caught, "products": visible}
    if request.headers.get("HX-Request"):
        return render(request, "console/sink_rows.html", context)
    manageable = [one for one in shell.visible(request, "manage") if one.events]
    return shell.show(request, "console/sink.html", context | {"manageable": manageable})
