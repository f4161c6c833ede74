"""The gate between APIs and pages.

An API request leaves Django's middleware chain at its first link: sessions, CSRF, CSP and messages
cost it as much as its own work and mean nothing to a Bearer key. Here it gets its key verified, its
token from the bucket, and its answer in the product's dialect, whatever happens on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.core.exceptions import DisallowedHost
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404
from django.utils.module_loading import import_string

from pulse import products
from pulse.db import rls
from pulse.doors.exchange import Exchange
from pulse.errors import NOT_OUR_HOST, InvalidInput, MethodNotAllowed, UnknownPath
from pulse.headers import names_etag
from pulse.http import handlers
from pulse.http.requests import basic_user, bearer_token, client_address, now, request_id_of
from pulse.keys import bearer, forms
from pulse.products import ProductConfig
from pulse.ratelimits import stores
from pulse.ratelimits.gcra import Decision, Policy
from pulse.ratelimits.headers import headers as limit_headers
from pulse.ratelimits.refusals import count_failed_key, too_many

METRICS = "/metrics"
"""Asked for by address, from inside; it has a token of its own."""


class ApiGate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.pages = get_response
        inner: Any = BaseHandler()
        inner._view_middleware = []
        inner._template_response_middleware = []
        inner._exception_middleware = []
        self.view = inner._get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        product = handlers.product_of(request)
        request.request_id = request_id_of(request)  # type: ignore[attr-defined]
        if product is not None:
            response = self._api(request, product)
        elif request.path == METRICS or _is_ours(request):
            response = self.pages(request)
        else:
            response = HttpResponse(NOT_OUR_HOST, status=400, content_type="text/plain")
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    def _api(self, request: HttpRequest, product: ProductConfig) -> HttpResponseBase:
        request.now = now()  # type: ignore[attr-defined]
        try:
            if not _is_ours(request):
                raise InvalidInput(NOT_OUR_HOST)
            request.credential = _credential(request, product)  # type: ignore[attr-defined]
            _tell_the_door(request, request.credential)  # type: ignore[attr-defined]
            policy, decision = _take(request, product, request.credential)  # type: ignore[attr-defined]
        except Exception as exception:
            return handlers.answer_exception(request, exception)
        if decision is not None and not decision.admitted:
            response: HttpResponseBase = handlers.refuse(request, too_many(policy, decision))
        else:
            response = self._answer(request)
            _tell_the_route(request)
        return _finish(request, response, policy, decision)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        try:
            if "pulse.refusal" in request.META:  # the door stopped reading the body
                raise request.META["pulse.refusal"]
            credential = request.credential  # type: ignore[attr-defined]
            if credential is not None and rls.enabled():
                with rls.confined_to(credential.environment.pk):
                    return self.view(request)
            return self.view(request)
        except Resolver404:
            return _no_view(request)
        except Exception as exception:
            return handlers.answer_exception(request, exception)


def _is_ours(request: HttpRequest) -> bool:
    """Whether Host is a name of ours: a stranger's page could point its own name at this machine."""
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def _no_view(request: HttpRequest) -> HttpResponseBase:
    """Nothing is here, or a door that answers other methods."""
    doors = products.door_methods(request.path)
    if not doors:
        return handlers.refuse(request, UnknownPath())
    allow = ", ".join([*doors, "OPTIONS"])
    if request.method == "OPTIONS":
        response = HttpResponse(status=204, headers={"Allow": allow})
        del response["Content-Type"]
        return response
    return handlers.refuse(request, MethodNotAllowed(headers={"Allow": allow}))


def _credential(request: HttpRequest, product: ProductConfig) -> bearer.Credential | None:
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    token = bearer_token(authorization)
    if not token and product.basic_below and request.path.startswith(product.basic_below):
        token = basic_user(authorization)
    if not token and product.accepts_key_header:
        token = request.META.get("HTTP_X_API_KEY", "")
    if not token:
        return None
    credential = bearer.identify(token, product.key_prefixes)
    if credential is None and not forms.plausible_for(token, product.key_prefixes):
        count_failed_key(client_address(request))
    return credential


def _tell_the_door(request: HttpRequest, credential: bearer.Credential | None) -> None:
    """Whose request this was, for the request log and the metrics."""
    exchange: Exchange | None = request.META.get("pulse.exchange")
    if exchange is not None and credential is not None:
        exchange.key_id = credential.key_id
        exchange.environment_id = credential.environment.pk


def _tell_the_route(request: HttpRequest) -> None:
    exchange: Exchange | None = request.META.get("pulse.exchange")
    if exchange is not None and request.resolver_match is not None:
        exchange.route = f"/{request.resolver_match.route}"


def _take(
    request: HttpRequest, product: ProductConfig, credential: bearer.Credential | None
) -> tuple[Policy | None, Decision | None]:
    """What the product's limit says; OPTIONS is shown it and costs nothing."""
    if not product.rate_limit_policy:
        return None, None
    chosen: Policy | None = import_string(product.rate_limit_policy)(
        credential, client_address(request)
    )
    if chosen is None:
        return None, None
    decision = stores.take(chosen)
    if request.method != "OPTIONS":
        return chosen, decision
    if decision.admitted:
        stores.refund(chosen)
    return chosen, replace(decision, admitted=True)


def _finish(
    request: HttpRequest,
    response: HttpResponseBase,
    policy: Policy | None,
    decision: Decision | None,
) -> HttpResponseBase:
    """If-None-Match, which costs no quota, and the headers of the bucket."""
    etag: str = response.get("ETag", "")
    unchanged = (
        etag != ""
        and response.status_code == 200
        and request.method in ("GET", "HEAD")
        and names_etag(request.headers.get("If-None-Match", ""), etag)
    )
    if unchanged:
        fresh = HttpResponse(status=304)
        del fresh["Content-Type"]
        fresh["ETag"] = etag
        response = fresh
        if policy is not None:
            stores.refund(policy)
    if policy is not None and decision is not None:
        for name, value in limit_headers(policy, decision).items():
            response[name] = value
    response["X-Content-Type-Options"] = "nosniff"
    return response
