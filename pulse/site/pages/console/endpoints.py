"""Webhook endpoints: who hears of what, how healthy they are, and everything one does with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pulse.errors import ApiError
from pulse.products import ProductConfig
from pulse.site import access
from pulse.site import selectors as site
from pulse.site.pages.console import shell
from pulse.webhooks import events, replays, selectors, services
from pulse.webhooks.models import Endpoint

SINCE = {"1": "the last hour", "24": "the last day", "72": "the last 3 days", "335": "14 days"}


@access.require()
@require_safe
def list_endpoints(request: HttpRequest) -> HttpResponse:
    """GET /developers/webhooks"""
    visible = shell.visible(request)
    rows = site.endpoints(shell.environment_of(request), shell.chosen(request, visible))
    context = {
        "rows": rows,
        "products": visible,
        "sinks": services.SINK_URLS,
        "manageable": [one for one in shell.visible(request, "manage") if one.events],
    }
    return shell.show(request, "console/endpoints.html", context)


@sensitive_variables("secret")
@access.require()
@require_http_methods(["GET", "HEAD", "POST"])
def new_endpoint(request: HttpRequest, product: str) -> HttpResponse:
    """GET, POST /developers/webhooks/new/{product}"""
    config = shell.needs(request, product, "manage")
    if not config.events:
        raise Http404(f"{product} announces nothing")
    form: dict[str, Any] = {
        "config": config,
        "catalogue": list(events.catalogue(product)),
        "values": {"url": "", "description": ""},
        "wanted": ["*"],
        "errors": {},
    }
    if request.method != "POST":
        return shell.show(request, "console/endpoint_new.html", form)
    values = _values(request)
    try:
        row, secret = services.create_endpoint(
            shell.environment_of(request), product=product, now=datetime.now(UTC), **values
        )
    except ApiError as error:
        form |= {"values": values, "wanted": values["subscriptions"], "errors": _explained(error)}
        return shell.show(request, "console/endpoint_new.html", form, status=error.status)
    shell.record(
        request, "webhook_endpoint.created", row.public_id, ["url", "events"], product=product
    )
    return _show_secret(request, config, row, secret)


def _values(request: HttpRequest) -> dict[str, Any]:
    sink = request.POST.get("target") == "sink"
    return {
        "url": services.SINK_URL if sink else request.POST.get("url", "").strip(),
        "subscriptions": request.POST.getlist("events"),
        "description": request.POST.get("description", "").strip()[:500],
    }


def _explained(error: ApiError) -> dict[str, str]:
    """Field of the form → what is wrong with it; what names no field is said at the top."""
    found = {one.field.partition(".")[0]: one.reason for one in error.fields}
    return found or {"form": error.message}


@sensitive_variables("secret")
def _show_secret(
    request: HttpRequest, config: ProductConfig, row: Endpoint, secret: str
) -> HttpResponse:
    context = {"config": config, "endpoint": row, "secret": secret}
    return shell.show(request, "console/endpoint_secret.html", context, status=201)


@access.require()
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint(request: HttpRequest, product: str, endpoint_id: str) -> HttpResponse:
    """GET, POST /developers/webhooks/{product}/{endpoint_id}; POST changes it."""
    level = "manage" if request.method == "POST" else "view"
    config = shell.needs(request, product, level)
    environment = shell.environment_of(request)
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = _values(request)
        try:
            services.update_endpoint(
                environment,
                product=product,
                public_id=endpoint_id,
                now=datetime.now(UTC),
                **values,
            )
        except ApiError as error:
            if error.status == 404:
                raise Http404(endpoint_id) from error
            errors = _explained(error)
        else:
            shell.record(
                request, "webhook_endpoint.updated", endpoint_id, list(values), product=product
            )
            messages.success(request, "Saved.")
            return redirect(request.path)
    row = site.endpoints(environment, [product]).filter(public_id=endpoint_id).first()
    if row is None:
        raise Http404(endpoint_id)
    levels = access.levels(request)[product]
    return shell.show(
        request,
        "console/endpoint.html",
        {
            "endpoint": row,
            "config": config,
            "catalogue": list(events.catalogue(product)),
            "wanted": row.events,
            "errors": errors,
            "sink": row.url in services.SINK_URLS,
            "broken": row.url == services.BROKEN_SINK_URL,
            "since": SINCE,
            "manages": access.reaches(levels, "manage"),
            "edits": access.reaches(levels, "edit"),
            "deliveries": site.deliveries(
                environment, [product], endpoint_id=row.public_id
            ).order_by("-created_at", "-pk")[:15],
        },
        status=400 if errors else 200,
    )


@access.require()
@require_POST
def act(request: HttpRequest, product: str, endpoint_id: str, action: str) -> HttpResponse:
    """POST /developers/webhooks/{product}/{endpoint_id}/{action}"""
    if action not in ACTIONS:
        raise Http404(action)
    level, perform = ACTIONS[action]
    config = shell.needs(request, product, level)
    with shell.refusals_as_messages(request):
        selectors.get_endpoint(shell.environment_of(request), product, endpoint_id)
        answer = perform(request, config, endpoint_id)
        shell.record(request, f"webhook_endpoint.{action}", endpoint_id, product=product)
        if answer is not None:
            return answer
    return redirect(f"/developers/webhooks/{product}/{endpoint_id}")


def _change(**values: Any) -> Callable[[HttpRequest, ProductConfig, str], None]:
    def perform(request: HttpRequest, config: ProductConfig, endpoint_id: str) -> None:
        services.update_endpoint(
            shell.environment_of(request),
            product=config.product,
            public_id=endpoint_id,
            now=datetime.now(UTC),
            **values,
        )
        messages.success(request, "Done.")

    return perform


def _test(request: HttpRequest, config: ProductConfig, endpoint_id: str) -> HttpResponse:
    delivery = services.send_test_event(
        shell.environment_of(request),
        product=config.product,
        public_id=endpoint_id,
        now=datetime.now(UTC),
        event_type=request.POST.get("type", ""),
    )
    return redirect(f"/developers/deliveries/{config.product}/{delivery.public_id}")


@sensitive_variables("secret")
def _rotate(request: HttpRequest, config: ProductConfig, endpoint_id: str) -> HttpResponse:
    row, secret = services.rotate_secret(
        shell.environment_of(request),
        product=config.product,
        public_id=endpoint_id,
        now=datetime.now(UTC),
    )
    return _show_secret(request, config, row, secret)


def _promote(request: HttpRequest, config: ProductConfig, endpoint_id: str) -> None:
    services.promote_secret(
        shell.environment_of(request),
        product=config.product,
        public_id=endpoint_id,
        now=datetime.now(UTC),
    )
    messages.success(request, "The new secret signs from now on.")


def _delete(request: HttpRequest, config: ProductConfig, endpoint_id: str) -> HttpResponse:
    services.delete_endpoint(
        shell.environment_of(request),
        product=config.product,
        public_id=endpoint_id,
        now=datetime.now(UTC),
    )
    messages.success(request, "Deleted. Nothing is sent there any more.")
    return redirect("/developers/webhooks")


def _recover(request: HttpRequest, config: ProductConfig, endpoint_id: str) -> None:
    hours = request.POST.get("hours", "24")
    now = datetime.now(UTC)
    count = replays.recover_endpoint(
        shell.environment_of(request),
        product=config.product,
        public_id=endpoint_id,
        since=now - timedelta(hours=int(hours) if hours in SINCE else 24),
        now=now,
    )
    messages.success(request, f"{count} missed events are on their way.")


def _replay_failed(request: HttpRequest, config: ProductConfig, endpoint_id: str) -> None:
    count = replays.replay_matching(
        shell.environment_of(request),
        product=config.product,
        endpoint_id=endpoint_id,
        status="failed",
        now=datetime.now(UTC),
    )
    messages.success(request, f"{count} failed deliveries are sent again.")


ACTIONS: dict[str, tuple[str, Callable[[HttpRequest, ProductConfig, str], HttpResponse | None]]] = {
    "test": ("edit", _test),
    "recover": ("edit", _recover),
    "replay-failed": ("edit", _replay_failed),
    "pause": ("manage", _change(status=Endpoint.Status.PAUSED)),
    "activate": ("manage", _change(status=Endpoint.Status.ACTIVE)),
    "break": ("manage", _change(url=services.BROKEN_SINK_URL)),
    "mend": ("manage", _change(url=services.SINK_URL)),
    "rotate": ("manage", _rotate),
    "promote": ("manage", _promote),
    "delete": ("manage", _delete),
}
"""Action → the level it needs, and what does it."""
