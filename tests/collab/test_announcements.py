from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from collab.models import (
    Activity,
    EnvironmentConfig,
    Notification,
    Participant,
    SharedState,
)
from collab.services import comments, people, retention, rooms, threads
from collab.services.comments import Said
from pulse.errors import InvalidInput
from pulse.tenancy.models import Environment
from tests.support.announcements import published
from tests.support.api import Api
from tests.support.tenancy import make_environment

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)


@pytest.fixture
def collab(api: Callable[..., Api]) -> Api:
    client = api("collab")
    for user, name in (("user-1", "Alice Chen"), ("user-2", "Bob Smith")):
        client.post("/auth/token", {"userId": user, "name": name})
    return client


def test_every_change_is_announced_once_with_the_resource_as_rest_shows_it(collab: Api) -> None:
    with published("thread.created") as said:
        made = collab.post(
            "/api/v1/rooms/dashboard/threads", {"userId": "user-1", "body": "Hello"}
        ).json()["thread"]
    assert said[0]["data"]["thread"] == made
    comments_path = f"/api/v1/threads/{made['id']}/comments"

    with published("comment.created") as said:
        comment = collab.post(comments_path, {"userId": "user-2", "body": "Hi"}).json()["comment"]
    assert said[0]["data"] == {"comment": comment, "roomId": "dashboard"}

    with published("comment.edited") as said:
        collab.patch(f"/api/v1/comments/{comment['id']}", {"body": "Hey"})
    assert said[0]["previous"] == {"body": "Hi"}

    reactions = f"/api/v1/comments/{comment['id']}/reactions"
    with published("reaction.added"):
        for _ in range(2):
            made_reaction = collab.post(reactions, {"userId": "user-1", "emoji": "👍"}).json()
    with published("reaction.removed"):
        collab.delete(f"/api/v1/reactions/{made_reaction['reaction']['id']}")

    path = f"/api/v1/threads/{made['id']}"
    with published("thread.resolved", "thread.reopened") as said:
        for resolved in (True, True, False):
            collab.patch(path, {"resolved": resolved})
    assert [one["previous"] for one in said] == [{"resolved": False}, {"resolved": True}]
    with published("comment.deleted"):
        collab.delete(f"/api/v1/comments/{comment['id']}")
    with published("comment.deleted", "thread.deleted"):
        collab.delete(f"/api/v1/comments/{made['comments'][0]['id']}")

    path = "/api/v1/rooms/dashboard/threads"
    other = collab.post(path, {"userId": "user-1", "body": "Bye"}).json()["thread"]
    row = collab.get(path).json()["items"][0]
    with published("thread.deleted") as said:
        collab.delete(f"/api/v1/threads/{other['id']}")
    assert said[0]["data"] == {"thread": row}


def test_a_refused_change_is_not_announced(collab: Api) -> None:
    with published():
        collab.post("/api/v1/rooms/dashboard/threads", {"userId": "nobody", "body": "x"})
        collab.post("/api/v1/rooms/dashboard/threads", {"userId": "user-1", "body": ""})


def test_a_body_beyond_the_limit_changes_nothing(environment: Environment) -> None:
    people.keep_person(environment, external_id="u", name="U", now=NOW)
    with published(), pytest.raises(InvalidInput):
        threads.create_thread(
            environment, room_name="r", user_id="u", said=Said("x" * 10_001), position=None, now=NOW
        )


def test_what_has_an_end_goes_and_the_rest_stays(environment: Environment) -> None:
    for user in ("a", "b"):
        people.keep_person(environment, external_id=user, name=user.upper(), now=NOW)
    thread, _ = threads.create_thread(
        environment, room_name="r", user_id="a", said=Said("x"), position=None, now=NOW
    )
    comments.create_comment(
        environment, thread_id=thread.public_id, user_id="b", said=Said("y"), now=NOW
    )
    room = rooms.ensure_room(environment, name="r", now=NOW)
    SharedState.objects.create(environment=environment, room=room, state=b"\0\0", updated_at=NOW)
    later = NOW.replace(month=9)

    slow = make_environment(environment.organization, name="slow")
    EnvironmentConfig.objects.create(environment=slow, p2p_state_ttl_days=365)
    kept = rooms.ensure_room(slow, name="r", now=NOW)
    SharedState.objects.create(environment=slow, room=kept, state=b"\0\0", updated_at=NOW)

    retention.delete_expired(now=NOW)
    assert (Activity.unscoped.count(), SharedState.unscoped.count()) == (2, 2)
    retention.delete_expired(now=later)
    assert Activity.unscoped.count() == 0
    assert SharedState.unscoped.get().environment == slow
    assert Notification.unscoped.count() == 1  # unread ones wait
    assert Participant.unscoped.count() == 2
