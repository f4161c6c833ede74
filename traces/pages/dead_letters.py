"""Accepted items that could not be stored, to be read, put back or given up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pulse.site.access import PageRequest, require
from traces.pages import reading
from traces.pages.base import change, frame, page_of, record
from traces.selectors import upkeep
from traces.services import upkeep as upkeep_services


@require("traces", "view")
@require_http_methods(["GET", "HEAD", "POST"])
def dead_letters(request: HttpRequest) -> HttpResponse:
    """GET and POST /traces/dead-letters"""
    page = page_of(request)
    if request.method == "POST":
        return change(request, _settle, level="manage", back="traces-dead-letters")
    letters = upkeep.dead_letters(page.environment)[:100]
    return render(
        request,
        "traces/dead_letters.html",
        frame(
            request,
            "dead",
            letters=[(one, reading.pretty(bytes(one.item).decode())) for one in letters],
            backlog=upkeep.backlog(page.environment),
        ),
    )


def _settle(request: PageRequest) -> None:
    text = request.POST.get("id", "")
    pk = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    if request.POST.get("action") == "discard" and pk is not None:
        upkeep_services.discard_dead_letter(request.environment, pk=pk)
        record(request, "dead_letter.discarded", text)
        messages.success(request, "Discarded.")
    else:
        pks = None if pk is None else [pk]
        count = upkeep_services.replay_dead_letters(request.environment, pks=pks)
        record(request, "dead_letters.replayed", text if pks else "")
        messages.success(request, f"{count} put back into the inbox.")
