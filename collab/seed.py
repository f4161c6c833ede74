"""Sample data: two people, and a room where they talk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from collab.models import EnvironmentConfig
from collab.services import comments, people, reactions, threads
from collab.services.comments import Said
from pulse.tenancy.models import Environment


def seed(environment: Environment) -> None:
    """user-1 and user-2, and the room ``dashboard`` with two threads."""
    start = datetime.now(UTC) - timedelta(hours=3)
    for external_id, name in (("user-1", "Alice Chen"), ("user-2", "Bob Smith")):
        people.keep_person(environment, external_id=external_id, name=name, now=start)
    EnvironmentConfig.objects.create(environment=environment, allow_p2p=True)
    thread, first = threads.create_thread(
        environment,
        room_name="dashboard",
        user_id="user-1",
        said=Said("The sign-up numbers dropped on Tuesday. Is the tracking broken?"),
        position={"x": 0.32, "y": 0.21},
        now=start,
    )
    comments.create_comment(
        environment,
        thread_id=thread.public_id,
        user_id="user-2",
        said=Said("Looks like a real dip, @Alice_Chen: checkout was slow.", ("user-1",)),
        now=start + timedelta(minutes=12),
    )
    reactions.add_reaction(
        environment,
        target_id=first.public_id,
        target_type="comment",
        user_id="user-2",
        emoji="👀",
        now=start + timedelta(minutes=14),
    )
    threads.create_thread(
        environment,
        room_name="dashboard",
        user_id="user-2",
        said=Said("Shall we show weekly numbers here instead?"),
        position={"x": 0.7, "y": 0.55},
        now=start + timedelta(hours=1),
    )
