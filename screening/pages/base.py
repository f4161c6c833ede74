"""What the recruiter's pages share: who may look, and what happens to a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pulse.errors import ApiError, NotFound
from pulse.site.access import PageRequest, reaches, require
from screening.services import attempts

Page = Callable[..., HttpResponseBase]
ROWS = 25


def recruiter_page(*methods: str, level: str = "view") -> Callable[[Page], Page]:
    """A page under /screening. Unknown ids are 404; what a service refuses is said where it was sent from.

    A view that takes GET and POST is a form: after a refusal it is asked for its page again, with what
    was sent in ``request.POST``.
    """

    def decorate(view: Page) -> Page:
        @require("screening", level)
        @require_http_methods(["HEAD", *(methods or ["GET"])])
        @wraps(view)
        def guarded(request: PageRequest, **more: Any) -> HttpResponseBase:
            now = datetime.now(UTC)
            try:
                attempts.settle_all(now=now, environment=request.environment)
                return view(request, now=now, **more)
            except NotFound as missing:
                if request.method != "POST":
                    raise Http404(missing.message) from missing
                return refused(request, missing)
            except ApiError as error:
                if request.method != "POST" or "GET" not in methods:
                    return refused(request, error)
                messages.error(request, in_words(error))
                request.method = "GET"
                response = view(request, now=now, **more)
                response.status_code = error.status
                return response

        return guarded

    return decorate


def refused(request: PageRequest, error: ApiError) -> HttpResponseBase:
    """Say what is wrong where the person came from."""
    messages.error(request, in_words(error))
    back = request.POST.get("back", "") or request.path
    return HttpResponseRedirect(back if back.startswith("/screening") else "/screening")


def in_words(error: ApiError) -> str:
    """The refusal and its faults, by the names of the form's fields."""
    faults = "; ".join(f"{_QUESTION.sub('', one.field)}: {one.reason}" for one in error.fields)
    return f"{error.message} ({faults})" if faults else error.message


_QUESTION = re.compile(r"questions\.\d+\.")


def show(request: PageRequest, name: str, tab: str, **context: Any) -> HttpResponseBase:
    """Render ``screening/<name>.html`` with the product's tabs."""
    held = request.levels.get("screening", "none")
    context |= {
        "tabs": [{"label": label, "path": path, "active": label == tab} for label, path in TABS],
        "may_edit": reaches(held, "edit"),
        "may_manage": reaches(held, "manage"),
    }
    return render(request, f"screening/{name}.html", context)


TABS = (
    ("Candidates", "/screening"),
    ("Screenings", "/screening/screenings"),
    ("Templates", "/screening/templates"),
    ("Fairness", "/screening/fairness"),
    ("Settings", "/screening/settings"),
)


def page_of(request: PageRequest, rows: QuerySet[Any]) -> Any:
    """The page of ``rows`` that ``?page=`` asks for, or the nearest there is."""
    return Paginator(rows, ROWS).get_page(request.GET.get("page"))


def done(request: PageRequest, text: str, path: str) -> HttpResponseBase:
    messages.success(request, text)
    return HttpResponseRedirect(path)


def actor_of(request: PageRequest) -> str:
    return f"user:{request.user.pk}"
