"""How to point a client here, and a test trace to see how one looks."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import orjson
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pulse.site.access import PageRequest, require
from traces import instants
from traces.decoding.batches import Batch
from traces.models import Inbox
from traces.pages.base import demand, frame, page_of
from traces.services import storing


@require("traces", "view")
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """GET and POST /traces/setup"""
    page = page_of(request)
    if request.method == "POST":
        demand(request, "edit")
        trace_id = _store_test_trace(page)
        messages.success(request, "A test trace was stored: here it is.")
        return redirect("traces-detail", trace_id=trace_id)
    return render(
        request, "traces/setup.html", frame(request, "setup", base_url=settings.PULSE_PUBLIC_URL)
    )


def _store_test_trace(page: PageRequest) -> str:
    now = datetime.now(UTC)
    item = {
        "trace_id": str(uuid.uuid4()),
        "timestamp": instants.iso(instants.to_ms(now)),
        "provider": "openai",
        "model_requested": "gpt-4o-mini",
        "request_body": {"messages": [{"role": "user", "content": "Is anybody there?"}]},
        "response_body": {"content": "Yes: this trace came from the set-up page."},
        "output_text": "Yes: this trace came from the set-up page.",
        "input_tokens": 12,
        "output_tokens": 11,
        "status": "success",
        "latency_ms": 321,
        "metadata": {"tags": ["test"]},
    }
    batch = Batch(Inbox.Kind.TRACES, 1, orjson.dumps([item]))
    ids, _ = storing.store_traces(page.environment, batch, now=now)
    return ids[0]
