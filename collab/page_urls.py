"""Pages of this product."""

from __future__ import annotations

from django.urls import URLPattern, path

from collab import pages

urlpatterns: list[URLPattern] = [
    path("collab/demo", pages.demo, name="collab-demo"),
    path("collab/demo/bot", pages.bot, name="collab-demo-bot"),
]
