"""Support screens: what an environment allows, who is there, what was said, and moderation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from collab.models import (
    Attachment,
    Comment,
    EnvironmentConfig,
    Participant,
    Reaction,
    Room,
    Thread,
)
from collab.services import comments, people, reactions, threads
from collab.services.configs import set_turn_secret, withdraw_tokens
from collab.services.erasure import erase_person
from pulse import products
from pulse.audit import services as audit
from pulse.errors import NotFound
from pulse.keys import services as keys
from pulse.support_screens import OperatorsAdmin, ReadOnlyAdmin, acting_user


def _record(request: HttpRequest, row: Any, action: str, fields: list[str]) -> None:
    audit.record(
        row.environment,
        actor=acting_user(request),
        product="collab",
        action=action,
        object_ref=str(getattr(row, "public_id", row.pk)),
        fields=fields,
    )


class ConfigForm(forms.ModelForm):  # type: ignore[type-arg]
    """The TURN secret goes in and never comes out."""

    new_turn_secret = forms.CharField(
        label="TURN secret",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Stored encrypted. Leave empty to keep the present one.",
    )

    class Meta:
        model = EnvironmentConfig
        fields = (
            "environment", "allow_images", "allow_audio", "allow_video", "max_file_size_mb",
            "max_attachments_per_comment", "allow_reactions", "allow_drawing", "allow_mentions",
            "show_cursors", "show_presence", "show_typing_indicators", "allow_p2p",
            "p2p_mesh_limit", "p2p_persist_interval_ms", "p2p_state_ttl_days",
            "p2p_max_state_bytes", "max_shared_objects", "allow_p2p_binary", "turn_server_url",
        )  # fmt: skip


@admin.register(EnvironmentConfig)
class EnvironmentConfigAdmin(OperatorsAdmin):
    form = ConfigForm
    list_display = ("environment", "allow_p2p", "max_file_size_mb", "allow_reactions")
    list_select_related = ("environment__organization",)
    actions: ClassVar = ["withdraw", "replace_keys"]
    fieldsets = (
        (None, {"fields": ("environment",)}),
        (
            "Files",
            {
                "fields": (
                    ("allow_images", "allow_audio", "allow_video"),
                    ("max_file_size_mb", "max_attachments_per_comment"),
                )
            },
        ),
        (
            "Widget",
            {
                "fields": (
                    ("allow_reactions", "allow_drawing", "allow_mentions"),
                    ("show_cursors", "show_presence", "show_typing_indicators"),
                )
            },
        ),
        (
            "Shared data between browsers",
            {
                "fields": (
                    ("allow_p2p", "allow_p2p_binary"),
                    ("p2p_mesh_limit", "max_shared_objects"),
                    ("p2p_persist_interval_ms", "p2p_state_ttl_days"),
                    "p2p_max_state_bytes",
                    ("turn_server_url", "new_turn_secret"),
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("environment",) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        secret = form.cleaned_data.get("new_turn_secret")
        super().save_model(request, obj, form, change)
        if secret:
            set_turn_secret(obj, secret=secret)
        _record(request, obj, "collab.config.changed", list(form.changed_data))

    @admin.action(description="Withdraw every user token minted so far")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[EnvironmentConfig]) -> None:
        for row in queryset.select_related("environment"):
            withdraw_tokens(row)
            _record(request, row, "collab.tokens.withdrawn", ["token_generation"])
        self.message_user(request, "Open sockets close within 5 seconds; new tokens work.")

    @admin.action(description="Replace the key pair: every old key stops within 5 seconds")
    def replace_keys(
        self, request: HttpRequest, queryset: QuerySet[EnvironmentConfig]
    ) -> HttpResponse:
        config = products.by_name("collab")
        made = []
        for row in queryset.select_related("environment__organization"):
            pair = keys.replace_keys(row.environment, product="collab", kinds=config.key_kinds)
            made.append({"environment": row.environment, "keys": pair})
            for _, key, _ in pair:
                _record(request, key, "key.replaced", [])
        context = {**self.admin_site.each_context(request), "title": "New key pair", "made": made}
        return TemplateResponse(request, "admin/collab/key_pair.html", context)


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    list_display = ("name", "external_id", "environment", "blocked", "last_seen_at", "created_at")
    list_filter = ("blocked", "environment")
    list_select_related = ("environment__organization",)
    search_fields = ("name", "external_id", "handle")
    ordering = ("-created_at",)
    actions: ClassVar = ["block", "unblock", "erase"]

    @admin.action(description="Block: open sockets close within 5 seconds")
    def block(self, request: HttpRequest, queryset: QuerySet[Participant]) -> None:
        self._set(request, queryset, blocked=True)

    @admin.action(description="Let in again")
    def unblock(self, request: HttpRequest, queryset: QuerySet[Participant]) -> None:
        self._set(request, queryset, blocked=False)

    @admin.action(description="Forget for good, with everything they wrote")
    def erase(self, request: HttpRequest, queryset: QuerySet[Participant]) -> None:
        rows = list(queryset.select_related("environment"))
        for row in rows:
            _record(request, row, "collab.user.erased", [])
            erase_person(row.environment, user_id=row.external_id, now=datetime.now(UTC))
        self.message_user(request, f"{len(rows)} people are forgotten.")

    def _set(self, request: HttpRequest, queryset: QuerySet[Participant], *, blocked: bool) -> None:
        rows = list(queryset.select_related("environment"))
        for row in rows:
            people.block_person(row, blocked=blocked)
            done = "collab.user.blocked" if blocked else "collab.user.unblocked"
            _record(request, row, done, ["blocked"])
        self.message_user(request, f"{len(rows)} people changed.")


@admin.register(Room)
class RoomAdmin(ReadOnlyAdmin):
    list_display = ("name", "environment", "thread_count", "sequence", "created_at")
    list_filter = ("environment",)
    list_select_related = ("environment__organization",)
    search_fields = ("name",)
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        return super().get_queryset(request).annotate(counted=Count("threads"))

    @admin.display(description="Threads", ordering="counted")
    def thread_count(self, row: Any) -> int:
        return int(row.counted)


class CommentInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Comment
    extra = 0
    fields = ("author", "body", "created_at", "edited_at")
    readonly_fields = fields
    can_delete = False
    ordering = ("created_at",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Moderated(ReadOnlyAdmin):
    """Rows that may be deleted, through the service: rooms and webhooks hear of it."""

    actions: ClassVar = ["remove"]

    @admin.action(description="Delete for everyone")
    def remove(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = 0
        for row in queryset.select_related("environment"):
            try:
                self.delete_through_service(row)
            except NotFound:
                continue  # its thread went with an earlier one
            done += 1
            name = type(row).__name__.lower()
            _record(request, row, f"collab.{name}.deleted", [])
        self.message_user(request, f"{done} deleted.")

    def delete_through_service(self, row: Any) -> None:
        raise NotImplementedError


@admin.register(Thread)
class ThreadAdmin(Moderated):
    list_display = ("public_id", "room", "resolved", "environment", "created_at", "updated_at")
    list_filter = ("resolved", "environment")
    list_select_related = ("room", "environment__organization")
    search_fields = ("public_id", "room__name", "comments__body")
    inlines = (CommentInline,)
    ordering = ("-created_at",)

    def delete_through_service(self, row: Thread) -> None:
        threads.delete_thread(row.environment, thread_id=row.public_id)


@admin.register(Comment)
class CommentAdmin(Moderated):
    list_display = ("__str__", "author", "thread_room", "environment", "created_at", "edited_at")
    list_filter = ("environment",)
    list_select_related = ("author", "thread__room", "environment__organization")
    search_fields = ("body", "author__name", "author__external_id", "public_id")
    ordering = ("-created_at",)

    @admin.display(description="Room", ordering="thread__room__name")
    def thread_room(self, row: Comment) -> str:
        return row.thread.room.name

    def delete_through_service(self, row: Comment) -> None:
        comments.delete_comment(row.environment, comment_id=row.public_id)


@admin.register(Reaction)
class ReactionAdmin(Moderated):
    list_display = ("emoji", "user", "target_type", "environment", "created_at")
    list_select_related = ("user", "environment__organization")
    search_fields = ("user__name", "user__external_id")
    ordering = ("-created_at",)

    def delete_through_service(self, row: Reaction) -> None:
        reactions.remove_reaction(row.environment, reaction_id=row.public_id)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = ("filename", "mime_type", "size_bytes", "uploader", "environment", "created_at")
    list_filter = ("type", "environment")
    list_select_related = ("uploader", "environment__organization")
    search_fields = ("filename", "uploader__name", "public_id")
    ordering = ("-created_at",)
