"""Ashby as a tracking system, and what it and Greenhouse are told without asking."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from pulse.outbound import client
from pulse.tenancy.models import Environment
from screening.models import Candidate, PartnerKey, PartnerUpdate, Screening
from screening.services import attempts, partner_updates, screenings
from tests.screening.factories import RIGHT, answer, make_template
from tests.support.receiver import Receiver

pytestmark = pytest.mark.django_db
PERSON = {"ashby_id": "c-1", "first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"}


@pytest.fixture
def call(api, key):
    client = api("screening", token="")

    def send(path: str, body: dict, *, token: str | None = None):
        user = base64.b64encode(f"{token or key('screening')}:".encode()).decode()
        return client.post(f"/partners/{path}", body, headers={"Authorization": f"Basic {user}"})

    return send


def ashby_start(call, environment: Environment) -> Screening:
    body = {
        "assessment_type_id": make_template(environment).public_id,
        "candidate": PERSON,
        "application": {"ashby_id": "a-1", "status": "Active"},
        "job": {"ashby_id": "j-1", "name": "Engineer"},
    }
    made = call("ashby/assessment.start", body).json()
    again = call("ashby/assessment.start", body).json()
    screening = Screening.unscoped.select_related("candidate").get()
    assert made == again == {"success": True, "results": {"assessment_id": screening.partner_ref}}
    return screening


def finish(screening: Screening, now: datetime) -> None:
    running = attempts.start(screening, now=now)
    for question_id, value in RIGHT.items():
        answer(running, question_id, value, now=now)
    attempts.submit(running, now=now)


def test_ashby_lists_starts_and_cancels(call, environment):
    screening = ashby_start(call, environment)
    assert call("ashby/assessment.list", {}).json() == {
        "success": True,
        "results": [
            {"assessment_type_id": "t10001", "name": "Basics", "description": "30 minutes"}
        ],
    }
    assert (screening.job_title, screening.candidate.source) == ("Engineer", "ashby")

    body = {"assessment_id": screening.partner_ref}
    for _ in range(2):
        assert call("ashby/assessment.cancel", body).json() == {"success": True, "results": body}
    assert Screening.unscoped.get().status == "cancelled"


def test_what_ashby_asks_for_and_cannot_have_is_refused_and_makes_nothing(
    call, key, environment, other_environment
):
    template = make_template(environment)
    unknown = {"assessment_type_id": "t1", "candidate": PERSON}
    assert call("ashby/assessment.start", unknown).status_code == 404
    nobody = {"assessment_type_id": template.public_id, "candidate": PERSON | {"email": "x"}}
    assert call("ashby/assessment.start", nobody).status_code == 400
    assert call("ashby/assessment.cancel", {"assessment_id": "1"}).status_code == 404
    assert call("ashby/assessment.list", {}, token="pp_test_nope").status_code == 401
    assert Candidate.unscoped.count() == 0

    screening = ashby_start(call, environment)
    stranger = key("screening", environment=other_environment)
    body = {"assessment_id": screening.partner_ref}
    assert call("ashby/assessment.cancel", body, token=stranger).status_code == 404
    assert Screening.unscoped.get().status == "pending"


def test_ashby_hears_of_the_start_and_the_result(call, environment, settings, receiver: Receiver):
    settings.PULSE_ASHBY_URL = receiver.url
    partner_updates.change_key(environment, partner="ashby", secret="their-key", actor="user:1")
    screening = ashby_start(call, environment)
    now = datetime.now(UTC)
    finish(screening, now)

    assert partner_updates.send_due(now=now) == 2
    assert partner_updates.send_due(now=now) == 0
    started, completed = receiver.wait(2)
    assert started.path == "/hook/assessment.update"
    assert started.headers["authorization"] == "Basic " + base64.b64encode(b"their-key:").decode()
    assert started.headers["accept"] == "application/json; version=1"
    assert started.json()["assessment_id"] == screening.partner_ref
    assert started.json()["timestamp"] == int(now.timestamp() * 1000)
    assert started.json()["assessment_status"]["value"] == "Started"
    told = completed.json()
    assert told["assessment_result"] == {
        "identifier": "assessment_result",
        "label": "Score",
        "type": "numeric_score",
        "value": 100,
    }
    assert told["assessment_profile_url"]["value"].endswith("/screening/screenings/s10001")
    assert [(one["label"], one["value"]) for one in told["metadata"]] == [
        ("Logic", 100),
        ("Counting", 100),
    ]
    assert b"ada@example.com" not in started.body + completed.body


def test_ashby_hears_that_a_screening_was_withdrawn_or_ran_out_and_not_of_a_repetition(
    call, environment, settings, receiver: Receiver
):
    settings.PULSE_ASHBY_URL = receiver.url
    partner_updates.change_key(environment, partner="ashby", secret="k", actor="user:1")
    first = ashby_start(call, environment)
    now = datetime.now(UTC)
    second = screenings.reset(environment, screening_id=first.public_id, now=now)
    assert partner_updates.send_due(now=now) == 0

    attempts.settle(second, now=now + timedelta(days=30))
    assert partner_updates.send_due(now=now + timedelta(days=30)) == 1
    assert receiver.wait(1)[0].json()["cancelled_reason"]["value"] == "expired"


def test_greenhouse_is_told_that_there_is_a_result_and_again_until_it_hears(
    call, environment, receiver: Receiver
):
    partner_updates.change_key(environment, partner="greenhouse", secret="gh", actor="user:1")
    person = {"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com"}
    body = {
        "partner_test_id": make_template(environment).public_id,
        "candidate": person,
        "url": receiver.url,
    }
    assert call("greenhouse/send_test", body).status_code == 200
    now = datetime.now(UTC)
    finish(Screening.unscoped.get(), now)
    receiver.answer(500)

    assert partner_updates.send_due(now=now) == 1
    assert partner_updates.send_due(now=now + timedelta(seconds=59)) == 0
    assert PartnerUpdate.unscoped.get().failure == "status_500"
    assert partner_updates.send_due(now=now + timedelta(seconds=61)) == 1
    assert PartnerUpdate.unscoped.get().state == "sent"
    last = receiver.wait(2)[1]
    assert (last.method, last.body) == ("PATCH", b"")
    assert last.headers["authorization"] == "Basic " + base64.b64encode(b"gh:").decode()


def test_a_sender_whose_lease_ran_out_changes_nothing(
    call, environment, settings, receiver: Receiver, monkeypatch
):
    settings.PULSE_ASHBY_URL = receiver.url
    partner_updates.change_key(environment, partner="ashby", secret="k", actor="user:1")
    now = datetime.now(UTC)
    attempts.start(ashby_start(call, environment), now=now)
    send = client.call

    def slow(*arguments, **options):
        """Another sender has taken over before the answer is there."""
        PartnerUpdate.unscoped.update(attempts=2, next_attempt_at=now + timedelta(seconds=90))
        return send(*arguments, **options)

    monkeypatch.setattr(client, "call", slow)
    assert partner_updates.send_due(now=now) == 1

    update = PartnerUpdate.unscoped.get()
    assert (update.state, update.attempts) == ("due", 2)
    assert update.next_attempt_at == now + timedelta(seconds=90)


def test_without_a_key_nothing_is_noted_and_a_key_is_kept_sealed(call, environment):
    screening = ashby_start(call, environment)
    finish(screening, datetime.now(UTC))
    assert PartnerUpdate.unscoped.count() == 0

    partner_updates.change_key(environment, partner="ashby", secret="their-key", actor="user:1")
    assert b"their-key" not in bytes(PartnerKey.unscoped.get().secret)
    partner_updates.change_key(environment, partner="ashby", secret="", actor="user:1")
    assert PartnerKey.unscoped.count() == 0
