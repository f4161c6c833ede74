"""What Django and DRF raise, in our vocabulary. The only match on foreign exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core import exceptions as django_exceptions
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions as drf

from pulse import errors
from pulse.errors import ApiError, FieldError


def normalize(exception: Exception) -> ApiError | None:
    """The refusal an exception means, or None when it is our bug."""
    if isinstance(exception, ApiError):
        return exception
    for known, make in _TABLE:
        if isinstance(exception, known):
            return make(exception)
    return None


def _method(exception: Any) -> ApiError:
    return errors.MethodNotAllowed()


def _validation(exception: drf.ValidationError) -> ApiError:
    fields = list(flatten(exception.detail))
    return errors.InvalidInput(_sentence(fields), fields=fields)


def _throttled(exception: Any) -> ApiError:
    return errors.TooManyRequests(retry_after=int(exception.wait or 1))


_TABLE: tuple[tuple[type[Exception], Any], ...] = (
    (drf.ValidationError, _validation),
    (drf.ParseError, lambda _: errors.MalformedBody()),
    (drf.NotAuthenticated, lambda _: errors.Unauthenticated()),
    (drf.AuthenticationFailed, lambda _: errors.Unauthenticated()),
    (drf.PermissionDenied, lambda _: errors.Forbidden()),
    (drf.NotFound, lambda _: errors.NotFound()),
    (drf.MethodNotAllowed, _method),
    (drf.NotAcceptable, lambda _: errors.InvalidInput("Only application/json can be answered.")),
    (drf.UnsupportedMediaType, lambda _: errors.UnsupportedMedia()),
    (drf.Throttled, _throttled),
    (django_exceptions.PermissionDenied, lambda _: errors.Forbidden()),
    (django_exceptions.RequestDataTooBig, lambda _: errors.PayloadTooLarge()),
    (django_exceptions.SuspiciousOperation, lambda _: errors.InvalidInput()),
    (MultiPartParserError, lambda _: errors.MalformedBody("The multipart body is malformed.")),
    (Http404, lambda _: errors.NotFound()),
    (OperationalError, lambda _: errors.Unavailable(retry_after=1)),
    (InterfaceError, lambda _: errors.Unavailable(retry_after=1)),
)


def flatten(detail: Any, path: tuple[str, ...] = ()) -> Iterator[FieldError]:
    """DRF's nested error detail as dotted field errors, in the order of the fields."""
    if isinstance(detail, dict):
        for key, below in detail.items():
            yield from flatten(below, path if key == "non_field_errors" else (*path, str(key)))
    elif isinstance(detail, list):
        for index, below in enumerate(detail):
            if isinstance(below, dict | list):
                if below:
                    yield from flatten(below, (*path, str(index)))
            else:
                yield from flatten(below, path)
    else:
        yield FieldError(".".join(path), str(detail), getattr(detail, "code", "invalid"))


def _sentence(fields: list[FieldError]) -> str:
    if not fields:
        return errors.InvalidInput.message
    first = fields[0]
    return f"{first.field}: {first.reason}" if first.field else first.reason
