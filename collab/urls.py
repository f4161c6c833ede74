"""Every documented path of this product."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from collab.views import people, rooms, threads


class RoomIdConverter:
    """A room id: it may hold slashes, so the views split the raw path themselves."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(RoomIdConverter, "room")


urlpatterns: list[URLPattern] = [
    path("auth/token", people.TokenView.as_view()),
    path("api/v1/rooms", rooms.RoomsView.as_view()),
    path("api/v1/rooms/<room:room>/threads", rooms.RoomThreadsView.as_view()),
    path("api/v1/rooms/<room:room>/presence", rooms.RoomPresenceView.as_view()),
    path("api/v1/rooms/<room:room>", rooms.RoomView.as_view()),
    path("api/v1/threads/<str:thread_id>", threads.ThreadView.as_view()),
    path("api/v1/threads/<str:thread_id>/comments", threads.ThreadCommentsView.as_view()),
    path("api/v1/comments/<str:comment_id>", threads.CommentView.as_view()),
    path("api/v1/comments/<str:comment_id>/reactions", threads.CommentReactionsView.as_view()),
    path("api/v1/reactions/<str:reaction_id>", threads.ReactionView.as_view()),
    path("api/v1/users", people.UsersView.as_view()),
    path("api/v1/users/<path:user_id>/notifications", people.NotificationsView.as_view()),
    path(
        "api/v1/users/<path:user_id>/notifications/read-all", people.NotificationsReadView.as_view()
    ),
    path("api/v1/users/<path:user_id>", people.UserView.as_view()),
    path("api/v1/notifications/<str:notification_id>/read", people.NotificationReadView.as_view()),
]
