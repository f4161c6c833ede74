from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pulse.errors import InvalidInput
from pulse.webhooks.models import Event
from screening.errors import AttemptClosed
from screening.models import Answer, Report
from screening.services import attempts, marking, reports, screenings, templates
from tests.screening.factories import (
    NOW,
    QUESTIONS,
    RIGHT,
    answer,
    fresh,
    make_candidate,
    make_screening,
    make_started,
    make_template,
    token_of,
)
from tests.support.races import together

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def types() -> list[str]:
    return list(Event.unscoped.order_by("pk").values_list("type", flat=True))


def test_the_whole_way_announces_each_step_once_and_in_order(environment):
    screening = make_started(environment)
    for question_id, value in RIGHT.items():
        answer(screening, question_id, value, now=NOW + MINUTE)
    done = attempts.submit(screening, now=NOW + 2 * MINUTE)
    attempts.submit(screening, now=NOW + 3 * MINUTE)
    assert reports.write_due(now=NOW + 3 * MINUTE) == 1
    assert reports.write_due(now=NOW + 4 * MINUTE) == 0

    assert (done.status, done.score, done.completion_reason) == ("completed", 100, "submitted")
    assert types() == [
        "candidate.created",
        "screening.created",
        "screening.started",
        "screening.completed",
        "report.generated",
    ]


def test_a_second_start_finds_the_first(environment):
    screening = make_started(environment)
    again = attempts.start(screening, now=NOW + 5 * MINUTE)
    assert (again.started_at, types().count("screening.started")) == (NOW, 1)


def test_opening_the_link_starts_nothing(environment, client):
    screening = make_screening(environment, now=NOW.replace(year=2100))
    for _ in range(3):
        assert client.get(f"/s/{token_of(screening)}").status_code == 200
    assert client.head(f"/s/{token_of(screening)}").status_code == 200
    assert fresh(screening).status == "pending"


def test_links_that_are_wrong_or_replaced_open_nothing(environment, client):
    screening = make_screening(environment, now=NOW.replace(year=2100))
    token = token_of(screening)
    assert client.get(f"/s/{token}").status_code == 200
    assert client.get(f"/s/{token[:-1]}x").status_code == 404
    screenings.invite(environment, screening_id=screening.public_id, now=screening.created_at)
    assert client.get(f"/s/{token}").status_code == 404


def test_the_candidates_page_keeps_to_itself(environment, client):
    screening = make_screening(
        environment,
        candidate=make_candidate(environment, name="<script>alert(1)</script> Zed"),
        job_title="<img src=x>",
        now=NOW.replace(year=2100),
    )
    response = client.get(f"/s/{token_of(screening)}")
    text = response.content.decode()
    assert "Zed" not in text
    assert "ada@example.com" not in text
    assert "<img" not in text
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
    assert response.cookies == {}


@pytest.mark.parametrize(
    ("method", "below", "status"),
    [
        ("get", "/start", 302),
        ("delete", "/start", 405),
        ("post", "", 405),
        ("get", "/", 200),
        ("get", "/nothing/here", 404),
        ("get", "/answers/q1", 405),
    ],
)
def test_no_answer_to_a_link_passes_it_on(environment, client, method, below, status):
    screening = make_screening(environment, now=NOW.replace(year=2100))
    response = getattr(client, method)(f"/s/{token_of(screening)}{below}")
    assert response.status_code == status
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
    assert fresh(screening).status == "pending"


def test_the_review_names_required_questions_that_are_open(environment, client):
    questions = [QUESTIONS[0], QUESTIONS[2] | {"required": True}]
    screening = make_started(
        environment,
        template=make_template(environment, questions=questions),
        now=NOW.replace(year=2100),
    )
    path = f"/s/{token_of(screening)}/review"
    assert "required, not answered" in client.get(path).content.decode()
    answer(screening, "q2", 42, now=NOW.replace(year=2100))
    assert "required, not answered" not in client.get(path).content.decode()


def test_a_save_is_taken_until_ten_seconds_after_the_deadline(environment):
    screening = make_started(environment)
    deadline = NOW + 30 * MINUTE
    answer(screening, "q3", 1, now=deadline + timedelta(seconds=9))
    with pytest.raises(AttemptClosed) as closed:
        answer(screening, "q3", 42, now=deadline + timedelta(seconds=11))

    assert closed.value.details["reason"] == "time_expired"
    stored = fresh(screening)
    assert (stored.status, stored.completion_reason) == ("completed", "time_expired")
    assert stored.completed_at == deadline
    assert Answer.unscoped.get().value == 1


def test_time_that_runs_out_without_an_answer_expires_the_attempt(environment):
    screening = make_started(environment)
    assert attempts.settle_all(now=NOW + 31 * MINUTE) == 1
    assert fresh(screening).status == "expired"
    assert "screening.completed" not in types()


def test_the_time_ends_an_attempt_that_is_handed_in_after_the_deadline(environment):
    screening = make_started(environment)
    answer(screening, "q3", 42, now=NOW + MINUTE)
    late = NOW + 30 * MINUTE + timedelta(milliseconds=300)
    done = attempts.submit(screening, now=late)
    assert (done.status, done.completion_reason) == ("completed", "time_expired")
    assert done.completed_at == NOW + 30 * MINUTE


def test_an_attempt_without_an_answer_cannot_be_handed_in_after_the_deadline(environment):
    done = attempts.submit(make_started(environment), now=NOW + 30 * MINUTE)
    assert (done.status, done.completion_reason) == ("expired", "")
    assert "screening.completed" not in types()


def test_a_second_that_has_begun_still_remains(environment):
    screening = make_started(environment)
    deadline = NOW + 30 * MINUTE
    left = [
        attempts.remaining_seconds(screening, deadline - timedelta(milliseconds=one))
        for one in (1001, 1, 0)
    ]
    assert left == [2, 1, 0]


def test_whoever_started_and_ran_out_of_time_is_told_so_and_not_that_the_link_expired(
    environment, client
):
    token = token_of(make_started(environment))
    save = client.put(
        f"/s/{token}/answers/q3", {"value": 1, "revision": 5}, content_type="application/json"
    )
    assert (save.status_code, save.json()["error"]) == (409, "time_expired")
    page = client.get(f"/s/{token}")
    assert page.status_code == 410
    assert "<h1>The time is over.</h1>" in page.content.decode()
    assert "nothing was handed in" in page.content.decode()


def test_an_invitation_nobody_used_has_expired(environment, client):
    page = client.get(f"/s/{token_of(make_screening(environment))}")
    assert "<h1>This link has expired.</h1>" in page.content.decode()


def test_an_open_invitation_expires_and_a_read_settles_it_without_a_worker(environment, api):
    screening = make_screening(environment)  # NOW lies in the past of the request
    body = api("screening").get(f"/v1/screenings/{screening.public_id}").json()["data"]
    assert (body["status"], body["candidate_url"]) == ("expired", None)


def test_extra_time_moves_the_deadline(environment):
    screening = make_started(environment, time_multiplier=Decimal("1.5"))
    assert screening.deadline_at == NOW + 45 * MINUTE
    later = screenings.extend(
        environment, screening_id=screening.public_id, now=NOW, time_multiplier=Decimal(2)
    )
    assert later.deadline_at == NOW + 60 * MINUTE

    with pytest.raises(InvalidInput):
        screenings.extend(
            environment,
            screening_id=screening.public_id,
            now=NOW,
            time_multiplier=Decimal("1.75"),
        )
    assert fresh(screening).deadline_at == NOW + 60 * MINUTE


def test_an_edit_in_the_middle_changes_no_running_attempt(environment):
    template = make_template(environment)
    screening = make_started(environment, template=template)
    templates.change_template(
        environment,
        template_id=template.public_id,
        changes={"questions": QUESTIONS[:1], "duration_minutes": 1, "status": "archived"},
        now=NOW,
    )

    for question_id, value in RIGHT.items():
        answer(fresh(screening), question_id, value, now=NOW + 20 * MINUTE)
    assert attempts.submit(fresh(screening), now=NOW + 20 * MINUTE).score == 100


def test_an_edit_before_the_first_start_makes_no_version(environment):
    template = make_template(environment)
    for count in (1, 2):
        templates.change_template(
            environment,
            template_id=template.public_id,
            changes={"questions": QUESTIONS[:count]},
            now=NOW,
        )
    assert list(template.versions.values_list("version", flat=True)) == [1]


def test_a_written_answer_waits_for_review_and_then_announces(environment):
    essay = {"type": "long_text", "prompt": "Write", "skill": "Text", "points": 10}
    screening = make_started(environment, template=make_template(environment, questions=[essay]))
    answer(screening, "q1", "Some words", now=NOW + MINUTE)
    done = attempts.submit(screening, now=NOW + 2 * MINUTE)
    assert (done.score, done.scoring_status) == (None, "pending_review")
    assert "screening.completed" not in types()

    reviewed = marking.review_answer(
        environment,
        screening_id=screening.public_id,
        question_id="q1",
        points=7,
        note="clear",
        now=NOW + 3 * MINUTE,
    )
    assert (reviewed.score, reviewed.scoring_status) == (70, "scored")
    assert types().count("screening.completed") == 1
    assert Report.unscoped.count() == 1


@pytest.mark.django_db(transaction=True)
def test_submit_cancel_and_time_running_out_have_one_winner(environment):
    screening = make_started(environment)
    answer(screening, "q3", 42, now=NOW + MINUTE)
    late = NOW + 31 * MINUTE
    together(
        lambda: attempts.submit(screening, now=NOW + 29 * MINUTE),
        lambda: attempts.submit(screening, now=NOW + 29 * MINUTE),
        lambda: attempts.settle(screening, now=late),
        lambda: screenings.cancel(environment, screening_id=screening.public_id, now=late),
    )
    stored = fresh(screening)
    assert stored.status in ("completed", "cancelled")
    assert types().count("screening.completed") == (stored.status == "completed")
    assert Report.unscoped.count() == (stored.status == "completed")


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_once_are_one(environment):
    screening = make_screening(environment)
    together(*[lambda: attempts.start(screening, now=NOW + MINUTE)] * 2)
    assert types().count("screening.started") == 1
