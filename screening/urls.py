"""Every documented path of this product."""

from __future__ import annotations

from django.urls import URLPattern

from screening import webhook_urls

urlpatterns: list[URLPattern] = [*webhook_urls.urlpatterns]
