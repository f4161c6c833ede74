from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.collab.backend import ALICE, BOB, Backend, Socket

POINTER = {"x": 1.5, "y": 2.0, "pageX": 3.0, "pageY": 4.0}
VIEWPORT = {
    "scrollX": 0.0, "scrollY": 120.0, "viewportWidth": 1280.0, "viewportHeight": 800.0,
    "pageWidth": 1280.0, "pageHeight": 3000.0,
}  # fmt: skip
SELECTION = {"startSelector": "#a", "startOffset": 0, "endSelector": "#b", "endOffset": 5}
STROKE = {"points": [{"x": 1.0, "y": 2.0}], "color": "#ff0000", "width": 3.0}
THREAD = "0c9d1f4e-6a3b-4f57-9d2e-8b7a6c5d4e3f"  # the same in every process: it names test cases


def start(socket: Socket, body: str = "Hello", **members: Any) -> dict[str, Any]:
    wanted = str(uuid.uuid4())
    socket.say("thread:create", id=wanted, body=body, mentions=[], position=None, **members)
    thread = socket.hear("thread:created")["thread"]
    assert thread["id"] == wanted
    return thread


@pytest.mark.parametrize(
    ("kind", "sent", "heard", "got"),
    [
        ("cursor:move", {"position": POINTER}, "cursor:move", {"position": POINTER}),
        ("click:perform", {"position": POINTER}, "click:perform", {"position": POINTER}),
        ("viewport:update", VIEWPORT, "viewport:update", VIEWPORT),
        (
            "selection:update",
            {"selection": SELECTION},
            "selection:update",
            {"selection": SELECTION},
        ),
        ("selection:update", {"selection": None}, "selection:update", {"selection": None}),
        ("draw:stroke", STROKE, "draw:stroke", STROKE),
        ("draw:clear", {}, "draw:clear", {}),
        ("p2p:sync", {"update": "AAA="}, "p2p:sync", {"update": "AAA="}),
    ],
)
def test_what_is_relayed_reaches_the_others_and_never_comes_back(
    backend: Backend, kind: str, sent: dict[str, Any], heard: str, got: dict[str, Any]
) -> None:
    with backend.together(ALICE, BOB) as (alice, bob):
        alice.say(kind, **sent)

        name = "fromUserId" if kind == "p2p:sync" else "userId"
        assert bob.hear(heard) == {"type": heard, name: alice.me, **got}
        assert alice.kinds() == []


def test_typing_is_shown_to_the_others_of_the_threads_room(backend: Backend) -> None:
    with backend.together(ALICE, BOB) as (alice, bob):
        thread = start(alice)["id"]
        for socket in (alice, bob):
            socket.rest()
        alice.say("typing:start", threadId=thread)

        said = {"type": "typing:indicator", "userId": alice.me, "threadId": thread}
        assert bob.hear("typing:indicator") == said
        assert alice.kinds() == []
        for other in (THREAD, backend.thread("elsewhere")["id"]):
            alice.say("typing:start", threadId=other)
            assert alice.hear("error")["code"] == "thread_not_found"
        assert bob.kinds() == []


def test_a_thread_comes_to_everyone_once_with_the_ids_and_the_position_of_its_maker(
    backend: Backend,
) -> None:
    position = {"x": 0.1, "y": 1.7, "scrollX": 0, "scrollY": 3, "path": '{"v":2}', "selector": "#a"}
    with backend.together(ALICE, BOB) as (alice, bob):
        wanted = str(uuid.uuid4())
        alice.say("thread:create", id=wanted, body="Hi", mentions=[], position=position)

        mine, theirs = alice.rest(), bob.rest()
        assert [one["type"] for one in mine] == ["thread:created", "activity:logged"]
        assert mine == theirs
        assert mine[0]["author"] == alice.greeting["user"]
        thread = mine[0]["thread"]
        assert (thread["id"], thread["position"]) == (wanted, position)
        assert [(one["userId"], one["body"]) for one in thread["comments"]] == [(alice.me, "Hi")]
        assert mine[1]["seq"] == mine[0]["seq"] + 1


def test_replies_reactions_edits_and_deletions_reach_the_sender_exactly_once(
    backend: Backend,
) -> None:
    with backend.together(ALICE, BOB) as (alice, bob):
        thread = start(alice)
        first = thread["comments"][0]["id"]
        bob.rest()
        reply = str(uuid.uuid4())
        bob.say("comment:create", threadId=thread["id"], id=reply, body="Yes", mentions=[])
        assert bob.kinds() == ["comment:created"]
        assert alice.kinds() == ["comment:created", "notification"]

        bob.say("reaction:add", targetId=first, targetType="comment", emoji="🎉")
        bob.say("reaction:add", targetId=first, targetType="comment", emoji="🎉")
        reaction = bob.hear("reaction:added")["reaction"]
        assert bob.kinds() == []
        assert alice.kinds() == ["reaction:added", "notification"]
        bob.say("reaction:remove", reactionId=reaction["id"])
        assert bob.hear("reaction:removed") | {"seq": 0} == {
            "type": "reaction:removed", "targetId": first, "reactionId": reaction["id"], "seq": 0,
        }  # fmt: skip

        bob.say("comment:edit", commentId=reply, body="No", mentions=[])
        edited = bob.hear("comment:edited")["comment"]
        assert (edited["id"], edited["body"], edited["attachments"]) == (reply, "No", [])
        assert edited["editedAt"]
        bob.say("thread:resolve", threadId=thread["id"], resolved=True)
        assert bob.hear("thread:resolved")["resolved"] is True
        alice.say("thread:move", threadId=thread["id"], position={"x": 0.5, "y": 0.5})
        assert bob.hear("thread:moved")["position"] == {"x": 0.5, "y": 0.5}
        bob.say("comment:delete", commentId=reply)
        assert bob.hear("comment:deleted")["commentId"] == reply
        alice.say("comment:delete", commentId=first)
        assert bob.hear("thread:deleted")["threadId"] == thread["id"]


def test_a_change_by_rest_reaches_every_socket_of_the_room(backend: Backend) -> None:
    with backend.together(ALICE, BOB, room="by-rest") as (alice, bob):
        thread = backend.thread("by-rest", body="Deploy failed")
        path = f"/api/v1/threads/{thread['id']}"
        backend.call("POST", f"{path}/comments", {"userId": "user-2", "body": "Again"})
        backend.call("PATCH", path, {"resolved": True})
        backend.call("DELETE", path)

        said = ["thread:created", "comment:created", "thread:resolved", "thread:deleted"]
        for socket in (alice, bob):
            assert [one for one in socket.kinds() if one != "notification"] == said


@pytest.mark.parametrize("act", ["edit", "delete", "move", "unreact"])
def test_what_belongs_to_another_person_stays_as_it_is(backend: Backend, act: str) -> None:
    with backend.together(ALICE, BOB) as (alice, bob):
        thread = start(alice)
        comment = thread["comments"][0]["id"]
        alice.say("reaction:add", targetId=comment, targetType="comment", emoji="👍")
        reaction = alice.hear("reaction:added")["reaction"]["id"]
        bob.rest()
        match act:
            case "edit":
                bob.say("comment:edit", commentId=comment, body="x", mentions=[])
            case "delete":
                bob.say("comment:delete", commentId=comment)
            case "move":
                bob.say("thread:move", threadId=thread["id"], position={"x": 0, "y": 0})
            case "unreact":
                bob.say("reaction:remove", reactionId=reaction)

        assert bob.hear("error")["code"] == "not_yours"
        assert alice.kinds() == []


def test_ids_of_another_room_do_not_exist_here(backend: Backend) -> None:
    elsewhere = backend.thread("elsewhere")
    comment = elsewhere["comments"][0]["id"]
    reactions = f"/api/v1/comments/{comment}/reactions"
    reacted = backend.call("POST", reactions, {"userId": ALICE[0], "emoji": "👍"}).json()
    with backend.together(ALICE) as (alice,):
        for kind, members, code in (
            ("thread:resolve", {"threadId": elsewhere["id"], "resolved": True}, "thread_not_found"),
            (
                "comment:edit",
                {"commentId": comment, "body": "x", "mentions": []},
                "comment_not_found",
            ),
            ("comment:delete", {"commentId": comment}, "comment_not_found"),
            (
                "comment:create",
                {"threadId": elsewhere["id"], "id": str(uuid.uuid4()), "body": "x", "mentions": []},
                "thread_not_found",
            ),
            (
                "reaction:add",
                {"targetId": comment, "targetType": "comment", "emoji": "👍"},
                "comment_not_found",
            ),
            (
                "reaction:remove",
                {"reactionId": reacted["reaction"]["id"]},
                "reaction_not_found",
            ),
        ):
            alice.say(kind, **members)
            assert alice.hear("error")["code"] == code
    row = backend.call("GET", f"/api/v1/threads/{elsewhere['id']}").json()
    assert (row["thread"]["resolved"], len(row["comments"])) == (False, 1)


@pytest.mark.parametrize(
    "wanted",
    [
        '"><img src=x onerror=alert(1)>',
        THREAD.upper(),
        THREAD.replace("-", ""),
        str(uuid.UUID(int=0)),
    ],
)
def test_an_id_is_kept_as_it_is_and_used_once_or_it_is_refused(
    backend: Backend, wanted: str
) -> None:
    with backend.together(ALICE) as (alice,):
        thread = start(alice)
        alice.say("thread:create", id=thread["id"], body="again", mentions=[])
        assert alice.hear("error")["code"] == "id_taken"
        alice.say("thread:create", id=wanted, body="x", mentions=[])
        assert alice.hear("error")["message"] == "Not a message: id is not valid"
        alice.say("comment:create", threadId=thread["id"], id=wanted, body="x", mentions=[])
        assert alice.hear("error")["message"] == "Not a message: id is not valid"


def test_mentions_are_resolved_from_names_even_those_the_client_cuts_short(
    backend: Backend,
) -> None:
    backend.token("user-20", "Anne")
    backend.token("user-21", "Anne-Marie Curie")
    backend.token("user-22", "José Ruiz")
    with backend.together(ALICE, BOB) as (alice, bob):
        env = alice.me.partition(":")[0]
        alice.say(
            "thread:create",
            id=str(uuid.uuid4()),
            body="@Anne-Marie_Curie and @José_Ruiz, ask @Bob_Smith!",
            mentions=["Anne", "Jos", "Bob_Smith"],
        )
        comment = alice.hear("thread:created")["thread"]["comments"][0]

        expected = [f"{env}:user-21", f"{env}:user-22", f"{env}:user-2"]
        assert comment["mentions"] == expected
        assert bob.hear("notification")["notification"]["type"] == "comment:mention"


def test_an_address_names_nobody_and_a_mention_beside_one_does(backend: Backend) -> None:
    people = [(f"mail{number}", f"Mail{number}") for number in (1, 2)]
    for one in people:
        backend.token(*one)
    with backend.together(ALICE) as (alice,):
        for body, named in (
            ("write to ops@Mail1 or a+b@mail2.example", []),
            ("ops@Mail1, I mean @Mail1", ["mail1"]),
            ("请@Mail2 看", ["mail2"]),
        ):
            tokens = re.findall(r"@(\w+)", body)  # as the published client makes them
            alice.say("thread:create", id=str(uuid.uuid4()), body=body, mentions=tokens)
            comment = alice.hear("thread:created")["thread"]["comments"][0]
            assert [one.partition(":")[2] for one in comment["mentions"]] == named


def test_notifications_reach_every_socket_of_the_person_in_any_room_and_stay_read(
    backend: Backend,
) -> None:
    person = (f"u-{uuid.uuid4()}", "Nora Notified")
    with backend.together(person, BOB) as (nora, bob):
        elsewhere = backend.enter("another-room", *person)
        elsewhere.rest()
        thread = start(nora)
        bob.say(
            "comment:create", threadId=thread["id"], id=str(uuid.uuid4()), body="Hi", mentions=[]
        )
        here = nora.hear("notification")["notification"]
        assert elsewhere.hear("notification")["notification"] == here
        assert (here["type"], here["actorId"], here["read"]) == ("comment:reply", bob.me, False)

        nora.say("notification:read", notificationId=here["id"])
        nora.rest()
        again = backend.enter("another-room", *person)
        assert [one["read"] for one in again.greeting["notifications"]] == [True]
        elsewhere.connection.close()
        again.connection.close()


def test_the_body_on_the_socket_cannot_open_a_tag_and_is_stored_as_written(
    backend: Backend,
) -> None:
    body = '<img src=x onerror="alert(1)"> a < b </b> <!-- x'
    with backend.together(ALICE) as (alice,):
        comment = start(alice, body)["comments"][0]
        assert (
            comment["body"] == '<\u200bimg src=x onerror="alert(1)"> a < b <\u200b/b> <\u200b!-- x'
        )

        alice.say("comment:edit", commentId=comment["id"], body=comment["body"], mentions=[])
        alice.hear("comment:edited")
        thread_id = comment["threadId"]
        stored = backend.call("GET", f"/api/v1/threads/{thread_id}").json()["comments"][0]["body"]
        assert stored == body


@pytest.mark.parametrize(
    "text",
    [
        "junk",
        "[1]",
        '"x"',
        '{"type":"nope"}',
        '{"type":5}',
        '{"type":"cursor:move","position":{"x":1e400,"y":0,"pageX":0,"pageY":0}}',
        '{"type":"cursor:move","position":{"x":NaN,"y":0}}',
        '{"type":"cursor:move","position":null}',
        '{"type":"comment:delete","commentId":"../../x"}',
        '{"type":"draw:stroke","points":[],"color":"red","width":1}',
        '{"type":"draw:stroke","points":[{"x":1,"y":1}],"color":"\\"><script>","width":1}',
        '{"type":"thread:create","id":"' + THREAD + '","body":"x","position":{"x":"1"}}',
        '{"type":"thread:create","id":"' + THREAD + '","body":"\\ud800"}',
        '{"type":"thread:create","id":"' + THREAD + '","body":"a\\u0000b"}',
        '{"type":"thread:create","id":"'
        + THREAD
        + '","body":"x","position":{"x":1,"y":1,"path":7}}',
        '{"type":"thread:create","id":"'
        + THREAD
        + '","body":"x","position":{"x":1'
        + "0" * 400
        + ',"y":1}}',
        '{"type":"thread:move","threadId":"' + THREAD + '","position":null}',
        "[" * 20_000,
        '{"type":"comment:edit","commentId":"' + THREAD + '","body":"' + "x" * 70_000 + '"}',
    ],
)
def test_junk_is_answered_with_an_error_and_the_socket_lives_on(
    backend: Backend, text: str
) -> None:
    with backend.together(ALICE, BOB) as (alice, bob):
        alice.connection.send(text)
        assert alice.hear("error")["code"] not in ("server_error", "unavailable")

        alice.say("cursor:move", position=POINTER)
        assert bob.kinds() == ["cursor:move"]


@pytest.mark.parametrize("body", ["\\u0000 👍", "\\", "  two spaces before\n"])
def test_a_body_is_kept_as_it_is_written(backend: Backend, body: str) -> None:
    with backend.together(ALICE) as (alice,):
        assert start(alice, body)["comments"][0]["body"] == body


def test_a_flood_loses_cursors_but_is_told_about_what_was_not_stored(backend: Backend) -> None:
    with backend.together(ALICE, BOB) as (alice, bob):
        for _ in range(400):
            alice.say("cursor:move", position=POINTER)
        alice.say("comment:delete", commentId=THREAD)
        assert alice.hear("error", 10)["code"] in {"rate_limited", "comment_not_found"}
        heard = [one for one in bob.lull() if one["type"] == "cursor:move"]
        assert 1 <= len(heard) < 400


def test_signals_reach_the_newest_socket_of_their_target_only(backend: Backend) -> None:
    with backend.together(ALICE, BOB, BOB) as (alice, older, newer):
        sdp = {"type": "offer", "sdp": "v=0"}
        alice.say("signal:offer", targetUserId=older.me, sdp=sdp)
        assert newer.hear("signal:offer") == {
            "type": "signal:offer", "fromUserId": alice.me, "sdp": sdp,
        }  # fmt: skip
        newer.say("signal:ice", targetUserId=alice.me, candidate={"candidate": "c", "sdpMid": "0"})
        assert alice.hear("signal:ice")["candidate"] == {"candidate": "c", "sdpMid": "0"}
        assert older.kinds() == []
        alice.say("signal:answer", targetUserId="nobody", sdp={"type": "answer", "sdp": ""})
        assert alice.hear("error")["code"] == "user_not_found"
