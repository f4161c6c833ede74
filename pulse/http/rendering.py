"""DRF's renderer slot, for the few views that answer with a DRF Response."""

from __future__ import annotations

from typing import Any

from rest_framework.renderers import BaseRenderer

from pulse import fastjson


class JsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else fastjson.dumps(data)
