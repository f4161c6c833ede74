"""User tokens, users and what they were told."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from collab import serializers, shapes
from collab.errors import NotificationNotFound
from collab.selectors import feeds, people
from collab.services import notifications
from collab.services.erasure import erase_person
from collab.services.people import handle_of
from collab.services.tokens import mint_token
from collab.views.base import CollabView, items_of, one_of, path_id
from pulse.http.answers import answer
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from pulse.times import utc_millis


class TokenView(CollabView):
    """POST /auth/token"""

    required_scope: ClassVar[str | dict[str, str]] = "write:tokens"

    @extend_schema(
        summary="Mint a person's token, and make the person",
        request=serializers.TokenIn,
        responses={200: serializers.TokenOut},
    )
    @idempotent
    def post(self, request: ApiRequest) -> HttpResponse:
        sent = self.parse(serializers.TokenIn)
        token, expires_at, person = mint_token(
            request.environment,
            external_id=people.external_form(request.environment, sent["userId"]),
            name=sent["name"],
            avatar=sent.get("avatar") or "",
            rooms=sent.get("rooms"),
            now=request.now,
        )
        # The id tells erasure whose this is where it is kept for an Idempotency-Key.
        shape = {"token": token, "expiresAt": utc_millis(expires_at), "userId": person.external_id}
        return answer(shape)


class UsersView(CollabView):
    """GET /api/v1/users"""

    @extend_schema(
        summary="List users",
        parameters=[serializers.UserQuery],
        responses={200: items_of(serializers.UserOut)},
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        asked = self.query(serializers.UserQuery)
        environment = request.environment
        found = people.list_people(environment)
        search = asked.get("search", "")
        if search:
            found = found.filter(handle__contains=handle_of(search))
        return self.page(
            found,
            asked,
            purpose=f"users:{search}",
            shape=lambda rows: [shapes.user(row, environment) for row in rows],
        )


class UserView(CollabView):
    """DELETE /api/v1/users/{user}"""

    required_scope: ClassVar[str | dict[str, str]] = "admin:erase"

    @extend_schema(
        summary="Forget a person, with everything they wrote",
        responses={200: serializers.DeletedOut},
    )
    def delete(self, request: ApiRequest, user_id: str) -> HttpResponse:
        erase_person(request.environment, user_id=user_id, now=request.now)
        return answer({"deleted": True})


class NotificationsView(CollabView):
    """GET /api/v1/users/{user}/notifications"""

    @extend_schema(
        summary="List what a person was told, newest first",
        parameters=[serializers.NotificationQuery],
        responses={200: items_of(serializers.NotificationOut)},
    )
    def get(self, request: ApiRequest, user_id: str) -> HttpResponse:
        asked = self.query(serializers.NotificationQuery)
        environment = request.environment
        person = people.get_person(environment, user_id)
        unread = asked.get("unread", False)
        voice = shapes.Voice(environment)
        return self.page(
            feeds.list_notifications(environment, person, unread_only=unread),
            asked,
            purpose=f"notifications:{person.pk}:{unread}",
            shape=lambda rows: [voice.notification(row) for row in rows],
            order=("-created_at", "-pk"),
        )


class NotificationsReadView(CollabView):
    """POST /api/v1/users/{user}/notifications/read-all"""

    @extend_schema(
        summary="Mark everything a person was told as read",
        request=None,
        responses={200: {"type": "object"}},
    )
    @idempotent
    def post(self, request: ApiRequest, user_id: str) -> HttpResponse:
        person = people.get_person(request.environment, user_id)
        return answer({"read": notifications.mark_all_read(request.environment, person=person)})


class NotificationReadView(CollabView):
    """POST /api/v1/notifications/{notification}/read"""

    @extend_schema(
        summary="Mark one notification as read",
        request=None,
        responses={200: one_of("notification", serializers.NotificationOut)},
    )
    @idempotent
    def post(self, request: ApiRequest, notification_id: str) -> HttpResponse:
        row = notifications.mark_read(
            request.environment, notification_id=path_id(notification_id, NotificationNotFound)
        )
        shape = shapes.Voice(request.environment).notification(row)
        return answer({"notification": shape})
