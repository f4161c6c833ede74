from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collab.models import Comment, Thread
from collab.services import comments, people, threads
from collab.services.comments import Said
from pulse.tenancy.models import Environment

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
PEOPLE = {"ada": "Ada", "bob-1": "Bob", "bob-2": "Bob"}


@pytest.fixture
def thread(environment: Environment) -> Thread:
    """Ada's, in an environment with two people of one name."""
    for external_id, name in PEOPLE.items():
        people.keep_person(environment, external_id=external_id, name=name, now=NOW)
    said = Said("Hello")
    return threads.create_thread(
        environment, room_name="r", user_id="ada", said=said, position=None, now=NOW
    )[0]


def say(thread: Thread, user_id: str, body: str, *mentions: str) -> Comment:
    return comments.create_comment(
        thread.environment,
        thread_id=thread.public_id,
        user_id=user_id,
        said=Said(body, mentions, by_name=True),
        now=NOW,
    )


def test_of_two_people_of_one_name_the_one_in_the_thread_is_meant(thread: Thread) -> None:
    say(thread, "bob-2", "Here")

    assert say(thread, "ada", "Well, @Bob?", "Bob").mentions == ["bob-2"]


def test_where_both_are_in_the_thread_or_neither_is_nobody_is_meant(thread: Thread) -> None:
    assert say(thread, "ada", "Well, @Bob?", "Bob").mentions == []
    say(thread, "bob-1", "Here")
    say(thread, "bob-2", "Here too")

    assert say(thread, "ada", "Well, @Bob?", "Bob").mentions == []
