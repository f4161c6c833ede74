"""Keys of all products: minting, rotating, revoking. A secret is shown by the answer that made it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pulse import products
from pulse.keys import selectors
from pulse.keys import services as keys
from pulse.keys.models import ApiKey
from pulse.products import KeyKind, ProductConfig
from pulse.requestlog import selectors as requestlog
from pulse.site import access
from pulse.site.pages.console import charts, shell

EXPIRIES = {"": None, "7": 7, "30": 30, "90": 90, "365": 365}
OVERLAPS = {"0": timedelta(0), "1": timedelta(days=1), "7": timedelta(days=7)}


@access.require()
@require_safe
def list_keys(request: HttpRequest) -> HttpResponse:
    """GET /developers/keys"""
    environment = shell.environment_of(request)
    visible = shell.visible(request)
    month_ago = datetime.now(UTC) - timedelta(days=30)
    requests = requestlog.counts_by_key(environment, since=month_ago)
    rows = [
        {"key": key, "requests": requests.get(key.public_id, 0), "state": state_of(key)}
        for key in selectors.keys_of(environment, shell.chosen(request, visible))
    ]
    manageable = shell.visible(request, "manage")
    context = {"rows": rows, "products": visible, "manageable": manageable}
    context["pairs"] = [one for one in manageable if one.key_pair]
    return shell.show(request, "console/keys.html", context)


@sensitive_variables("token")
@access.require()
@require_http_methods(["GET", "HEAD", "POST"])
def new_key(request: HttpRequest, product: str) -> HttpResponse:
    """GET, POST /developers/keys/new/{product}"""
    config = shell.needs(request, product, "manage")
    if not config.key_kinds:
        raise Http404(f"{product} has no keys")
    kind = _kind(config, request.POST.get("kind") or request.GET.get("kind", ""))
    context: dict[str, Any] = {"config": config, "kind": kind, "expiries": list(EXPIRIES)}
    if request.method == "POST":
        errors, values = _read(request, kind)
        if not errors:
            key, token = keys.mint_key(
                shell.environment_of(request),
                product=product,
                prefix=kind.prefix(live=shell.environment_of(request).live),
                **values,
            )
            shell.record(request, "key.minted", key.public_id, list(values), product=product)
            return _show_once(request, config, kind, key, token)
        context |= {"errors": errors, "values": request.POST}
    return shell.show(
        request, "console/key_new.html", context, status=400 if context.get("errors") else 200
    )


def _kind(config: ProductConfig, name: str) -> KeyKind:
    return next((one for one in config.key_kinds if one.name == name), config.key_kinds[0])


def _read(request: HttpRequest, kind: KeyKind) -> tuple[dict[str, str], dict[str, Any]]:
    """(what is wrong by field, the values for minting)."""
    errors = {}
    name = request.POST.get("name", "").strip()
    if not 1 <= len(name) <= 100:
        errors["name"] = "Give it a name of 1 to 100 characters."
    scopes = [one for one in request.POST.getlist("scopes") if one in kind.scopes]
    if kind.scopes and not scopes:
        errors["scopes"] = "Choose at least one scope."
    expiry = request.POST.get("expires", "")
    if expiry not in EXPIRIES:
        errors["expires"] = "Choose one of the times given."
    origins = request.POST.get("origins", "").split() if kind.origins else []
    if any(not one.startswith(("http://", "https://")) for one in origins):
        errors["origins"] = "Origins look like https://app.example.com, one on each line."
    days = EXPIRIES.get(expiry)
    return errors, {
        "name": name,
        "scopes": scopes or list(kind.chosen),
        "actor": request.POST.get("actor", "").strip()[:60] if kind.actor else "",
        "restricted": bool(kind.actor and request.POST.get("restricted")),
        "origins": origins,
        "expires_at": datetime.now(UTC) + timedelta(days=days) if days else None,
    }


@sensitive_variables("token")
def _show_once(
    request: HttpRequest, config: ProductConfig, kind: KeyKind, key: ApiKey, token: str
) -> HttpResponse:
    example = kind.example.format(base=settings.PULSE_PUBLIC_URL, key=token)
    context = {"config": config, "key": key, "token": token, "command": f"curl {example}"}
    return shell.show(request, "console/key_made.html", context, status=201)


@access.require()
@require_safe
def key_detail(request: HttpRequest, key_id: str) -> HttpResponse:
    """GET /developers/keys/{key_id}"""
    key = _key(request, key_id, "view")
    now = datetime.now(UTC)
    since = now - timedelta(days=7)
    environment = shell.environment_of(request)
    rows = requestlog.counts_by_span(
        environment, products=[key.product], since=since, key_id=key.public_id
    )
    recent = requestlog.requests(environment, products=[key.product], key_id=key.public_id)
    return shell.show(
        request,
        "console/key.html",
        {
            "key": key,
            "config": products.by_name(key.product),
            "state": state_of(key),
            "usage": charts.usage(rows, since=since, until=now, step=timedelta(hours=3)),
            "recent": recent[:20],
            "manages": access.reaches(access.levels(request)[key.product], "manage"),
        },
    )


@sensitive_variables("token")
@access.require()
@require_POST
def rotate_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """POST /developers/keys/{key_id}/rotate"""
    key = _key(request, key_id, "manage")
    if key.revoked_at is not None:
        messages.error(request, "A revoked key cannot be rotated; mint a new one.")
        return redirect(f"/developers/keys/{key_id}")
    overlap = OVERLAPS.get(request.POST.get("overlap", "0"), timedelta(0))
    fresh, token = keys.rotate_key(key, overlap=overlap)
    shell.record(request, "key.rotated", key.public_id, product=key.product)
    config = products.by_name(key.product)
    kind = next((one for one in config.key_kinds if key.prefix in _prefixes(one)), None)
    return _show_once(request, config, kind or config.key_kinds[0], fresh, token)


def _prefixes(kind: KeyKind) -> tuple[str, str]:
    return kind.live_prefix, kind.test_prefix


@sensitive_variables("made", "shown")
@access.require()
@require_POST
def replace_keys(request: HttpRequest, product: str) -> HttpResponse:
    """POST /developers/keys/replace/{product}"""
    config = shell.needs(request, product, "manage")
    if not config.key_pair:
        raise Http404(f"{product} has no key pair")
    made = keys.replace_keys(shell.environment_of(request), product=product, kinds=config.key_kinds)
    shown = []
    for kind, key, token in made:
        shell.record(request, "key.replaced", key.public_id, product=product)
        shown.append({"kind": kind, "key": key, "token": token})
    return shell.show(
        request, "console/key_pair_made.html", {"config": config, "made": shown}, status=201
    )


@access.require()
@require_POST
def revoke_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """POST /developers/keys/{key_id}/revoke"""
    key = _key(request, key_id, "manage")
    keys.revoke_key(key)
    shell.record(request, "key.revoked", key.public_id, product=key.product)
    messages.success(request, f"{key.name} is revoked. Within five seconds nothing accepts it.")
    return redirect("/developers/keys")


def _key(request: HttpRequest, key_id: str, level: str) -> ApiKey:
    with shell.refusals_as_messages(request):
        return selectors.get_key(
            shell.environment_of(request), shell.names(shell.visible(request, level)), key_id
        )
    raise Http404(key_id)


def state_of(key: ApiKey) -> str:
    """``active``, ``expiring`` (within a week), ``expired`` or ``revoked``."""
    now = datetime.now(UTC)
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None:
        return "active"
    if key.expires_at <= now:
        return "expired"
    return "expiring" if key.expires_at - now < timedelta(days=7) else "active"
