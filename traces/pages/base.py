"""What the pages share: the frame with its tabs, who may change things, and what is said of a refusal."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import BaseSerializer

from pulse.errors import ApiError
from pulse.http import forms
from pulse.site.access import PageRequest, reaches
from pulse.site.pages.console import shell
from traces.selectors import upkeep

Found = TypeVar("Found")

PER_PAGE = 25
RANGES = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
RANGE_NAMES = {"24h": "24 hours", "7d": "7 days", "30d": "30 days", "all": "All time"}


def page_of(request: HttpRequest) -> PageRequest:
    return cast(PageRequest, request)


def allows(request: HttpRequest, level: str) -> bool:
    return reaches(page_of(request).levels.get("traces", "none"), level)


def demand(request: HttpRequest, level: str) -> None:
    """For whom may not do this, it does not exist. Raises Http404."""
    if not allows(request, level):
        raise Http404(f"no {level} grant for traces")


def change(
    request: HttpRequest, work: Callable[[PageRequest], None], *, level: str, back: str
) -> HttpResponse:
    """Do what a form asked for, say what is refused, and go ``back``. Raises Http404."""
    demand(request, level)
    try:
        with transaction.atomic():
            work(page_of(request))
    except ApiError as error:
        messages.error(request, problem(error))
    return redirect(back)


def record(request: HttpRequest, action: str, object_ref: str = "") -> None:
    """Write what this person just did into the audit log, as the API writes what a key does."""
    shell.record(request, action, object_ref, product="traces")


def frame(request: HttpRequest, tab: str, **values: Any) -> dict[str, Any]:
    """The context of a page under the tabs of this product."""
    return {
        "tab": tab,
        "dead_count": upkeep.dead_letters(page_of(request).environment).count(),
        "may_edit": allows(request, "edit"),
        "may_manage": allows(request, "manage"),
        **values,
    }


def numbered(
    request: HttpRequest, fetch: Callable[[int], tuple[Found, int]]
) -> tuple[Found, Page[Any]]:
    """What is on the page asked for, or on the last one where there are not so many.

    ``fetch`` takes an offset and returns what it found from there with the count of all.
    """
    asked = request.GET.get("page", "")
    wanted = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    found, total = fetch((wanted - 1) * PER_PAGE)
    page = Paginator(range(total), PER_PAGE).get_page(wanted)
    if page.number != wanted:
        found, _ = fetch((page.number - 1) * PER_PAGE)
    return found, page


def problem(error: ApiError) -> str:
    """A refusal as a sentence."""
    issues = error.details.get("details", [])
    return "; ".join(f"{'.'.join(map(str, one['path']))}: {one['message']}" for one in issues) or (
        error.message
    )


def read_form(
    request: HttpRequest, serializer: type[BaseSerializer[Any]], values: dict[str, Any]
) -> dict[str, Any] | None:
    """A form's values by the rules of the API; None after saying what is wrong with them."""
    try:
        return forms.validate(serializer, values, partial=False, context={})
    except ValidationError as error:
        faults = cast(dict[str, list[Any]], error.detail)
        said = "; ".join(f"{name}: {reasons[0]}" for name, reasons in faults.items())
        messages.error(request, f"Not saved. {said}")
        return None


def number(text: str) -> float | str | None:
    """A form's number; what is none stays text, for the rules to refuse, and nothing is None."""
    text = text.strip()
    try:
        value = float(text) if text else None
    except ValueError:
        return text
    return text if value is not None and not math.isfinite(value) else value


def whole_number(text: str) -> int | str | None:
    """As ``number``, without a fraction."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text or None
