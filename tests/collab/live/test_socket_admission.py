from __future__ import annotations

import json
import socket as sockets
import time
import uuid
from contextlib import ExitStack
from typing import Any

import jwt
import pytest

from tests.collab.backend import ALICE, BOB, Backend

SNAPSHOT = {
    "type", "user", "users", "presence", "threads", "reactions", "notifications", "activityLogs",
    "config", "p2pConfig", "seq",
}  # fmt: skip
FLAGS = {
    "allowImages", "allowAudio", "allowVideo", "maxFileSizeMb", "maxAttachmentsPerComment",
    "allowReactions", "allowDrawing", "allowMentions", "showCursors", "showPresence",
    "showTypingIndicators", "allowP2P", "p2pMeshLimit", "p2pPersistIntervalMs", "p2pStateTTLDays",
    "p2pMaxStateBytes", "maxSharedObjects", "allowP2PBinary", "turnServerUrl",
}  # fmt: skip


def test_the_snapshot_has_every_member_the_client_needs_and_never_the_turn_secret(
    backend: Backend,
) -> None:
    socket = backend.enter("dashboard")

    assert set(socket.greeting) == SNAPSHOT
    assert set(socket.greeting["config"]) == FLAGS
    assert socket.me.endswith(":user-1")
    assert [one["user"]["id"] for one in socket.greeting["presence"]] == [socket.me]
    bodies = [one["comments"][0]["body"] for one in socket.greeting["threads"]]
    assert bodies[0].startswith("The sign-up numbers dropped")
    socket.connection.close()


def test_a_new_room_starts_with_empty_lists_and_is_known_from_then_on(backend: Backend) -> None:
    room = f"new/👩‍💻 café/{uuid.uuid4()}"
    socket = backend.enter(room)

    assert (socket.greeting["threads"], socket.greeting["reactions"]) == ([], [])
    assert backend.call("GET", f"/api/v1/rooms/{room}").status_code == 200
    socket.connection.close()


@pytest.mark.parametrize("wrong", ["key", "secret key", "token", "tampered", "expired", "nothing"])
def test_bad_credentials_are_answered_before_the_socket_closes(
    backend: Backend, wrong: str
) -> None:
    key, token = backend.publishable, backend.token()
    match wrong:
        case "key":
            key = "pk_" + "x" * 49
        case "secret key":
            key = backend.secret
        case "token":
            token = "junk"
        case "tampered":
            head, body, signature = token.split(".")
            token = f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
        case "expired":
            claims = jwt.decode(token, options={"verify_signature": False})
            token = jwt.encode({**claims, "exp": int(time.time()) - 60}, "guess" * 8)
        case "nothing":
            key = token = ""

    socket = backend.knock(type="auth", apiKey=key, token=token, room="dashboard")
    answer = socket.hear("auth:error")
    assert answer["message"]
    assert socket.closed() == 4401


def test_an_auth_message_without_its_members_is_answered_too(backend: Backend) -> None:
    socket = backend.knock(type="auth")

    answer = socket.hear("auth:error")
    assert (answer["code"], answer["message"]) == (
        "malformed",
        "Not an auth message: apiKey is required",
    )
    assert socket.closed() == 4401


@pytest.mark.parametrize("room", ["x" * 501, "", "a\nb"])
def test_an_id_no_room_can_have_is_named_as_the_reason(backend: Backend, room: str) -> None:
    first = {"apiKey": backend.publishable, "token": backend.token(), "room": room}
    answer = backend.knock(type="auth", **first).hear("auth:error")

    assert answer["code"] == "invalid_room"
    assert answer["message"].startswith("The room id must have 1 to 500 characters")


def test_a_first_message_of_many_kilobytes_is_refused(backend: Backend) -> None:
    socket = backend.knock(type="auth", apiKey="x" * 70_000, token="", room="r")

    assert socket.hear("auth:error")["code"] == "too_large"


def test_an_address_with_two_hundred_waiting_sockets_is_put_off_without_noise(
    backend: Backend,
) -> None:
    upgrade = (
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{backend.live.port}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with ExitStack() as waiting:
        address = ("127.0.0.1", backend.live.port)
        opened = [waiting.enter_context(sockets.create_connection(address)) for _ in range(201)]
        for one in opened:
            one.sendall(upgrade.encode())
        answers = [one.recv(1000).decode() for one in opened]

    refused = [one for one in answers if "101 Switching" not in one]
    assert refused
    assert all("503 Service" in one and "retry-after: 5" in one.lower() for one in refused)
    assert "handshake" not in backend.live.log("web")


def test_messages_before_the_snapshot_are_ignored_quietly(backend: Backend) -> None:
    socket = backend.knock(type="cursor:move", position={"x": 1, "y": 2, "pageX": 1, "pageY": 2})
    socket.connection.send("junk")
    socket.say("auth", apiKey=backend.publishable, token=backend.token(), room="dashboard")

    assert socket.hear("auth:ok")["user"]["name"] == "Alice Chen"
    socket.connection.close()


def test_a_token_for_some_rooms_opens_only_those(backend: Backend) -> None:
    others = [f"{'long/' * 30}{number}" for number in range(90)]
    token = backend.token(rooms=["reports/*", "drafts/[1]", *others])

    for room in ("reports/q3", "drafts/[1]"):
        backend.enter(room, token=token).connection.close()
    outside = backend.knock(type="auth", apiKey=backend.publishable, token=token, room="dashboard")
    assert outside.hear("auth:error")["code"] == "room_forbidden"


def test_revoked_keys_and_blocked_people_are_out_within_seconds(backend: Backend) -> None:
    minted = backend.run(
        "from pulse.keys.services import mint_key;"
        "from collab.models import Room;"
        "e = Room.unscoped.first().environment;"
        "print(mint_key(e, product='collab', prefix='pk_', name='x', scopes=['connect:rooms'])[1])"
    ).strip()
    by_key = backend.knock(type="auth", apiKey=minted, token=backend.token(), room="dashboard")
    by_key.hear("auth:ok")
    by_person = backend.enter("dashboard", "user-9", "Mallory")

    backend.run(
        "from pulse.keys.services import revoke_key; from pulse.keys.models import ApiKey;"
        "from collab.models import Participant;"
        f"revoke_key(ApiKey.unscoped.get(first12='{minted[:12]}', name='x'));"
        "Participant.unscoped.filter(external_id='user-9').update(blocked=True)"
    )
    started = time.monotonic()
    said = [socket.hear("auth:error", 8) for socket in (by_key, by_person)]
    assert [(one["code"], one["message"]) for one in said] == [
        ("invalid_key", "This key has been revoked"),
        ("invalid_token", "This user may not connect"),
    ]
    assert time.monotonic() - started < 6
    assert (by_key.closed(), by_person.closed()) == (4401, 4401)


def test_a_token_that_expires_ends_its_socket_with_a_word(backend: Backend) -> None:
    token = backend.run(
        "from datetime import UTC, datetime, timedelta; from collab.models import Room;"
        "from collab.services.tokens import LIFETIME, mint_token;"
        "e = Room.unscoped.first().environment; now = datetime.now(UTC) + timedelta(seconds=3);"
        "print(mint_token(e, external_id='user-1', name='Alice', now=now - LIFETIME)[0])"
    ).strip()
    socket = backend.enter("dashboard", token=token)

    assert socket.hear("auth:error", 8)["message"] == "Invalid or expired token"
    assert socket.closed() == 4401


def test_held_messages_follow_the_snapshot_without_gap_or_double(backend: Backend) -> None:
    room = f"race-{uuid.uuid4()}"
    writer = backend.enter(room, *BOB)
    for _ in range(4):
        for number in range(3):
            writer.say("thread:create", id=str(uuid.uuid4()), body=f"n{number}", mentions=[])
        reader = backend.enter(room, *ALICE)
        writer.rest()  # everything it said has been stored and sent on
        known = {one["id"] for one in reader.greeting["threads"]}
        said = [one["thread"]["id"] for one in reader.rest() if one["type"] == "thread:created"]
        listed = backend.call("GET", f"/api/v1/rooms/{room}/threads").json()["items"]
        assert len(said) == len(set(said))
        assert not known & set(said)
        assert known | set(said) == {one["id"] for one in listed}
        reader.connection.close()
    writer.connection.close()


def test_a_forgotten_person_is_out_within_seconds_and_the_others_see_it(backend: Backend) -> None:
    room, person = f"forget-{uuid.uuid4()}", (f"gone-{uuid.uuid4()}", "Zed Zee")
    with backend.together(ALICE, person, room=room) as (alice, zed):
        backend.thread(room, body="Ask @Zed_Zee")
        alice.rest()

        assert backend.call("DELETE", f"/api/v1/users/{person[0]}").json() == {"deleted": True}
        assert zed.hear("auth:error", 8)["message"] == "This user may not connect"
        assert zed.closed() == 4401
        told: dict[str, dict[str, Any]] = {}  # a slow erasure ends after its person was shown out
        while not {"comment:edited", "presence:leave"} <= set(told):
            message = json.loads(alice.connection.recv(10))
            told[message["type"]] = message
        comment = told["comment:edited"]["comment"]
        assert (comment["body"], comment["editedAt"]) == ("Ask someone", None)
        assert told["presence:leave"]["userId"] == zed.me


def test_a_token_for_no_room_opens_none(backend: Backend) -> None:
    token = backend.token(rooms=[])

    socket = backend.knock(type="auth", apiKey=backend.publishable, token=token, room="dashboard")
    assert socket.hear("auth:error")["code"] == "room_forbidden"
