"""The flags that the published client does not check itself hold on the server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.collab.backend import ALICE, BOB, Backend, Socket
from tests.collab.live.test_socket_messages import POINTER
from tests.collab.live.test_uploads import picture, send

OFF = (
    "show_cursors", "allow_drawing", "show_typing_indicators", "allow_reactions", "allow_mentions",
    "allow_images", "allow_p2p",
)  # fmt: skip


@pytest.fixture(scope="module")
def restricted(backend: Backend) -> Iterator[Backend]:
    """The deployment with everything switched off that can be."""
    change = "from collab.models import EnvironmentConfig as C; C.unscoped.update(**dict.fromkeys({}, {}))"
    backend.run(change.format(OFF, False))
    yield backend
    backend.run(change.format(OFF, True))


@pytest.fixture(scope="module")
def pair(restricted: Backend) -> Iterator[list[Socket]]:
    with restricted.together(ALICE, BOB) as sockets:
        yield sockets


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("cursor:move", {"position": POINTER}),
        ("click:perform", {"position": POINTER}),
        ("typing:start", {"threadId": str(uuid.uuid4())}),
        ("draw:stroke", {"points": [{"x": 1, "y": 2}], "color": "#ff0000", "width": 2}),
        ("draw:clear", {}),
        ("p2p:sync", {"update": "AAA="}),
    ],
)
def test_what_is_switched_off_is_not_passed_on(
    pair: list[Socket], kind: str, members: dict[str, object]
) -> None:
    alice, bob = pair
    alice.say(kind, **members)
    alice.rest()
    assert bob.kinds() == []


def test_reactions_mentions_and_images_are_refused_or_ignored(
    restricted: Backend, pair: list[Socket]
) -> None:
    alice, bob = pair
    thread = str(uuid.uuid4())
    alice.say("thread:create", id=thread, body="@Bob_Smith?", mentions=["Bob_Smith"])
    made = alice.hear("thread:created")["thread"]
    assert made["comments"][0]["mentions"] == []
    assert bob.kinds() == ["thread:created"]

    comment = made["comments"][0]["id"]
    bob.say("reaction:add", targetId=comment, targetType="comment", emoji="👍")
    assert bob.hear("error")["code"] == "feature_off"
    refused = send(restricted, picture())
    assert (refused.status_code, set(refused.json())) == (403, {"error"})
    reaction = {"userId": "user-2", "emoji": "👍"}
    path = f"/api/v1/comments/{comment}/reactions"
    assert restricted.call("POST", path, reaction).status_code == 403


def test_the_snapshot_says_so(restricted: Backend) -> None:
    socket = restricted.enter("dashboard")
    config = socket.greeting["config"]
    assert [config[one] for one in ("showCursors", "allowDrawing", "allowReactions")] == [False] * 3
    assert socket.greeting["p2pConfig"] is None
    socket.connection.close()
