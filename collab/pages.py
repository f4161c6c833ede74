"""The page where embedders see it work: two people side by side, and what to copy."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from collab.selectors import people
from collab.services import people as people_services
from collab.services import threads, tokens
from collab.services.comments import Said
from pulse.keys import bearer
from pulse.start import bootstrap
from pulse.tenancy.models import Environment

ROOM = "dashboard"
PEOPLE = (("user-1", "Alice Chen"), ("user-2", "Bob Smith"))
BOT = ("ci-bot", "CI")

View = Any


def demo_only(view: View) -> View:
    """The page mints tokens for whoever looks: only on a demo, only on this machine or signed in."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        alone = settings.PULSE_EMBEDDED and settings.PULSE_ON_LOOPBACK  # else a proxy is before us
        trusted = alone or request.user.is_authenticated
        if not (settings.PULSE_DEMO and trusted):
            raise Http404("there is no demo here")
        key = bootstrap.read_keys().get("PULSE_COLLAB_PUBLISHABLE_KEY", "")
        credential = bearer.identify(key, ("pk_",)) if key else None
        if credential is None:
            return render(request, "collab/demo_without_key.html", status=404)
        if credential.environment.live:
            raise Http404("the demo is for a test environment")
        response: HttpResponseBase = view(request, credential.environment, key)
        return response

    return guarded


@require_safe
@never_cache
@demo_only
def demo(request: HttpRequest, environment: Environment, key: str) -> HttpResponse:
    """GET /collab/demo"""
    now = datetime.now(UTC)
    windows = []
    for external_id, name in PEOPLE:
        known = people.find_person(environment, external_id)
        shown = known.name if known else name
        token, _, _ = tokens.mint_token(environment, external_id=external_id, name=shown, now=now)
        windows.append({"name": shown, "token": token})
    base = request.build_absolute_uri("/").rstrip("/")
    socket = base.replace("http", "ws", 1)
    return render(
        request,
        "collab/demo.html",
        {
            "windows": windows,
            "key": key,
            "room": ROOM,
            "socket": socket,
            "snippet": _snippet(base, socket, key),
            "mint": _mint(base),
            "bot": _bot(base),
        },
    )


@require_POST
@demo_only
def bot(request: HttpRequest, environment: Environment, key: str) -> HttpResponse:
    """POST /collab/demo/bot: what a build server would say through the REST API."""
    now = datetime.now(UTC)
    people_services.keep_person(environment, external_id=BOT[0], name=BOT[1], now=now)
    threads.create_thread(
        environment,
        room_name=ROOM,
        user_id=BOT[0],
        said=Said(f"Deployment {now:%H:%M:%S} failed: 2 of 214 checks are red."),
        position=None,
        now=now,
    )
    return redirect("/collab/demo")


def _snippet(base: str, socket: str, key: str) -> str:
    return (
        f'<script src="{base}/sdk/pulse.js"></script>\n'
        f'<pulse-threads api-key="{key}"\n  token="the user\'s token"\n  room="{ROOM}"\n'
        f'  endpoint="{socket}"></pulse-threads>'
    )


def _mint(base: str) -> str:
    return (
        f'curl {base}/auth/token -H "Authorization: Bearer $PULSE_COLLAB_SECRET_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"userId": "user-1", "name": "Alice Chen"}\''
    )


def _bot(base: str) -> str:
    return (
        f"curl {base}/api/v1/rooms/{ROOM}/threads \\\n"
        '  -H "Authorization: Bearer $PULSE_COLLAB_SECRET_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"userId": "user-2", "body": "Deployment 81 failed"}\''
    )
