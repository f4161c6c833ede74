from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulse.audit.models import Entry
from pulse.webhooks.models import Event
from screening.models import Screening
from screening.services import attempts
from tests.screening.factories import answer, make_screening, make_template

pytestmark = pytest.mark.django_db
ESSAY = {"type": "long_text", "prompt": "Write", "skill": "Text", "points": 10}


@pytest.fixture
def client(api):
    return api("screening")


def started(environment, *, minutes_ago: int = 5) -> Screening:
    """An attempt of ten minutes with two essays, both answered at once."""
    then = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    template = make_template(environment, questions=[ESSAY, ESSAY], duration_minutes=10)
    screening = attempts.start(make_screening(environment, template=template, now=then), now=then)
    for question_id in ("q1", "q2"):
        answer(screening, question_id, "A text", now=then)
    return screening


def review(client, screening, question_id: str, points: int) -> tuple:
    path = f"/v1/screenings/{screening.public_id}/answers/{question_id}/review"
    data = client.post(path, {"points": points}).json()["data"]
    return data["scoring_status"], data["score"]


def test_the_last_review_releases_the_score(client, environment):
    screening = started(environment)
    attempts.submit(screening, now=datetime.now(UTC))
    assert review(client, screening, "q1", 10) == ("pending_review", None)
    assert review(client, screening, "q2", 5) == ("scored", 75)

    reviews = Entry.objects.within(environment).filter(action="screening.review").order_by("pk")
    assert [(one.object_ref, one.fields) for one in reviews] == [
        (screening.public_id, ["q1"]),
        (screening.public_id, ["q2"]),
    ]
    assert {one.actor.partition(":")[0] for one in reviews} == {"key"}


def test_a_score_that_was_announced_is_changed_and_never_taken_back(client, environment):
    screening = started(environment)
    attempts.submit(screening, now=datetime.now(UTC))
    client.post(f"/v1/screenings/{screening.public_id}/finalize")
    assert review(client, screening, "q1", 10) == ("scored", 50)
    assert Event.unscoped.filter(type="screening.completed").count() == 1


def test_an_attempt_whose_time_is_over_can_be_reviewed_at_once(client, environment):
    screening = started(environment, minutes_ago=11)
    assert review(client, screening, "q1", 10) == ("pending_review", None)
