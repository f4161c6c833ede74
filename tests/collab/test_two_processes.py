"""Two web processes and one Redis: people on different processes are in the same room."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

import pytest

from tests.collab.backend import ALICE, BOB, Backend, at_scale, web_processes
from tests.support.live import LiveServer

SILENT_SECONDS = 15.0  # people stay without heartbeats; a dead process's lease is half of it
POINTER = {"x": 1.0, "y": 2.0, "pageX": 3.0, "pageY": 4.0}


@pytest.fixture(scope="module")
def backends() -> Iterator[list[Backend]]:
    """The same deployment through its two web processes."""
    with web_processes(2, PULSE_SOCKET_SILENT_SECONDS=str(SILENT_SECONDS)) as running:
        yield running


if at_scale():

    def test_people_on_two_processes_see_and_hear_each_other_in_order(
        backends: list[Backend],
    ) -> None:
        room = f"two-{uuid.uuid4()}"
        alice, bob = backends[0].enter(room, *ALICE), backends[1].enter(room, *BOB)
        assert alice.hear("presence:join")["user"]["user"]["id"] == bob.me
        assert {one["user"]["id"] for one in bob.greeting["presence"]} == {alice.me, bob.me}

        alice.say("cursor:move", position=POINTER)
        assert bob.hear("cursor:move")["userId"] == alice.me
        wanted = str(uuid.uuid4())
        bob.say("thread:create", id=wanted, body="Hi", mentions=[])
        assert alice.hear("thread:created")["thread"]["id"] == wanted
        for backend in (*backends, *backends):
            backend.call(
                "POST",
                f"/api/v1/threads/{wanted}/comments",
                {"userId": "user-2", "body": "again"},
            )
        for socket in (alice, bob):
            numbers = [one["seq"] for one in socket.lull() if "seq" in one]
            assert numbers == sorted(numbers)
            assert len(numbers) >= 8

        bob.say("signal:offer", targetUserId=alice.me, sdp={"type": "offer", "sdp": "v=0"})
        alice.say("signal:offer", targetUserId=bob.me, sdp={"type": "offer", "sdp": "v=1"})
        here = backends[0].call("GET", f"/api/v1/rooms/{room}/presence").json()["items"]
        there = backends[1].call("GET", f"/api/v1/rooms/{room}/presence").json()["items"]
        assert here == there
        assert len(here) == 2
        bob.connection.close()
        assert alice.hear("presence:leave")["userId"] == bob.me
        alice.connection.close()

    def test_the_people_of_a_killed_process_leave_when_its_lease_ends(
        backends: list[Backend],
    ) -> None:
        room = f"dead-{uuid.uuid4()}"
        alice, bob = backends[0].enter(room, *ALICE), backends[1].enter(room, *BOB)
        assert alice.hear("presence:join")["user"]["user"]["id"] == bob.me

        other: LiveServer = backends[1].live
        other.kill("web")
        started = time.monotonic()
        assert alice.hear("presence:leave", 30) == {"type": "presence:leave", "userId": bob.me}
        assert time.monotonic() - started < 12
        alice.connection.close()
        other.start("web")
        other.ready()
