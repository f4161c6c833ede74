"""What the support screens of the admin share: they show everything and change next to nothing."""

from __future__ import annotations

from typing import Any

from django.forms.widgets import Media
from django.http import HttpRequest
from unfold.admin import ModelAdmin

SLUG_SCRIPTS = ("urlify.js", "prepopulate.js", "xregexp.js", "xregexp.min.js")


class OperatorsAdmin(ModelAdmin):
    """A screen of the admin. Support looks at it; its actions are for operators.

    Django offers an action to whoever may see the list, unless the action names a permission.
    """

    @property
    def media(self) -> Media:
        """Django's, without what fills in slugs: no screen has one, and it is a fifth of a page."""
        every = super().media
        scripts = [one for one in every._js if not str(one).endswith(SLUG_SCRIPTS)]
        return Media(css=every._css, js=scripts)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        user: Any = request.user
        return super().get_actions(request) if user.is_superuser else {}


class ReadOnlyAdmin(OperatorsAdmin):
    """A screen to look at. What may be done is an action, and goes through the service."""

    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def acting_user(request: HttpRequest) -> str:
    """How the audit log names whoever is signed in."""
    user: Any = request.user
    return f"user:{user.pk}"
