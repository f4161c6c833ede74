"""Signing in by a one-time link, and choosing the environment."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from pulse.site import access, accounts, login_links, selectors


@sensitive_variables("token")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET, POST /login/{token}

    Only the POST signs in: mail scanners and chat previews follow links and would use it up.
    """
    now = datetime.now(UTC)
    if request.method == "POST":
        user = login_links.redeem(token, now=now)
        if user is not None:
            accounts.sign_in(request, user)
            return redirect("/")
    usable = request.method != "POST" and selectors.open_login_link(token, now=now) is not None
    return render(
        request, "site/login_link.html", {"usable": usable}, status=200 if usable else 410
    )


@require_POST
def choose_environment(request: HttpRequest) -> HttpResponse:
    """POST /environment"""
    if not access.choose_environment(request, request.POST.get("environment", "")):
        raise Http404("not an environment of this person")
    return redirect(safe_next(request))


def safe_next(request: HttpRequest) -> str:
    """Where the form asked to go afterwards, if that is on this site."""
    target = request.POST.get("next", "/")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else "/"


@access.require()
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """GET, POST /account"""
    user = access.person(request)
    if request.method == "POST":
        user.name = request.POST.get("name", "").strip()[:200]
        user.save(update_fields=["name"])
        messages.success(request, "Saved.")
        return redirect("/account")
    return render(request, "site/account.html", {"person": user})
