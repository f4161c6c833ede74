"""Threads, comments and reactions."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, inline_serializer

from collab import serializers, shapes
from collab.errors import CommentNotFound, ReactionNotFound, ThreadNotFound
from collab.models import Comment
from collab.selectors import threads
from collab.services import comments as comment_services
from collab.services import reactions as reaction_services
from collab.services import threads as thread_services
from collab.services.comments import Said
from collab.views.base import CollabView, items_of, one_of, path_id
from pulse.http.answers import answer
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest

DELETED = {"deleted": True}


def _comment(request: ApiRequest, row: Comment) -> dict[str, object]:
    return shapes.comments(shapes.Voice(request.environment), [row])[0]


class ThreadView(CollabView):
    """GET, PATCH, DELETE /api/v1/threads/{thread}"""

    @extend_schema(
        summary="Get thread with comments",
        responses={
            200: inline_serializer(
                "ThreadWithComments",
                {
                    "thread": serializers.ThreadRowOut(),
                    "comments": serializers.CommentOut(many=True),
                },
            )
        },
    )
    def get(self, request: ApiRequest, thread_id: str) -> HttpResponse:
        environment = request.environment
        row = threads.get_thread(environment, path_id(thread_id, ThreadNotFound))
        found = threads.list_comments(environment, row).order_by("created_at", "pk")
        said = shapes.comments(shapes.Voice(environment), list(found[: serializers.MAX_ROWS]))
        return answer({"thread": shapes.thread_row(row, row.room.name), "comments": said})

    @extend_schema(
        summary="Resolve or reopen",
        request=serializers.ThreadPatchIn,
        responses={200: one_of("thread", serializers.ThreadRowOut)},
    )
    @idempotent
    def patch(self, request: ApiRequest, thread_id: str) -> HttpResponse:
        sent = self.parse(serializers.ThreadPatchIn)
        row = thread_services.resolve_thread(
            request.environment,
            thread_id=path_id(thread_id, ThreadNotFound),
            resolved=sent["resolved"],
            now=request.now,
        )
        return answer({"thread": shapes.thread_row(row, row.room.name)})

    @extend_schema(summary="Delete thread", responses={200: serializers.DeletedOut})
    def delete(self, request: ApiRequest, thread_id: str) -> HttpResponse:
        thread_services.delete_thread(
            request.environment, thread_id=path_id(thread_id, ThreadNotFound)
        )
        return answer(DELETED)


class ThreadCommentsView(CollabView):
    """GET, POST /api/v1/threads/{thread}/comments"""

    @extend_schema(
        summary="List comments",
        parameters=[serializers.ListQuery],
        responses={200: items_of(serializers.CommentOut)},
    )
    def get(self, request: ApiRequest, thread_id: str) -> HttpResponse:
        asked = self.query(serializers.ListQuery)
        environment = request.environment
        row = threads.get_thread(environment, path_id(thread_id, ThreadNotFound))
        return self.page(
            threads.list_comments(environment, row),
            asked,
            purpose=f"comments:{row.pk}",
            shape=lambda rows: shapes.comments(shapes.Voice(environment), rows),
        )

    @extend_schema(
        summary="Add a comment",
        request=serializers.CommentIn,
        responses={201: one_of("comment", serializers.CommentOut)},
    )
    @idempotent
    def post(self, request: ApiRequest, thread_id: str) -> HttpResponse:
        sent = self.parse(serializers.CommentIn)
        row = comment_services.create_comment(
            request.environment,
            thread_id=path_id(thread_id, ThreadNotFound),
            user_id=sent["userId"],
            said=sent["said"],
            now=request.now,
        )
        return answer({"comment": _comment(request, row)}, status=201)


class CommentView(CollabView):
    """PATCH, DELETE /api/v1/comments/{comment}"""

    @extend_schema(
        summary="Edit a comment",
        request=serializers.CommentEditIn,
        responses={200: one_of("comment", serializers.CommentOut)},
    )
    @idempotent
    def patch(self, request: ApiRequest, comment_id: str) -> HttpResponse:
        sent = self.parse(serializers.CommentEditIn)
        row = comment_services.edit_comment(
            request.environment,
            comment_id=path_id(comment_id, CommentNotFound),
            said=Said(sent["body"], tuple(sent.get("mentions", ()))),
            keep_mentions="mentions" not in sent,
            now=request.now,
        )
        return answer({"comment": _comment(request, row)})

    @extend_schema(summary="Delete a comment", responses={200: serializers.DeletedOut})
    def delete(self, request: ApiRequest, comment_id: str) -> HttpResponse:
        comment_services.delete_comment(
            request.environment, comment_id=path_id(comment_id, CommentNotFound)
        )
        return answer(DELETED)


class CommentReactionsView(CollabView):
    """POST /api/v1/comments/{comment}/reactions"""

    @extend_schema(
        summary="Add reaction",
        request=serializers.ReactionIn,
        responses={201: one_of("reaction", serializers.ReactionOut)},
    )
    @idempotent
    def post(self, request: ApiRequest, comment_id: str) -> HttpResponse:
        sent = self.parse(serializers.ReactionIn)
        row, _ = reaction_services.add_reaction(
            request.environment,
            target_id=path_id(comment_id, CommentNotFound),
            target_type="comment",
            user_id=sent["userId"],
            emoji=sent["emoji"],
            now=request.now,
        )
        return answer({"reaction": shapes.Voice(request.environment).reaction(row)}, status=201)


class ReactionView(CollabView):
    """DELETE /api/v1/reactions/{reaction}"""

    @extend_schema(summary="Remove reaction", responses={200: serializers.DeletedOut})
    def delete(self, request: ApiRequest, reaction_id: str) -> HttpResponse:
        reaction_services.remove_reaction(
            request.environment, reaction_id=path_id(reaction_id, ReactionNotFound)
        )
        return answer(DELETED)
