"""Every address of the site that is meant for a browser, found where Django keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver


@dataclass(frozen=True, slots=True)
class Route:
    """``template`` is the address as Django writes it: ``people/<str:employee_id>``."""

    template: str
    module: str
    """The module of its view."""


def page_routes() -> list[Route]:
    """Routes of pages: all but the APIs' and the admin's, which has a registry of its own."""
    return [
        Route(template, pattern.callback.__module__)
        for template, pattern in _walk(get_resolver().url_patterns, "")
        if not template.startswith("admin/") and not _of_api(pattern)
    ]


def _of_api(pattern: URLPattern) -> bool:
    return hasattr(pattern.callback, "cls")  # what DRF's as_view leaves


def _walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        template = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, template)
        else:
            yield template, one
