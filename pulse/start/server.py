"""uvicorn with the settings that the doors and sockets were written for, in both modes."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from django.urls import get_resolver

from pulse.doors import health
from pulse.realtime import hub
from pulse.start.protocol import Protocol

FRAME_BYTES = 1_572_864
"""Largest WebSocket frame; only shared-state updates may come near it."""


class _Server(uvicorn.Server):
    """Answers 503 on /health from the first signal on, and says so once it listens."""

    announce: Callable[[], None]
    drain_seconds: int

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        health.serving(False)
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self.announce()

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        """Let the sockets go one by one first; uvicorn would close all of them in one moment."""
        live = hub.current()
        if live is not None and not self.force_exit:
            await live.drain(self.drain_seconds)
        await super().shutdown(sockets=sockets)


def _load_views() -> None:
    """Import every view now, or the first request waits half a second, and two of them race."""
    _ = get_resolver().url_patterns


def _tune_collector() -> None:
    """What is loaded now lives as long as the process: walking it again and again is 5 % of ingest's CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def run(
    sockets: list[socket.socket], *, drain_seconds: int, announce: Callable[[], None] = lambda: None
) -> None:
    """Serve ``pulse.asgi`` on these sockets until a signal, then drain."""
    config = uvicorn.Config(
        "pulse.asgi:application",
        loop="uvloop",
        http=Protocol,
        ws="websockets-sansio",
        lifespan="on",
        ws_max_size=FRAME_BYTES,
        ws_max_queue=16,
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=drain_seconds,
    )
    _load_views()
    _tune_collector()
    server = _Server(config)
    server.announce = announce
    server.drain_seconds = drain_seconds
    server.run(sockets=sockets)
