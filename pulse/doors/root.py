"""Which protocol a connection speaks, and what happens when the process starts and stops."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.module_loading import import_string

from pulse import products, pump
from pulse.doors import app, health, runtime
from pulse.doors.threads import in_thread


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await app.http(scope, receive, send)
    elif scope["type"] == "websocket":
        await _sockets()(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


@cache
def _sockets() -> Any:
    """The consumer of the one product that has sockets, or a refusal of every upgrade."""
    for config in products.installed():
        if config.socket_consumer:
            consumer = import_string(config.socket_consumer)
            return consumer.as_asgi() if hasattr(consumer, "as_asgi") else consumer
    return _no_sockets


async def _no_sockets(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1000})


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await in_thread(runtime.started)
            health.serving(True)
            await send({"type": "lifespan.startup.complete"})
        else:
            health.serving(False)
            await in_thread(pump.stop, 5.0)
            await send({"type": "lifespan.shutdown.complete"})
            return
