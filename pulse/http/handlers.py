"""From any exception to a refusal in the product's format; the last stop before the wire."""

from __future__ import annotations

import sys
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

from pulse import products
from pulse.errors import ApiError, Dialect, ServerError
from pulse.http.answers import refusal_response
from pulse.http.normalize import normalize
from pulse.http.requests import bearer_token, request_id_of
from pulse.incidents import services as incidents
from pulse.products import ProductConfig

log = structlog.get_logger(__name__)

CONSOLE_API = "/developers/api/"


def product_of(request: HttpRequest) -> ProductConfig | None:
    """The product of the path, None for a page; of the console's API, which all share, the key's."""
    product = products.for_path(request.path)
    if product is None and request.path.startswith(CONSOLE_API):
        token = bearer_token(request.META.get("HTTP_AUTHORIZATION", ""))
        return products.for_key(token) or products.installed()[0]
    return product


def dialect_for(request: HttpRequest) -> Dialect:
    """The dialect of the path; under a bare version prefix, of the presented key's product."""
    product = product_of(request)
    if product is None:
        raise LookupError(f"{request.path} belongs to no product")
    if product.is_catch_all(request.path) and not getattr(request, "resolver_match", None):
        token = bearer_token(request.META.get("HTTP_AUTHORIZATION", ""))
        product = products.for_key(token) or product
    return product.dialect_at(request.path)


def refuse(request: HttpRequest, error: ApiError) -> HttpResponse:
    return refusal_response(dialect_for(request).render(error, request_id_of(request)))


def answer_exception(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Render what was raised. What is no refusal is our bug: logged, kept as an incident, a 500."""
    error = normalize(exception)
    if error is None:
        error = ServerError()
        request_id = request_id_of(request)
        log.error("unhandled_exception", request_id=request_id, exc_info=sys.exc_info())
        route = getattr(request.resolver_match, "route", "") or request.path
        route = route.removeprefix("^").removesuffix(r"\Z")
        incidents.record_incident(
            exception,
            request_id=request_id,
            path=f"{request.method} /{route.lstrip('/')}",
            environment=getattr(request, "environment", None),
        )
    return refuse(request, error)


def handle(exception: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's EXCEPTION_HANDLER."""
    return answer_exception(context["request"]._request, exception)
