"""Addresses of the kernel's pages, mounted at the root after the products'."""

from __future__ import annotations

from django.urls import include, path

from pulse.site.pages import sessions, start

urlpatterns = [
    path("", start.start, name="start"),
    path("login/<str:token>", sessions.login_link, name="login_link"),
    path("environment", sessions.choose_environment, name="choose_environment"),
    path("account", sessions.profile, name="account"),
    path("accounts/", include("allauth.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
]
