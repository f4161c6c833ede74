"""CPU of a trivial view: through our doors and through Django's ASGI handler, same middleware."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from types import ModuleType
from typing import Any

from bench.table import Row

REQUESTS = 1500
ROUNDS = 3


def run(*, large: bool) -> list[Row]:
    ours, reference = [], []
    for _ in range(ROUNDS):  # interleaved, so that a busy minute hits both
        ours.append(_measure("bridge"))
        reference.append(_measure("django"))
    mine, theirs = min(ours), min(reference)
    return [
        Row(
            what="CPU of a trivial API view (gate, no key)",
            ours=f"{mine * 1e3:.2f} ms",
            reference=f"{theirs * 1e3:.2f} ms, Django's ASGIHandler with the page middleware",
            ratio=theirs / mine,
            target="≥ 5 times less",
            met=theirs / mine >= 5,
        )
    ]


def _measure(which: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PULSE_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "pulse.settings",
        }
        out = subprocess.run(
            [sys.executable, "-m", "bench.doors", which],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    return float(out.stdout.strip())


async def _call(app: Any, path: str, caller: str) -> None:
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": [(b"host", b"127.0.0.1")], "client": (caller, 1), "scheme": "http",
        "server": ("127.0.0.1", 80), "asgi": {"version": "3.0"},
    }  # fmt: skip
    sent: list[Any] = []
    body = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        for message in body:
            return message
        await asyncio.Event().wait()
        return None

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if sent[0]["status"] != 200:
        raise RuntimeError(sent)


async def _cpu_per_request(app: Any, path: str) -> float:
    # An address each, because calls without a key are counted per address.
    callers = [f"10.1.{number // 250}.{number % 250}" for number in range(REQUESTS)]
    for caller in callers[:100]:
        await _call(app, path, caller)
    before = time.process_time()
    for caller in callers:
        await _call(app, path, caller)
    return (time.process_time() - before) / REQUESTS


def _child(which: str) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.handlers.asgi import ASGIHandler
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    def trivial(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok")

    urls = ModuleType("bench_urls")
    urls.urlpatterns = [path("v1/bench", trivial), path("bench", trivial)]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = urls
    if which == "bridge":
        from pulse.doors.root import application

        seconds = asyncio.run(_cpu_per_request(application, "/v1/bench"))
    else:
        seconds = asyncio.run(_cpu_per_request(ASGIHandler(), "/bench"))
    print(seconds)


if __name__ == "__main__":
    _child(sys.argv[1])
