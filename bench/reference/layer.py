"""The stock way: a Channels consumer, and its in-memory layer, under the same server as ours."""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import InMemoryChannelLayer

layer = InMemoryChannelLayer(capacity=10_000)


class Consumer(AsyncWebsocketConsumer):
    groups = ("bench",)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.channel_layer_alias = "default"
        await super().__call__(scope, receive, send)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        text = text_data or ""
        if "auth" in text[:20]:
            await self.send('{"type":"auth:ok"}')
        else:
            await layer.group_send("bench", {"type": "said", "text": text})

    async def said(self, event: dict[str, Any]) -> None:
        await self.send(event["text"])


if __name__ == "__main__":
    from channels import layers
    from django.conf import settings

    settings.configure(CHANNEL_LAYERS={})
    layers.channel_layers.set("default", layer)
    uvicorn.run(
        Consumer.as_asgi(),
        port=int(sys.argv[1]),
        ws="websockets-sansio",
        loop="uvloop",
        ws_per_message_deflate=False,
        log_level="critical",  # readers leave while messages still wait for them, and it complains
        lifespan="off",
    )
