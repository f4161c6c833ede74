"""Wiring only: each product's documented paths, its pages, the kernel's own."""

from __future__ import annotations

from importlib import import_module

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt

from pulse import products
from pulse.http import openapi
from pulse.metrics.views import metrics


def _product_urls() -> list[URLPattern | URLResolver]:
    patterns: list[URLPattern | URLResolver] = []
    for config in products.installed():
        for module in (config.urls, config.page_urls):
            if module:
                patterns += import_module(module).urlpatterns
    return patterns


urlpatterns: list[URLPattern | URLResolver] = [
    *_product_urls(),
    path(
        "openapi/<slug:product>.json", csrf_exempt(openapi.DocumentView.as_view()), name="openapi"
    ),
    path("metrics", csrf_exempt(metrics), name="metrics"),
    path("admin/", admin.site.urls),
    path("", include("pulse.site.urls")),
]
