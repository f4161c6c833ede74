"""Organizations, environments and who belongs to them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from pulse.support_screens import OperatorsAdmin
from pulse.tenancy.models import Environment, Grant, Member, Organization


class MemberInline(TabularInline):
    model = Member
    extra = 0
    raw_id_fields = ("user",)


class EnvironmentInline(TabularInline):
    model = Environment
    extra = 0
    fields = ("public_id", "name", "kind", "created_at")
    readonly_fields = ("public_id", "created_at")
    can_delete = False


@admin.register(Organization)
class OrganizationAdmin(OperatorsAdmin):
    """Deleting an organization here would take years of data with one click, so it is not offered."""

    list_display = ("name", "public_id", "time_zone", "created_at")
    search_fields = ("name", "public_id")
    readonly_fields = ("public_id", "created_at")
    inlines = (EnvironmentInline, MemberInline)
    ordering = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class GrantInline(TabularInline):
    model = Grant
    extra = 0
    raw_id_fields = ("member",)


@admin.register(Environment)
class EnvironmentAdmin(OperatorsAdmin):
    list_display = ("name", "kind", "organization", "public_id", "created_at")
    list_filter = ("kind",)
    list_select_related = ("organization",)
    search_fields = ("name", "public_id", "organization__name")
    readonly_fields = ("public_id", "organization", "kind", "created_at")
    inlines = (GrantInline,)
    ordering = ("organization__name", "name")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
