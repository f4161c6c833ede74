"""Rooms, what is in them and who is there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema, inline_serializer

from collab import serializers, shapes
from collab.errors import InvalidRoom, RoomNotFound
from collab.frames import person_pk, room_group
from collab.models import is_room_id
from collab.selectors import people, rooms, threads
from collab.services import threads as thread_services
from collab.views.base import SHARED_STATE, CollabView, items_of, one_of, split_room_path
from pulse.http.answers import answer
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from pulse.realtime.presence import present

SUFFIX_VIEWS: dict[str, type[RoomView]] = {}


class RoomsView(CollabView):
    """GET /api/v1/rooms"""

    @extend_schema(
        summary="List all rooms",
        parameters=[serializers.ListQuery],
        responses={200: items_of(serializers.RoomOut)},
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        environment = request.environment
        return self.page(
            rooms.list_rooms(environment),
            self.query(serializers.ListQuery),
            purpose="rooms",
            shape=lambda rows: [shapes.room(row, environment) for row in rows],
        )


class RoomView(CollabView):
    """GET /api/v1/rooms/{room}"""

    suffix: ClassVar[str] = ""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Hand over to the view of the suffix that the raw path has."""
        raw_path = request.META.get("RAW_PATH") or request.path
        room, suffix = split_room_path(raw_path)
        if not is_room_id(room):
            raise InvalidRoom if request.method == "POST" else RoomNotFound
        wanted = SUFFIX_VIEWS[suffix]
        if wanted is not type(self):
            return wanted.as_view()(request, room=room)
        return super().dispatch(request, room=room)

    @extend_schema(
        summary="Get room with threads",
        responses={
            200: inline_serializer(
                "RoomWithThreads",
                {"room": serializers.RoomOut(), "threads": serializers.ThreadRowOut(many=True)},
            )
        },
    )
    def get(self, request: ApiRequest, room: str) -> HttpResponse:
        environment = request.environment
        row = rooms.get_room(environment, room)
        found = threads.list_threads(environment, row).order_by("created_at", "pk")
        shape = shapes.room(row, environment)
        del shape["metadata"]
        return answer(
            {
                "room": shape,
                "threads": [
                    shapes.thread_row(one, row.name) for one in found[: serializers.MAX_ROWS]
                ],
            }
        )


class RoomThreadsView(RoomView):
    """GET, POST /api/v1/rooms/{room}/threads"""

    suffix = "/threads"

    @extend_schema(
        summary="List threads in a room",
        parameters=[serializers.ThreadQuery],
        responses={200: items_of(serializers.ThreadRowOut)},
    )
    def get(self, request: ApiRequest, room: str) -> HttpResponse:
        asked = self.query(serializers.ThreadQuery)
        row = rooms.get_room(request.environment, room)
        found = threads.list_threads(request.environment, row)
        if "resolved" in asked:
            found = found.filter(resolved=asked["resolved"])
        return self.page(
            found,
            asked,
            purpose=f"threads:{row.pk}:{asked.get('resolved')}",
            shape=lambda rows: [shapes.thread_row(one, row.name) for one in rows],
        )

    @extend_schema(
        summary="Create a thread",
        request=serializers.ThreadIn,
        responses={201: one_of("thread", serializers.ThreadOut)},
    )
    @idempotent
    def post(self, request: ApiRequest, room: str) -> HttpResponse:
        sent = self.parse(serializers.ThreadIn)
        thread, comment = thread_services.create_thread(
            request.environment,
            room_name=room,
            user_id=sent["userId"],
            said=sent["said"],
            position=sent.get("position"),
            now=request.now,
        )
        voice = shapes.Voice(request.environment)
        comments = shapes.comments(voice, [comment])
        return answer({"thread": voice.thread(thread, room, comments)}, status=201)


class RoomPresenceView(RoomView):
    """GET /api/v1/rooms/{room}/presence"""

    suffix = "/presence"

    @extend_schema(
        summary="Who's online",
        responses={
            200: inline_serializer("PresenceList", {"items": serializers.PresenceOut(many=True)})
        },
    )
    def get(self, request: ApiRequest, room: str) -> HttpResponse:
        environment = request.environment
        row = rooms.get_room(environment, room)
        entries = {person_pk(entry.user): entry for entry in present(room_group(row.pk))}
        faces = {one.pk: one for one in people.people_by_pk(environment, entries)}
        return answer(
            {
                "items": [
                    shapes.presence_entry(
                        {**shapes.face(faces[pk], environment), "name": faces[pk].name},
                        status=entry.status,
                        last_seen=datetime.fromtimestamp(entry.seen_at, UTC),
                        device=entry.device or None,
                    )
                    for pk, entry in entries.items()
                    if pk in faces
                ]
            }
        )


class RoomStateView(RoomView):
    """/api/v1/rooms/{room}/p2p/state, where doors answer: this says which methods they take."""

    suffix = SHARED_STATE
    public = True
    http_method_names = ["options"]  # noqa: RUF012 - an instance variable of Django's View


SUFFIX_VIEWS |= {
    view.suffix: view for view in (RoomView, RoomThreadsView, RoomPresenceView, RoomStateView)
}
