"""Refusals of webhook management."""

from __future__ import annotations

from pulse.errors import Conflict, Unprocessable


class ForbiddenTarget(Unprocessable):
    code = "forbidden_target"
    message = "This address may not be called."


class TooManyEndpoints(Conflict):
    code = "too_many_endpoints"
    message = "An environment has at most 20 webhook endpoints."


class EndpointNotActive(Conflict):
    code = "endpoint_not_active"
    message = "The endpoint is not active; activate it first."


class EventErased(Conflict):
    code = "event_erased"
    message = "The body of this event was erased and cannot be sent again."


class NoPendingSecret(Conflict):
    code = "no_pending_secret"
    message = "No rotation is waiting for its switch."
