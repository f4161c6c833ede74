from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from screening.models import Answer
from screening.services import attempts
from tests.screening.factories import (
    NOW,
    QUESTIONS,
    answer,
    fresh,
    make_screening,
    make_started,
    make_template,
    token_of,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_saves_that_arrive_out_of_order_keep_the_newest(environment):
    screening = make_started(environment)
    stamp = int((NOW + MINUTE).timestamp() * 1000)
    answer(screening, "q3", 42, now=NOW + MINUTE, revision=stamp)
    late = answer(screening, "q3", 1, now=NOW + MINUTE, revision=stamp - 500)

    assert (late.stored, late.superseded) == (False, True)
    assert Answer.unscoped.get().value == 42


def test_a_clock_that_is_ahead_cannot_lock_the_other_device_out(environment):
    screening = make_started(environment)
    answer(screening, "q3", 1, now=NOW + MINUTE, revision=2**52)
    saved = answer(screening, "q3", 42, now=NOW + 2 * MINUTE)
    assert (saved.stored, Answer.unscoped.get().value) == (True, 42)


def test_the_last_writer_wins_and_is_told(environment):
    screening = make_started(environment)
    first = answer(screening, "q3", 1, now=NOW + MINUTE, base=0)
    second = answer(screening, "q3", 42, now=NOW + 2 * MINUTE, base=0)
    assert (first.superseded, second.superseded, second.stored) == (False, True, True)


@pytest.mark.parametrize("question_id", ["q9", "nope", ""])
def test_an_answer_to_another_question_is_refused(environment, client, question_id):
    screening = make_started(environment, now=NOW.replace(year=2100))
    path = f"/s/{token_of(screening)}/answers/{question_id or 'x'}"
    body = {"value": 1, "revision": 5}
    response = client.put(path, body, content_type="application/json")
    assert response.status_code == 404
    assert Answer.unscoped.count() == 0


def test_the_option_of_another_question_is_refused(environment, client):
    screening = make_started(environment, now=NOW.replace(year=2100))
    response = client.put(
        f"/s/{token_of(screening)}/answers/q1",
        {"value": "zzz", "revision": 5},
        content_type="application/json",
    )
    assert (response.status_code, response.json()["error"]) == (400, "refused")


@pytest.mark.parametrize("value", [10**16, -(10**16), 1e300, "1e400", "9" * 400])
def test_a_number_that_nobody_can_calculate_with_is_no_answer(environment, client, value):
    screening = make_started(environment, now=NOW.replace(year=2100))
    response = client.put(
        f"/s/{token_of(screening)}/answers/q3",
        {"value": value, "revision": 5},
        content_type="application/json",
    )
    assert (response.status_code, response.json()["error"]) == (400, "refused")
    assert Answer.unscoped.count() == 0


@pytest.mark.parametrize("value", [[1], [["1"]], [{"id": "1"}], ["1", 1], [None]])
def test_choices_are_named_by_their_ids_alone(environment, client, value):
    question = QUESTIONS[1] | {
        "options": [{"id": "1", "text": "one"}, {"id": "2", "text": "two"}],
        "correct": ["1"],
    }
    screening = make_started(
        environment,
        template=make_template(environment, questions=[question]),
        now=NOW.replace(year=2100),
    )
    response = client.put(
        f"/s/{token_of(screening)}/answers/q1",
        {"value": value, "revision": 5},
        content_type="application/json",
    )
    assert (response.status_code, response.json()["error"]) == (400, "refused")
    assert Answer.unscoped.count() == 0


@pytest.mark.parametrize(
    ("question_id", "value"),
    [
        ("q1", "ok "),
        ("q1", "  "),
        ("q2", " \n "),
        ("q2", "so\nlong\n"),
        ("q3", "x = 1\n"),
        ("q3", " "),
    ],
)
def test_what_the_script_has_saved_the_form_finds_and_goes_on(
    environment, client, question_id, value
):
    written = make_template(
        environment,
        questions=[
            {"type": "short_text", "prompt": "One word", "skill": "Words", "accepted": ["ok"]},
            {"type": "long_text", "prompt": "Many words", "skill": "Words"},
            {"type": "code", "prompt": "A line", "skill": "Code", "language": "python"},
        ],
    )
    screening = make_screening(environment, template=written, now=datetime.now(UTC))
    base = f"/s/{token_of(screening)}"
    client.post(f"{base}/start", {"consent": "yes"})
    sent = {"source": value, "language": "python"} if question_id == "q3" else value
    saved = client.put(
        f"{base}/answers/{question_id}",
        {"value": sent, "revision": 1, "base": 0},
        content_type="application/json",
    )
    response = client.post(
        f"{base}/questions/0",
        {
            f"shown-{question_id}": "0",
            f"answer-{question_id}": value.replace("\n", "\r\n"),
            f"language-{question_id}": "python",
        },
    )

    assert (saved.status_code, response.status_code) == (200, 302)
    (stored,) = Answer.unscoped.all()
    assert (stored.revision, stored.value is None) == (1, not value.strip())


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"value": 1}', b'{"value":1,"revision":-1}'])
def test_a_malformed_save_is_refused(environment, client, body):
    screening = make_started(environment, now=NOW.replace(year=2100))
    response = client.put(
        f"/s/{token_of(screening)}/answers/q3", body, content_type="application/json"
    )
    assert response.status_code == 400


def test_time_in_view_is_bounded_by_the_time_that_went_by(environment):
    screening = make_started(environment)
    answer(screening, "q3", 1, now=NOW + MINUTE, active_seconds=50)
    answer(screening, "q3", 2, now=NOW + 2 * MINUTE, active_seconds=9_999)
    assert fresh(screening).active_seconds == 50 + 61


def test_an_attempt_that_ran_out_of_time_lasted_no_longer_than_it_was_given(environment):
    screening = make_started(environment)
    in_grace = NOW + 30 * MINUTE + timedelta(seconds=9)
    answer(screening, "q3", 1, now=in_grace, active_seconds=9_999)

    done = attempts.settle(fresh(screening), now=NOW + 31 * MINUTE)

    assert (done.completion_reason, done.active_seconds) == ("time_expired", 30 * 60)
