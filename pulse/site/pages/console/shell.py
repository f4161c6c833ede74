"""What the console's pages share: tabs, the products a person may see, filters, refusals as messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from pulse import products
from pulse.audit import services as audit
from pulse.errors import ApiError, NotFound
from pulse.http.requests import client_address
from pulse.products import ProductConfig
from pulse.site import access
from pulse.tenancy.models import Environment, User

TABS = (
    ("Overview", "/developers"),
    ("Keys", "/developers/keys"),
    ("Webhooks", "/developers/webhooks"),
    ("Events", "/developers/events"),
    ("Deliveries", "/developers/deliveries"),
    ("Sink", "/developers/sink"),
    ("Requests", "/developers/requests"),
)
PER_PAGE = 50


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page of the console with its tabs."""
    tabs = [
        {
            "label": label,
            "path": path,
            "active": request.path == path
            or (path != "/developers" and request.path.startswith(f"{path}/")),
        }
        for label, path in TABS
    ]
    response = render(request, template, {"tabs": tabs} | context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def environment_of(request: HttpRequest) -> Environment:
    return cast(access.PageRequest, request).environment


def visible(request: HttpRequest, level: str = "view") -> list[ProductConfig]:
    """The products with which the person has at least this level here."""
    levels = cast(access.PageRequest, request).levels
    return [
        config
        for config in products.installed()
        if access.reaches(levels.get(config.product, "none"), level)
    ]


def names(configs: list[ProductConfig]) -> list[str]:
    return [config.product for config in configs]


def needs(request: HttpRequest, product: str, level: str) -> ProductConfig:
    """The product, if the person has this level with it; else the page does not exist."""
    for config in visible(request, level):
        if config.product == product:
            return config
    raise Http404(f"no {level} grant for {product}")


def chosen(request: HttpRequest, configs: list[ProductConfig]) -> list[str]:
    """Names of the products a list shows: all, or the one of the filter."""
    wanted = request.GET.get("product", "")
    all_names = names(configs)
    return [wanted] if wanted in all_names else all_names


def record(
    request: HttpRequest,
    action: str,
    object_ref: str,
    fields: list[str] | None = None,
    *,
    product: str = "",
) -> None:
    """Write what this person just did into the audit log of the environment; without ``product``
    it concerns all of them."""
    audit.record(
        environment_of(request),
        actor=f"user:{cast(User, request.user).pk}",
        product=product,
        action=action,
        object_ref=object_ref,
        fields=fields,
        request_id=str(getattr(request, "request_id", "")),
        ip=client_address(request),
    )


@contextmanager
def refusals_as_messages(request: HttpRequest) -> Iterator[None]:
    """A rule's refusal becomes a message on the next page; a missing thing stays a 404."""
    try:
        yield
    except NotFound as error:
        raise Http404(error.message) from error
    except ApiError as error:
        reasons = "; ".join(f"{one.field}: {one.reason}" for one in error.fields)
        messages.error(request, f"{error.message} {reasons}".strip())


def pretty(body: str) -> str:
    """A stored body with one member on each line; what is no JSON is shown as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
