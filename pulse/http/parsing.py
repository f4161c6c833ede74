"""DRF's parser slot: the one strict parser."""

from __future__ import annotations

from typing import Any

from rest_framework.parsers import BaseParser

from pulse import strictjson


class StrictJsonParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return strictjson.loads(stream.read())
