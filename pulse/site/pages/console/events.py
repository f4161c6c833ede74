"""The event log: what happened, the exact body that is sent, and sending it again."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from pulse import pagination
from pulse.errors import InvalidInput
from pulse.site import access
from pulse.site import selectors as site
from pulse.site.pages.console import shell
from pulse.webhooks import events as catalogue
from pulse.webhooks import replays


@access.require()
@require_safe
def list_events(request: HttpRequest) -> HttpResponse:
    """GET /developers/events"""
    environment = shell.environment_of(request)
    visible = [one for one in shell.visible(request) if one.events]
    shown = shell.chosen(request, visible)
    filters = {name: request.GET.get(name, "").strip() for name in ("type", "subject")}
    try:
        page = pagination.keyset(
            site.events(environment, shown, **filters),
            environment=environment,
            limit=shell.PER_PAGE,
            cursor=request.GET.get("cursor"),
            purpose=f"console-events {shown} {sorted(filters.items())}",
            total=False,
        )
    except InvalidInput:
        page = pagination.Page([], None, None)
    types = sorted({name for product in shown for name in catalogue.catalogue(product)})
    return shell.show(
        request,
        "console/events.html",
        {
            "rows": page.items,
            "next_cursor": page.next_cursor,
            "products": visible,
            "types": types,
            "filters": filters,
        },
    )


@access.require()
@require_safe
def event(request: HttpRequest, product: str, event_id: str) -> HttpResponse:
    """GET /developers/events/{product}/{event_id}"""
    shell.needs(request, product, "view")
    environment = shell.environment_of(request)
    row = site.events(environment, [product]).filter(public_id=event_id).first()
    if row is None:
        raise Http404(event_id)
    return shell.show(
        request,
        "console/event.html",
        {
            "event": row,
            "body": shell.pretty(row.body),
            "deliveries": site.deliveries(environment, [product], event_id=event_id).order_by(
                "-created_at", "-pk"
            )[:50],
            "endpoints": site.endpoints(environment, [product]),
            "edits": access.reaches(access.levels(request)[product], "edit"),
        },
    )


@access.require()
@require_POST
def replay(request: HttpRequest, product: str, event_id: str) -> HttpResponse:
    """POST /developers/events/{product}/{event_id}/replay"""
    shell.needs(request, product, "edit")
    with shell.refusals_as_messages(request):
        made = replays.replay_event(
            shell.environment_of(request),
            product=product,
            public_id=event_id,
            endpoint_id=request.POST.get("endpoint", ""),
            now=datetime.now(UTC),
        )
        shell.record(request, "event.replayed", event_id)
        if made:
            messages.success(request, f"Sent again to {len(made)} endpoints.")
        else:
            messages.warning(request, "No active endpoint subscribes to this event.")
    return redirect(f"/developers/events/{product}/{event_id}")
