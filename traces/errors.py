"""This product's refusals: their sentences are facts of the wire."""

from __future__ import annotations

from typing import Any

from pulse.errors import Conflict, Forbidden, InvalidInput, MalformedBody, NotFound, Unauthenticated


class MissingAuthorization(Unauthenticated):
    code = "missing_authorization"
    message = "Missing or invalid Authorization header"


class InvalidKey(Unauthenticated):
    code = "invalid_key"
    message = "Invalid API key"


class NotJson(MalformedBody):
    code = "invalid_json"
    message = "Invalid JSON body"


class InvalidBatch(InvalidInput):
    """A body that fails validation; ``issues`` name every mistake with its path."""

    code = "validation_failed"
    message = "Validation failed"

    def __init__(self, issues: list[dict[str, Any]]) -> None:
        super().__init__(details={"details": issues})


class InvalidQuery(InvalidInput):
    code = "invalid_query"
    message = "Invalid query parameters"

    def __init__(self, issues: list[dict[str, Any]]) -> None:
        super().__init__(details={"details": issues})


class InvalidDate(InvalidInput):
    code = "invalid_date"

    def __init__(self, parameter: str) -> None:
        super().__init__(f"Invalid {parameter} parameter")


class MissingResourceSpans(InvalidInput):
    code = "missing_resource_spans"
    message = "Missing resourceSpans"


class TooManySpans(InvalidInput):
    code = "too_many_spans"
    message = "Too many spans in one export"


class TraceNotFound(NotFound):
    code = "trace_not_found"
    message = "Trace not found"


class SpanNotFound(NotFound):
    code = "span_not_found"
    message = "Span not found"


class SessionNotFound(NotFound):
    code = "session_not_found"
    message = "Session not found"


class ScoreNotFound(NotFound):
    code = "score_not_found"
    message = "Score not found"


class AlertNotFound(NotFound):
    code = "alert_not_found"
    message = "Alert not found"


class DeadLetterNotFound(NotFound):
    code = "dead_letter_not_found"
    message = "Dead letter not found"


class PriceNotFound(NotFound):
    code = "price_not_found"
    message = "Price not found"


class KeyNotFound(NotFound):
    code = "key_not_found"
    message = "API key not found"


class MemberNotFound(NotFound):
    code = "member_not_found"
    message = "User not found"


class SignInRequired(Unauthenticated):
    code = "sign_in_required"
    message = "Unauthorized"


class NoAccess(Forbidden):
    code = "no_access"
    message = "Forbidden: no access to this project"


class AdminRequired(Forbidden):
    code = "admin_required"
    message = "Forbidden: admin role required for this operation"


class SignUpClosed(Forbidden):
    code = "sign_up_closed"
    message = "Sign-up is closed on this deployment"


class ForeignOrigin(Forbidden):
    code = "foreign_origin"
    message = "Forbidden: requests from another site are refused"


class LoopbackOnly(Forbidden):
    code = "loopback_only"
    message = "Local login is available on this machine only"


class AlreadyMember(Conflict):
    code = "already_member"
    message = "User is already a member of this project"


class LastAdmin(Conflict):
    code = "last_admin"
    message = "A project needs at least one admin"


class BadRequest(InvalidInput):
    """A 400 of the dashboard API, whose sentences name what is missing."""

    code = "bad_request_body"


class ProjectNameTaken(Conflict):
    code = "project_name_taken"
    message = "A project with this name already exists"


class ProjectNotDeletable(Conflict):
    code = "project_not_deletable"
    message = "This environment belongs to the deployment and cannot be deleted here"
