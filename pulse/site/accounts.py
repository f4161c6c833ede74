"""How people get and use accounts: by invitation only, signed in by allauth."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from pulse.tenancy.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class ClosedSignup(DefaultAccountAdapter):
    """Nobody signs up by themselves: accounts are made by an invitation or by the operator.

    Addresses in mail come from PULSE_PUBLIC_URL, never from the Host header.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        return (
            settings.PULSE_PUBLIC_URL + urlsplit(super().get_reset_password_from_key_url(key)).path
        )

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        user.username = user.email.lower()


class ClosedSocialSignup(DefaultSocialAccountAdapter):
    """A provider signs people in who are here already; it brings nobody new."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


class SupportPermissions(BaseBackend):
    """Staff may look at every screen of the admin; to act there takes an operator (a superuser)."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        looks = perm.partition(".")[2].startswith("view_")
        return bool(user_obj.is_active and user_obj.is_staff and looks)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return bool(user_obj.is_active and user_obj.is_staff)


def sign_in(request: HttpRequest, user: User) -> None:
    """Open a session without a password: after a one-time link or an accepted invitation.

    allauth lists, and ends, only the sessions that it opened or was told of.
    """
    login(request, user, backend=BACKEND)
    UserSession.objects.create_from_request(request)
