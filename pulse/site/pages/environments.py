"""Environments of an organization, its plans, and the mail it sent. Owners and admins only."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from pulse import products
from pulse.site import access
from pulse.site import selectors as site
from pulse.site.pages.console import shell
from pulse.tenancy import selectors, services
from pulse.tenancy.models import Environment, Organization

PAGE = "/settings/environments"


def _plans() -> dict[str, tuple[str, ...]]:
    return {config.product: config.plans for config in products.installed() if config.plans}


def _organization(request: HttpRequest) -> Organization:
    return shell.environment_of(request).organization


def _environment(request: HttpRequest, public_id: str) -> Environment:
    rows = selectors.environments_in(_organization(request)).filter(public_id=public_id)
    found = rows.select_related("organization").first()
    if found is None:
        raise Http404(public_id)
    return found


@access.require_admin
@require_safe
def list_environments(request: HttpRequest) -> HttpResponse:
    """GET /settings/environments"""
    organization = _organization(request)
    plans = [
        {
            "product": product,
            "options": options,
            "plan": organization.plans.get(product, options[0]),
        }
        for product, options in _plans().items()
    ]
    context = {
        "organization": organization,
        "rows": selectors.environments_in(organization),
        "plans": plans,
        "mails": site.recent_mail(organization, limit=25),
    }
    return render(request, "settings/environments.html", context)


@access.require_admin
@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """POST /settings/environments/create"""
    with shell.refusals_as_messages(request):
        made = services.create_environment(
            _organization(request),
            name=request.POST.get("name", ""),
            kind=request.POST.get("kind", ""),
        )
        shell.record(request, "environment.created", made.public_id, ["name", "kind"])
        messages.success(request, f"{made.name} exists, and is empty.")
    return redirect(PAGE)


@access.require_admin
@require_POST
def rename(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST /settings/environments/{public_id}/rename"""
    environment = _environment(request, public_id)
    with shell.refusals_as_messages(request):
        services.rename_environment(environment, name=request.POST.get("name", ""))
        shell.record(request, "environment.renamed", public_id, ["name"])
        messages.success(request, "Renamed.")
    return redirect(PAGE)


@access.require_admin
@require_POST
def delete(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST /settings/environments/{public_id}/delete; its name must be typed."""
    environment = _environment(request, public_id)
    if request.POST.get("name", "").strip() != environment.name:
        messages.error(request, "Nothing was deleted: the name did not match.")
        return redirect(PAGE)
    name = environment.name
    with shell.refusals_as_messages(request):
        services.delete_environment(environment, now=datetime.now(UTC))
        messages.success(request, f"{name} and everything in it is gone.")
    request.session.pop(access.CHOSEN, None)
    return redirect(PAGE)


@access.require_admin
@require_POST
def change_plans(request: HttpRequest) -> HttpResponse:
    """POST /settings/environments/plans"""
    chosen = {
        product: request.POST[product]
        for product, options in _plans().items()
        if request.POST.get(product) in options
    }
    services.change_plans(_organization(request), plans=chosen)
    shell.record(request, "plans.changed", _organization(request).public_id, list(chosen))
    messages.success(request, "The plan is changed.")
    return redirect(PAGE)
