"""The closed vocabulary of refusals that all five products share; no framework is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

NOT_OUR_HOST = (
    "This server does not answer for that Host; its operator names others in PULSE_ALLOWED_HOSTS."
)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one member of the input; nested members are dotted (``lines.1``)."""

    field: str
    reason: str
    code: str = "invalid"


class ApiError(Exception):
    """A refusal the caller can act on. Anything else that escapes is our bug, and a 500.

    ``fields`` name what is wrong, ``details`` are product-specific members of the answer,
    ``retry_after`` is in whole seconds, ``headers`` are sent with the refusal.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    message: str = "The request could not be understood."

    def __init__(
        self,
        message: str | None = None,
        *,
        fields: list[FieldError] | tuple[FieldError, ...] | None = None,
        details: dict[str, Any] | None = None,
        retry_after: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        if message is not None:
            self.message = message
        self.fields = tuple(fields or ())
        self.details = details or {}
        self.retry_after = retry_after
        self.headers = headers or {}
        super().__init__(self.message)


class InvalidInput(ApiError):
    """Decidable from the request and the schema alone."""

    code = "invalid_input"
    message = "The request is not valid."


class MalformedBody(InvalidInput):
    """The body is not JSON, or not a JSON object where one is needed."""

    code = "malformed_body"
    message = "The request body is not valid JSON."


class Unprocessable(ApiError):
    """Well-formed, but wrong together, against the calendar, or pointing at nothing eligible."""

    status = 422
    code = "unprocessable"
    message = "The request is well-formed but cannot be carried out."


class Unauthenticated(ApiError):
    status = 401
    code = "unauthenticated"
    message = "A valid API key is required."


class Forbidden(ApiError):
    status = 403
    code = "forbidden"
    message = "This key may not do that."


class NotFound(ApiError):
    """Unknown, or another environment's: the two are never told apart."""

    status = 404
    code = "not_found"
    message = "No such resource."


class UnknownPath(NotFound):
    """No route answers this path at all."""

    code = "unknown_path"
    message = "Nothing is served at this path."


class MethodNotAllowed(ApiError):
    status = 405
    code = "method_not_allowed"
    message = "This method is not allowed here."


class Conflict(ApiError):
    """Fine by itself, but it collides with another stored thing or a concurrent change."""

    status = 409
    code = "conflict"
    message = "The resource is not in a state that allows this."


class Gone(ApiError):
    status = 410
    code = "gone"
    message = "This resource no longer exists."


class PayloadTooLarge(ApiError):
    status = 413
    code = "payload_too_large"
    message = "The request body is too large."


class UnsupportedMedia(ApiError):
    status = 415
    code = "unsupported_media"
    message = "This content type is not supported."


class TooManyRequests(ApiError):
    status = 429
    code = "too_many_requests"
    message = "Too many requests."


class ServerError(ApiError):
    """Our bug: logged, stored as an incident, and answered without a trace."""

    status = 500
    code = "server_error"
    message = "Something went wrong on our side."


class Unavailable(ApiError):
    """The database, the disk or a shutting-down process; nothing was accepted."""

    status = 503
    code = "unavailable"
    message = "The service is temporarily unavailable. Nothing was stored; please retry."


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal as bytes, ready for any door."""

    status: int
    headers: dict[str, str]
    body: bytes


class Dialect(Protocol):
    """How one product writes a refusal; pure: no request, no response."""

    def render(self, error: ApiError, request_id: str) -> Refusal: ...


def common_headers(error: ApiError) -> dict[str, str]:
    """Headers that a refusal carries in every dialect."""
    headers = dict(error.headers)
    if error.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, error.retry_after))
    return headers
