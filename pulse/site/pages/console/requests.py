"""The request log of an environment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pulse import pagination
from pulse.errors import InvalidInput
from pulse.requestlog import selectors
from pulse.site import access
from pulse.site.pages.console import shell

FILTERS = ("method", "status", "path", "request_id", "key_id")


@access.require()
@require_safe
def list_requests(request: HttpRequest) -> HttpResponse:
    """GET /developers/requests; with htmx only the rows, so that the page can follow live."""
    environment = shell.environment_of(request)
    visible = shell.visible(request)
    filters = {name: request.GET.get(name, "").strip() for name in FILTERS}
    shown = shell.chosen(request, visible)
    queryset = selectors.requests(environment, products=shown, **filters).order_by()
    purpose = f"console-requests {shown} {sorted(filters.items())}"
    try:
        page = pagination.keyset(
            queryset,
            environment=environment,
            order=("-id",),
            limit=shell.PER_PAGE,
            cursor=request.GET.get("cursor"),
            purpose=purpose,
            total=False,
        )
    except InvalidInput:
        page = pagination.Page([], None, None)
    context = {"rows": page.items, "next_cursor": page.next_cursor, "products": visible}
    if request.headers.get("HX-Target") == "request-rows":
        return render(request, "console/request_rows.html", context)
    return shell.show(request, "console/requests.html", context | {"filters": filters})
