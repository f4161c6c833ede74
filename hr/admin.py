"""HR for operators: read-mostly, because a change here would be announced to nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.admin import ExportMixin, ImportExportMixin
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from hr.models import (
    CalendarFeed,
    CustomField,
    Employee,
    Holiday,
    Kudos,
    LeaveEntry,
    StatusLogEntry,
)
from pulse.support_screens import OperatorsAdmin, ReadOnlyAdmin
from pulse.tenancy.models import Environment


class HolidayResource(ModelResource):
    """Holidays are what operators bring as a file; the environment is named by its public id."""

    environment = Field("environment", "environment", ForeignKeyWidget(Environment, "public_id"))

    class Meta:
        model = Holiday
        fields = ("environment", "date", "location", "name")
        import_id_fields = ("environment", "location", "date")

    def get_queryset(self) -> QuerySet[Holiday]:
        return Holiday.unscoped.all()

    def before_save_instance(self, instance: Holiday, row: Any, **_: Any) -> None:
        instance.created_at = instance.created_at or datetime.now(UTC)


class ReadOnly(ExportMixin, ReadOnlyAdmin):
    """Search, filter, export; changes go through the API, where they are checked and announced."""

    export_form_class = ExportForm
    search_fields: ClassVar[Any] = ("public_id",)


@admin.register(Employee)
class EmployeeAdmin(ReadOnly):
    list_display = ("full_name", "email", "department", "location", "start_date", "end_date")
    list_filter = ("environment", "department")
    search_fields = ("public_id", "search")
    list_select_related = ("manager",)


@admin.register(LeaveEntry)
class LeaveEntryAdmin(ReadOnly):
    list_display = ("public_id", "employee", "kind", "start_date", "end_date", "days", "status")
    list_filter = ("environment", "kind", "status")
    list_select_related = ("employee",)
    date_hierarchy = "start_date"


@admin.register(StatusLogEntry)
class StatusLogEntryAdmin(ReadOnly):
    list_display = ("public_id", "employee", "date", "topic")
    list_filter = ("environment", "topic")
    list_select_related = ("employee",)


@admin.register(Kudos)
class KudosAdmin(ReadOnly):
    list_display = ("public_id", "giver", "receiver", "coins", "tag", "created_at")
    list_filter = ("environment", "tag")
    list_select_related = ("giver", "receiver")


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnly):
    list_display = ("public_id", "audience", "employee", "department", "created_at", "revoked_at")
    list_filter = ("environment", "audience")
    list_select_related = ("employee",)
    exclude = ("digest",)


@admin.register(Holiday)
class HolidayAdmin(ImportExportMixin, OperatorsAdmin):
    import_form_class = ImportForm
    export_form_class = ExportForm
    resource_classes: ClassVar[Any] = [HolidayResource]
    list_display = ("date", "location", "name", "environment")
    list_filter = ("environment", "location")
    search_fields = ("name", "location")
    date_hierarchy = "date"
    exclude = ("created_at",)

    def save_model(self, request: HttpRequest, obj: Holiday, form: Any, change: bool) -> None:
        obj.created_at = obj.created_at or datetime.now(UTC)
        super().save_model(request, obj, form, change)


@admin.register(CustomField)
class CustomFieldAdmin(ReadOnly):
    list_display = ("key", "name", "type", "required", "environment")
    list_filter = ("environment", "type")
    search_fields = ("key", "name")
