"""Addresses of the kernel's pages, mounted at the root after the products'."""

from __future__ import annotations

from django.urls import include, path

from pulse.site.pages import sessions, start
from pulse.site.pages.console import keys, overview, requests

urlpatterns = [
    path("", start.start, name="start"),
    path("login/<str:token>", sessions.login_link, name="login_link"),
    path("environment", sessions.choose_environment, name="choose_environment"),
    path("account", sessions.profile, name="account"),
    path("accounts/", include("allauth.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("developers", overview.overview, name="developers"),
    path("developers/keys", keys.list_keys, name="keys"),
    path("developers/keys/new/<slug:product>", keys.new_key, name="new_key"),
    path("developers/keys/<str:key_id>", keys.key_detail, name="key"),
    path("developers/keys/<str:key_id>/rotate", keys.rotate_key, name="rotate_key"),
    path("developers/keys/<str:key_id>/revoke", keys.revoke_key, name="revoke_key"),
    path("developers/requests", requests.list_requests, name="requests"),
]
