from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from tests.collab.backend import ALICE, BOB, SILENT_SECONDS, SWEEP_SECONDS, Backend


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


def goes_silent(backend: Backend, grace_seconds: float) -> None:
    """Bob says much but sends no heartbeat; then one."""
    with backend.together(ALICE, BOB) as (alice, bob):
        started = time.monotonic()
        left: list[dict[str, Any]] = []
        while not left and time.monotonic() - started < grace_seconds * 2:
            alice.say("presence:update", status="online")
            bob.say("selection:update", selection=None)  # busy, but no heartbeat
            left = [one for one in alice.lull(0.3) if one["type"] == "presence:leave"]
        took = time.monotonic() - started
        assert left == [{"type": "presence:leave", "userId": bob.me}]
        assert grace_seconds - 1 < took < grace_seconds + SWEEP_SECONDS + 1.5
        line = alice.hear("activity:logged", 15.0)["activityLog"]
        assert (line["userId"], line["description"]) == (bob.me, "left the room")

        bob.say("presence:update", status="online")
        assert alice.hear("presence:join")["user"]["user"]["id"] == bob.me


def test_a_silent_person_is_gone_after_the_grace_and_back_with_the_next_heartbeat(
    impatient: Backend,
) -> None:
    goes_silent(impatient, SILENT_SECONDS)


@pytest.mark.soak
@pytest.mark.long
def test_the_grace_is_a_minute_where_nothing_else_is_set(backend: Backend) -> None:
    goes_silent(backend, 66.0)


def test_a_socket_that_does_not_say_who_it_is_in_time_is_told_and_closed(
    impatient: Backend,
) -> None:
    started = time.monotonic()
    socket = impatient.knock()

    assert socket.hear("auth:error")["message"] == "Authentication timed out"
    assert socket.closed() == 4401
    assert 0.9 < time.monotonic() - started < 4
