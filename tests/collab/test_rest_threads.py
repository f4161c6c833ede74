from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest

from collab.models import Comment, Participant, Reaction, Room, Thread
from collab.selectors.people import recent_people
from collab.services.people import keep_person
from collab.views.base import split_room_path
from pulse.tenancy.models import Environment
from tests.collab.rest import start
from tests.support.api import Api

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MILLIS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_thread_is_created_with_its_first_comment_and_its_whole_position(collab: Api) -> None:
    position = {"x": 0.5, "y": 1.25, "selector": "#chart", "path": '{"v":2}'}
    thread = start(collab, mentions=["user-2"], position=position)

    comment = thread["comments"][0]
    assert UUID.fullmatch(thread["id"])
    assert MILLIS.fullmatch(thread["createdAt"])
    assert {k: thread[k] for k in ("roomId", "resolved", "position")} == {
        "roomId": "dashboard",
        "resolved": False,
        "position": position,
    }
    assert len(thread["comments"]) == 1
    assert {k: comment[k] for k in ("userId", "body", "mentions")} == {
        "userId": "user-1",
        "body": "Hello",
        "mentions": ["user-2"],
    }
    assert Room.unscoped.get().name == "dashboard"


def test_a_room_lists_its_threads_as_rows_with_numbers_for_the_position(collab: Api) -> None:
    thread = start(collab, position={"x": 0.5, "y": 1.25})

    row = {
        "id": thread["id"],
        "roomId": "dashboard",
        "resolved": False,
        "positionX": 0.5,
        "positionY": 1.25,
        "createdAt": thread["createdAt"],
        "updatedAt": thread["updatedAt"],
    }
    assert collab.get("/api/v1/rooms/dashboard/threads").json() == {"items": [row]}
    answer = collab.get("/api/v1/rooms/dashboard").json()
    assert answer["threads"] == [row]
    assert set(answer["room"]) == {"id", "environmentId", "createdAt"}
    listed = collab.get("/api/v1/rooms").json()["items"]
    assert [set(one) for one in listed] == [{"id", "environmentId", "metadata", "createdAt"}]


@pytest.mark.parametrize("room", ["project-42/settings", "/settings", "caf%C3%A9"])
def test_room_ids_keep_their_slashes(collab: Api, room: str) -> None:
    assert start(collab, room)["roomId"] == unquote(room)
    found = collab.get(f"/api/v1/rooms/{room}", validate=False)
    assert found.json()["room"]["id"] == unquote(room)


@pytest.mark.parametrize(
    ("raw", "room", "suffix"),
    [
        ("dashboard", "dashboard", ""),
        ("project-42/settings/threads", "project-42/settings", "/threads"),
        ("project-42%2Fsettings/threads", "project-42/settings", "/threads"),
        ("/settings/p2p/state", "/settings", "/p2p/state"),
        ("a%2Fthreads", "a/threads", ""),
        ("a/threads/presence", "a/threads", "/presence"),
        ("threads", "threads", ""),
        ("threads/threads?limit=2", "threads", "/threads"),
    ],
)
def test_a_raw_path_is_split_at_the_longest_known_suffix(raw: str, room: str, suffix: str) -> None:
    assert split_room_path(f"/api/v1/rooms/{raw}") == (room, suffix)


def test_a_comment_is_added_listed_edited_and_deleted_with_its_thread(collab: Api) -> None:
    thread = start(collab)
    path = f"/api/v1/threads/{thread['id']}"

    made = collab.post(f"{path}/comments", {"userId": "user-2", "body": "Yes"})
    assert made.status_code == 201
    comment = made.json()["comment"]
    assert set(comment) == {
        "id", "threadId", "userId", "body", "mentions", "createdAt", "editedAt",
    }  # fmt: skip
    assert comment["editedAt"] is None

    edited = collab.patch(f"/api/v1/comments/{comment['id']}", {"body": "No"}).json()["comment"]
    assert edited["body"] == "No"
    assert MILLIS.fullmatch(edited["editedAt"])
    bodies = [one["body"] for one in collab.get(f"{path}/comments").json()["items"]]
    assert bodies == ["Hello", "No"]

    first = thread["comments"][0]["id"]
    assert collab.delete(f"/api/v1/comments/{first}").json() == {"deleted": True}
    assert Thread.unscoped.count() == 1
    assert collab.delete(f"/api/v1/comments/{comment['id']}").json() == {"deleted": True}
    assert Thread.unscoped.count() == 0
    assert collab.get(path).json() == {"error": "Thread not found"}


def test_a_thread_is_resolved_reopened_and_deleted(collab: Api) -> None:
    path = f"/api/v1/threads/{start(collab)['id']}"

    assert collab.patch(path, {"resolved": True}).json()["thread"]["resolved"] is True
    assert collab.patch(path, {"resolved": False}).json()["thread"]["resolved"] is False
    assert collab.delete(path).json() == {"deleted": True}
    assert Comment.unscoped.count() == 0
    assert collab.delete(path).status_code == 404


def test_a_repeated_reaction_is_the_same_one(collab: Api) -> None:
    comment = start(collab)["comments"][0]["id"]
    path = f"/api/v1/comments/{comment}/reactions"

    first = collab.post(path, {"userId": "user-2", "emoji": "👍"})
    again = collab.post(path, {"userId": "user-2", "emoji": "👍"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    reaction = first.json()["reaction"]
    assert (reaction["targetId"], reaction["targetType"]) == (comment, "comment")
    assert collab.delete(f"/api/v1/reactions/{reaction['id']}").json() == {"deleted": True}
    assert Reaction.unscoped.count() == 0


@pytest.mark.parametrize(
    "emoji",
    ["<b>", "lol", ":)", "👍<", "'", "", "&amp;", "\u200d", "\ufe0f", "👍👎", "あ", "\u3000", "#"],
)
def test_only_an_emoji_is_a_reaction(collab: Api, emoji: str) -> None:
    comment = start(collab)["comments"][0]["id"]

    answer = collab.post(
        f"/api/v1/comments/{comment}/reactions", {"userId": "user-2", "emoji": emoji}
    )
    assert answer.status_code == 400
    assert Reaction.unscoped.count() == 0


@pytest.mark.parametrize(
    "emoji", ["👍", "👎", "❤️", "🎉", "👀", "🚀", "1️⃣", "🏳️‍🌈", "👩🏽‍💻", "🇮🇹", "🕵🏻‍♂️", "🏿"]
)
def test_every_kind_of_emoji_is_a_reaction(collab: Api, emoji: str) -> None:
    comment = start(collab)["comments"][0]["id"]

    answer = collab.post(
        f"/api/v1/comments/{comment}/reactions", {"userId": "user-2", "emoji": emoji}
    )
    assert answer.json()["reaction"]["emoji"] == emoji


def test_a_comment_is_kept_as_it_is_written(collab: Api) -> None:
    comment = start(collab, body="  pad \n")["comments"][0]
    edited = collab.patch(f"/api/v1/comments/{comment['id']}", {"body": "\tcode"}).json()

    assert (comment["body"], edited["comment"]["body"]) == ("  pad \n", "\tcode")
    refused = collab.patch(f"/api/v1/comments/{comment['id']}", {"body": "  "})
    assert refused.status_code == 400
    assert Comment.unscoped.get().body == "\tcode"


def test_what_the_path_names_is_missed_before_what_the_body_names(collab: Api) -> None:
    nobody = {"userId": "nobody", "body": "x", "emoji": "👍"}
    unknown = "0c9d1f4e-6a3b-4f57-9d2e-8b7a6c5d4e3f"

    answer = collab.post(f"/api/v1/threads/{unknown}/comments", nobody)
    assert answer.json() == {"error": "Thread not found"}
    answer = collab.post(f"/api/v1/comments/{unknown}/reactions", nobody)
    assert answer.json() == {"error": "Comment not found"}


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "OPTIONS"])
def test_the_shared_state_says_which_methods_it_takes(collab: Api, method: str) -> None:
    answer = collab.request(method, "/api/v1/rooms/dashboard/p2p/state", validate=False)

    assert answer.status_code == (204 if method == "OPTIONS" else 405)
    assert set(answer["Allow"].split(", ")) == {"OPTIONS", "GET", "HEAD", "PUT"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("room", ["x" * 501, "a%00b", "a%0Ab", "%ff"])
def test_an_id_no_room_can_have_is_refused_where_it_would_be_made(collab: Api, room: str) -> None:
    path = f"/api/v1/rooms/{room}/threads"

    made = collab.post(path, {"userId": "user-1", "body": "x"}, every_layer=True)
    assert made.status_code == 400
    assert made.json()["error"].startswith("The room id must have 1 to 500 characters")
    assert collab.get(path, every_layer=True).json() == {"error": "Room not found"}
    assert Room.unscoped.count() == 0


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"body": "x"}, 400),
        ({"userId": "user-1"}, 400),
        ({"userId": "user-1", "body": "   "}, 400),
        ({"userId": "user-1", "body": 5}, 400),
        ({"userId": "nobody", "body": "x"}, 404),
        ({"userId": "user-1", "body": "x", "position": {"x": "0"}}, 400),
        ({"userId": "user-1", "body": "x", "position": {"x": 1, "y": 1, "selector": 5}}, 400),
        ({"userId": "user-1", "body": "x", "position": {"x": 1, "y": 1, "scrollX": True}}, 400),
        ({"userId": "user-1", "body": "x", "position": {"x": 1, "y": 1, "path": 7}}, 400),
        ({"userId": "user-1", "body": "x", "position": {"x": 1, "y": 1, "path": "junk"}}, 400),
        ({"userId": "user-1", "body": "x", "position": {"x": 1, "y": 2, "s": "x" * 5000}}, 400),
        ({"userId": "user-1", "body": "x", "attachmentIds": ["nope"]}, 400),
        ({"userId": "user-1", "body": "x" * 10_001}, 400),
    ],
)
def test_a_thread_that_cannot_be_is_refused_and_leaves_nothing(
    collab: Api, sent: dict[str, Any], status: int
) -> None:
    answer = collab.post("/api/v1/rooms/new/threads", sent)

    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert Room.unscoped.count() == 0


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"body": "x"}, "userId: is required"),
        ({"userId": "user-1", "body": ""}, "body: must not be blank"),
        ({"userId": "user-1", "body": "   "}, "body: must have 1 to 10000 characters"),
        ({"userId": "user-1", "body": "x", "mentions": "user-2"}, "mentions: must be a list"),
        ({"userId": "user-1", "body": "x", "mentions": None}, "mentions: must not be null"),
        (
            {"userId": "user-1", "body": "x", "mentions": ["a"] * 51},
            "mentions: must have at most 50 elements",
        ),
        (
            {"userId": "user-1", "body": "x", "attachmentIds": [5]},
            "attachmentIds.0: must be a UUID",
        ),
        (
            {"userId": "user-1", "body": "x", "attachmentIds": [str(uuid.uuid4())]},
            "attachmentIds: must name files that this user uploaded and has not used yet",
        ),
    ],
)
def test_every_refusal_of_a_member_reads_alike(
    collab: Api, sent: dict[str, Any], said: str
) -> None:
    assert collab.post("/api/v1/rooms/new/threads", sent).json() == {"error": said}


def test_a_person_needs_an_id_beside_the_namespace(collab: Api, environment: Environment) -> None:
    for own, status in (("", 400), ("x" * 201, 400), ("x" * 200, 200)):
        sent = {"userId": f"{environment.public_id}:{own}", "name": "Alice"}
        answer = collab.post("/auth/token", sent)
        assert answer.status_code == status
        if status == 400:
            assert answer.json() == {"error": "userId: must have 1 to 200 characters"}


def test_a_token_too_long_to_be_sent_is_not_minted(collab: Api) -> None:
    sent = {"userId": "user-7", "name": "Ada", "rooms": ["x" * 400] * 90}

    said = collab.post("/auth/token", sent).json()["error"]

    assert said == "rooms: must be fewer or shorter: the token would be too long to be sent"
    assert Participant.unscoped.filter(external_id="user-7").count() == 0


def test_the_people_a_socket_hears_of_first_are_those_who_were_here(
    environment: Environment,
) -> None:
    now = datetime.now(UTC)
    for number in range(3):
        keep_person(environment, external_id=f"user-{number}", name="x", now=now, seen=number == 1)

    known = [one.external_id for one in recent_people(environment, 2)]
    assert known == ["user-1", "user-2"]


def test_a_publishable_key_or_none_opens_nothing(api: Callable[..., Api], collab: Api) -> None:
    for client in (api("collab", prefix="pk_", scopes=["read:*"]), api("collab", token="")):
        answer = client.get("/api/v1/rooms")
        assert (answer.status_code, answer.json()) == (
            401,
            {"error": "Invalid or missing secret key"},
        )


def test_a_strangers_rows_do_not_exist(
    api: Callable[..., Api], collab: Api, other_environment: Environment
) -> None:
    thread = start(collab)
    comment = thread["comments"][0]["id"]
    stranger = api(
        "collab", environment=other_environment, prefix="sk_", scopes=["read:*", "write:*"]
    )

    assert stranger.get("/api/v1/rooms").json() == {"items": []}
    assert stranger.get("/api/v1/users").json() == {"items": []}
    for answer in (
        stranger.get("/api/v1/rooms/dashboard"),
        stranger.get(f"/api/v1/threads/{thread['id']}"),
        stranger.patch(f"/api/v1/threads/{thread['id']}", {"resolved": True}),
        stranger.delete(f"/api/v1/threads/{thread['id']}"),
        stranger.patch(f"/api/v1/comments/{comment}", {"body": "mine"}),
        stranger.delete(f"/api/v1/comments/{comment}"),
        stranger.get("/api/v1/users/user-1/notifications"),
    ):
        assert answer.status_code == 404
    assert Comment.unscoped.get().body == "Hello"


def test_lists_take_a_limit_and_continue_behind_a_cursor(collab: Api) -> None:
    for _ in range(3):
        start(collab)
    page = collab.get("/api/v1/rooms/dashboard/threads", {"limit": 2}).json()
    assert len(page["items"]) == 2
    rest = collab.get(
        "/api/v1/rooms/dashboard/threads", {"limit": 2, "cursor": page["nextCursor"]}
    ).json()
    assert len(rest["items"]) == 1
    assert "nextCursor" not in rest
    assert collab.get("/api/v1/rooms", {"cursor": page["nextCursor"]}).status_code == 400


def test_filters_of_lists_are_part_of_the_cursor(collab: Api) -> None:
    first, second, third = start(collab), start(collab, mentions=["user-2"]), start(collab)
    collab.patch(f"/api/v1/threads/{second['id']}", {"resolved": True})
    path = "/api/v1/rooms/dashboard/threads"
    for resolved, wanted in (("true", [second]), ("false", [first, third])):
        items = collab.get(path, {"resolved": resolved}).json()["items"]
        assert [one["id"] for one in items] == [one["id"] for one in wanted]
    cursor = collab.get(path, {"resolved": "false", "limit": 1}).json()["nextCursor"]
    assert collab.get(path, {"resolved": "true", "cursor": cursor}).status_code == 400
    assert collab.get(path, {"limit": 0}).status_code == 400

    found = collab.get("/api/v1/users", {"search": "bob s"}).json()["items"]
    assert [one["externalId"] for one in found] == ["user-2"]
    told = "/api/v1/users/user-2/notifications"
    (item,) = collab.get(told, {"unread": "true"}).json()["items"]
    collab.post(f"/api/v1/notifications/{item['id']}/read")
    assert collab.get(told, {"unread": "true"}).json() == {"items": []}
    comments = f"/api/v1/threads/{first['id']}/comments"
    assert len(collab.get(comments, {"limit": 1}).json()["items"]) == 1
