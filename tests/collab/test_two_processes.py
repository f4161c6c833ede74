"""Two web processes and one Redis: people on different processes are in the same room."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.collab.backend import ALICE, BOB, Backend
from tests.support import live, servers
from tests.support.live import LiveServer

POINTER = {"x": 1.0, "y": 2.0, "pageX": 3.0, "pageY": 4.0}


@pytest.fixture(scope="module")
def backends() -> Iterator[tuple[Backend, Backend]]:
    """The same deployment through its two web processes."""
    with live.running() as first:
        port = servers.free_port()
        second = replace(
            first,
            port=port,
            environment={**first.environment, "PULSE_PORT": str(port)},
            processes={},
        )
        try:
            second.start("web")
            second.ready()
            yield Backend(first), Backend(second)
        finally:
            second.stop()


if os.environ.get("PULSE_DATABASE_URL"):

    def test_people_on_two_processes_see_and_hear_each_other_in_order(
        backends: tuple[Backend, Backend],
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

    def test_the_people_of_a_killed_process_leave_within_half_a_minute(
        backends: tuple[Backend, Backend],
    ) -> None:
        room = f"dead-{uuid.uuid4()}"
        alice, bob = backends[0].enter(room, *ALICE), backends[1].enter(room, *BOB)
        assert alice.hear("presence:join")["user"]["user"]["id"] == bob.me

        other: LiveServer = backends[1].live
        other.kill("web")
        started = time.monotonic()
        while time.monotonic() - started < 45:
            alice.say("presence:update", status="online")
            left = [one for one in alice.lull(1.0) if one["type"] == "presence:leave"]
            if left:
                break
        assert left == [{"type": "presence:leave", "userId": bob.me}]
        assert time.monotonic() - started < 35
        alice.connection.close()
        other.start("web")
        other.ready()
