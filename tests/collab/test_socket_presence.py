from __future__ import annotations

import time
import uuid

import pytest

from tests.collab.backend import ALICE, BOB, Backend


def test_a_person_joins_with_the_first_tab_and_leaves_with_the_last(backend: Backend) -> None:
    room = f"tabs-{uuid.uuid4()}"
    alice = backend.enter(room, *ALICE)
    first = backend.enter(room, *BOB)
    joined = alice.hear("presence:join")["user"]
    assert (joined["user"]["name"], joined["status"]) == ("Bob Smith", "online")
    second = backend.enter(room, *BOB)
    alice.rest()

    first.connection.close()
    assert alice.kinds() == []
    second.connection.close()
    assert alice.hear("presence:leave") == {"type": "presence:leave", "userId": first.me}
    alice.connection.close()


def test_status_changes_are_told_once(backend: Backend) -> None:
    with backend.together(ALICE, BOB) as (alice, bob):
        for status in ("online", "idle", "idle", "online"):
            bob.say("presence:update", status=status)
        bob.rest()
        said = [one for one in alice.rest() if one["type"] == "presence:update"]
        assert [(one["userId"], one["status"]) for one in said] == [
            (bob.me, "idle"),
            (bob.me, "online"),
        ]


def test_presence_over_rest_shows_who_is_here_and_on_what(backend: Backend) -> None:
    room = f"here-{uuid.uuid4()}"
    with backend.together(ALICE, room=room) as (alice,):
        items = backend.call("GET", f"/api/v1/rooms/{room}/presence").json()["items"]
        assert [(one["user"]["id"], one["status"], one["deviceType"]) for one in items] == [
            (alice.me, "online", "desktop")
        ]
        assert set(items[0]["user"]) == {"id", "name", "avatar", "color"}


@pytest.mark.soak
def test_a_silent_person_is_gone_after_a_minute_and_back_with_the_next_heartbeat(
    backend: Backend,
) -> None:
    with backend.together(ALICE, BOB) as (alice, bob):
        started = time.monotonic()
        last = bob.connection
        while time.monotonic() - started < 100:
            alice.say("presence:update", status="online")
            last.send('{"type":"selection:update","selection":null}')  # busy, but no heartbeat
            left = [one for one in alice.lull(1.0) if one["type"] == "presence:leave"]
            if left:
                break
        assert left == [{"type": "presence:leave", "userId": bob.me}]
        assert 60 < time.monotonic() - started < 76

        bob.say("presence:update", status="online")
        assert alice.hear("presence:join")["user"]["user"]["id"] == bob.me
