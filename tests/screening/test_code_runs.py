from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from screening.models import Answer, CodeRun, Screening
from screening.services import attempts, code_runs, marking
from tests.screening.factories import NOW, answer, make_started, make_template

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
CODE = {
    "type": "code",
    "prompt": "Add two numbers",
    "skill": "Code",
    "points": 4,
    "language": "python",
    "cases": [
        {"stdin": "1 2", "expected": "3"},
        {"stdin": "2 2", "expected": "4  \n"},
        {"stdin": "2 -2", "expected": "nothing"},
        {"stdin": "0 0", "expected": "0"},
    ],
}
SOURCE = {"language": "python", "source": "print(sum(map(int, input().split())))"}


@pytest.fixture
def handed_in(environment, settings):
    """A screening with one code answer, handed in under the given runner."""

    def make(runner: str) -> Screening:
        settings.PULSE_SCREENING_CODE_RUNNER = runner
        template = make_template(environment, questions=[CODE])
        screening = make_started(environment, template=template)
        answer(screening, "q1", SOURCE, now=NOW + MINUTE)
        return attempts.submit(screening, now=NOW + MINUTE)

    return make


def test_a_runner_gives_points_for_what_came_out_and_releases_the_score(handed_in):
    screening = handed_in("tests.screening.providers.adding_machine")
    assert (screening.score, screening.scoring_status) == (None, "pending_review")

    assert code_runs.run_due(now=NOW + MINUTE) == 1
    assert code_runs.run_due(now=NOW + MINUTE) == 0
    done = Screening.unscoped.get()
    assert (done.score, done.scoring_status) == (75, "scored")
    given = Answer.unscoped.get()
    assert (given.reviewed_points, given.review_note) == (Decimal(3), "3 of 4 runs as expected")


def test_without_a_runner_code_waits_for_a_person(handed_in):
    assert handed_in("").scoring_status == "pending_review"
    assert CodeRun.unscoped.count() == 0


@pytest.mark.parametrize("runner", ["broken", "short_of_breath", "nowhere"])
def test_a_runner_that_fails_is_tried_four_times_and_leaves_the_review_to_a_person(
    handed_in, runner
):
    handed_in(f"tests.screening.providers.{runner}")
    for hours in range(6):
        code_runs.run_due(now=NOW + timedelta(hours=hours, minutes=1))

    run = CodeRun.unscoped.get()
    assert (run.state, run.attempts) == ("failed", 4)
    assert Screening.unscoped.get().scoring_status == "pending_review"


def test_what_a_person_has_reviewed_stays(handed_in, environment):
    screening = handed_in("tests.screening.providers.adding_machine")
    marking.review_answer(
        environment,
        screening_id=screening.public_id,
        question_id="q1",
        points=Decimal(1),
        note="copied",
        now=NOW,
    )

    assert code_runs.run_due(now=NOW + MINUTE) == 1
    assert (Screening.unscoped.get().score, Answer.unscoped.get().review_note) == (25, "copied")
