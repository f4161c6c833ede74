"""Who is told of what, and who marks it as read."""

from __future__ import annotations

import pytest

from collab.errors import NotificationNotFound
from collab.models import Notification, Participant
from collab.services import notifications
from tests.collab.rest import start
from tests.support.api import Api


def test_authors_hear_of_replies_and_the_mentioned_of_mentions_but_nobody_of_themselves(
    collab: Api,
) -> None:
    thread = start(collab)
    collab.post("/auth/token", {"userId": "user-3", "name": "Cleo"})
    collab.post(
        f"/api/v1/threads/{thread['id']}/comments",
        {"userId": "user-2", "body": "@Cleo?", "mentions": ["user-3", "user-2"]},
    )
    collab.post(
        f"/api/v1/threads/{thread['id']}/comments",
        {"userId": "user-3", "body": "@Alice", "mentions": ["user-1"]},
    )

    told = Notification.unscoped.values_list("user__external_id", "type").order_by("pk")
    assert list(told) == [
        ("user-3", "comment:mention"),
        ("user-1", "comment:reply"),
        ("user-1", "comment:mention"),  # and of nothing twice
        ("user-2", "comment:reply"),
    ]
    listed = collab.get("/api/v1/users/user-3/notifications").json()["items"]
    assert [(one["type"], one["actorId"], one["read"]) for one in listed] == [
        ("comment:mention", "user-2", False)
    ]
    read = collab.post(f"/api/v1/notifications/{listed[0]['id']}/read").json()
    assert read["notification"]["read"] is True
    assert collab.post("/api/v1/users/user-1/notifications/read-all").json() == {"read": 2}


def test_a_person_marks_nothing_of_somebody_elses_as_read(collab: Api) -> None:
    thread = start(collab)
    collab.post(f"/api/v1/threads/{thread['id']}/comments", {"userId": "user-2", "body": "x"})
    mine = Notification.unscoped.get()
    stranger = Participant.unscoped.get(external_id="user-2")

    with pytest.raises(NotificationNotFound):
        notifications.mark_read(mine.environment, notification_id=mine.public_id, person=stranger)

    assert not Notification.unscoped.get().read


def test_a_thread_resolved_by_a_secret_key_is_told_to_every_author_as_nobodys_doing(
    collab: Api,
) -> None:
    thread = start(collab)
    path = f"/api/v1/threads/{thread['id']}"
    collab.post(f"{path}/comments", {"userId": "user-2", "body": "Yes"})
    Notification.unscoped.all().delete()

    collab.patch(path, {"resolved": True})

    told = Notification.unscoped.values_list("user__external_id", "type").order_by("user")
    assert list(told) == [("user-1", "thread:resolved"), ("user-2", "thread:resolved")]
    items = collab.get("/api/v1/users/user-1/notifications").json()["items"]
    assert [one["actorId"] for one in items] == [None]


def test_a_repeated_call_that_marks_everything_read_gets_the_first_answer(collab: Api) -> None:
    thread = start(collab, mentions=["user-2"])
    path, header = "/api/v1/users/user-2/notifications/read-all", {"Idempotency-Key": "read"}

    assert collab.post(path, headers=header).json() == {"read": 1}
    collab.post(
        f"/api/v1/threads/{thread['id']}/comments",
        {"userId": "user-1", "body": "@Bob", "mentions": ["user-2"]},
    )
    assert collab.post(path, headers=header).json() == {"read": 1}
    assert Notification.unscoped.filter(read=False).count() == 1
