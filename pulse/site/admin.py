"""Accounts, invitations and the request log in the operators' admin."""

from __future__ import annotations

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401 - all four register what is taken back below
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from pulse.requestlog.models import LoggedRequest
from pulse.site.models import Invitation
from pulse.support_screens import OperatorsAdmin, ReadOnlyAdmin
from pulse.tenancy.models import User

# The admin's own sign-in page knows neither throttling nor a second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)  # roles are members' and the two below; groups would be a third kind
# Their own screens show a second factor's secret, and let a session be edited.
admin.site.unregister([EmailAddress, Authenticator, UserSession])
admin.site.unregister([SocialAccount, SocialApp, SocialToken])


@admin.register(User)
class UserAdmin(DjangoUserAdmin, OperatorsAdmin):  # type: ignore[type-arg]
    """People who sign in. Staff look at everything here; operators (superusers) may also act."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Role", {"fields": ("is_active", "is_staff", "is_superuser", "operator")}),
        ("Times", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        obj.email = obj.email.lower()
        obj.username = obj.email
        super().save_model(request, obj, form, change)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "organization", "role", "created_at", "expires_at", "accepted_at")
    list_filter = ("role",)
    search_fields = ("email",)
    exclude = ("digest",)
    ordering = ("-created_at",)


@admin.register(LoggedRequest)
class LoggedRequestAdmin(ReadOnlyAdmin):
    list_display = (
        "at", "environment", "method", "path", "status", "duration_ms", "request_id", "key_id",
    )  # fmt: skip
    list_filter = ("product", "method", "status", "environment")
    list_select_related = ("environment__organization",)
    search_fields = ("request_id", "path", "key_id")
    ordering = ("-id",)
