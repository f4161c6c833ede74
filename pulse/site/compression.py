"""Static text compressed once and kept; Django's own middleware compresses the pages, anew each time."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from pulse.headers import takes_gzip

_TEXT = re.compile(r"text/|application/(javascript|json)|image/svg")


class CompressedStatic:
    """Sits outside of what serves the files. Holds every file that was asked for, some 1 MB."""

    kept: ClassVar[dict[tuple[str, str], bytes]] = {}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(settings.STATIC_URL) or response.status_code != 200:
            return response
        if not _TEXT.match(response.get("Content-Type", "")):
            return response
        patch_vary_headers(cast(Any, response), ("Accept-Encoding",))
        if not takes_gzip(request.headers.get("Accept-Encoding", "")):
            return response
        return self._compressed(request, response)

    def _compressed(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        version = (request.path, response.get("ETag", ""))
        if version not in self.kept:
            content = b"".join(cast(Any, response))
            self.kept[version] = gzip.compress(content, 6, mtime=0)
        headers = {name: value for name, value in response.items() if name != "Content-Length"}
        response.close()
        body = b"" if request.method == "HEAD" else self.kept[version]
        return HttpResponse(body, headers=headers | {"Content-Encoding": "gzip"})
