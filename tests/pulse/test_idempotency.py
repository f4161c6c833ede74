"""One effect per Idempotency-Key, however often and however many at once."""

from __future__ import annotations

import pytest

from hr.models import Employee
from pulse.idempotency.models import StoredAnswer
from tests.support.announcements import published
from tests.support.api import Api
from tests.support.races import together

THREADS = 64
KEYS = 4
PATH = "/v1/employees"


def employee(number: int = 1, **values):
    return {"full_name": f"Ada {number}", "email": f"ada{number}@example.com", **values}


def post(api: Api, key: str, body, path: str = PATH):
    return api.post(path, body, headers={"Idempotency-Key": key}, validate=False)


@pytest.mark.django_db(transaction=True)
def test_64_callers_with_4_keys_make_4_employees_and_all_get_their_answers(api, key):
    token = key("hr")
    with published(*["employee.created"] * KEYS):
        answers = together(
            *[
                lambda number=number: post(
                    Api("hr", token), f"key-{number % KEYS}", employee(number % KEYS)
                )
                for number in range(THREADS)
            ]
        )

    assert Employee.unscoped.count() == KEYS
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {201, 409}
    assert statuses.count(201) >= KEYS
    for number in range(KEYS):
        bodies = {answer.content for answer in answers[number::KEYS] if answer.status_code == 201}
        assert len(bodies) == 1, "every replay is the first answer, byte for byte"
    firsts = [
        answer
        for answer in answers
        if answer.status_code == 201 and "Idempotent-Replayed" not in answer
    ]
    assert len(firsts) == KEYS
    for refused in (answer for answer in answers if answer.status_code == 409):
        assert refused["Retry-After"] == "1"


@pytest.mark.django_db(transaction=True)
def test_no_key_is_stuck_after_a_refused_call(api):
    client = api("hr")

    refused = post(client, "key-1", {"full_name": ""})
    mended = post(client, "key-1", employee())

    assert (refused.status_code, mended.status_code) == (400, 201)
    assert "Idempotent-Replayed" not in mended
    assert StoredAnswer.unscoped.count() == 1


@pytest.mark.django_db
def test_a_repeated_call_replays_the_first_answer_and_announces_nothing(api):
    client = api("hr")
    first = post(client, "key-1", employee())

    with published():
        second = post(client, "key-1", employee())

    assert second.status_code == 201
    assert second.content == first.content
    assert second["Idempotent-Replayed"] == "true"
    assert [second[name] for name in ("ETag", "Location")] == [first["ETag"], first["Location"]]
    assert Employee.unscoped.count() == 1


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused_and_changes_nothing(api):
    client = api("hr")
    post(client, "key-1", employee())

    with published():
        other = post(client, "key-1", employee(2))

    assert other.status_code == 409
    assert Employee.unscoped.count() == 1


@pytest.mark.django_db
def test_the_same_key_with_another_query_is_refused_and_changes_nothing(api):
    client = api("hr")
    path, body = "/v1/imports/employees", {"employees": [employee()]}
    assert post(client, "key-1", body, f"{path}?dry_run=true").status_code == 200

    other = post(client, "key-1", body, path)

    assert other.status_code == 409
    assert Employee.unscoped.count() == 0


@pytest.mark.django_db
def test_a_key_is_known_in_its_own_environment_only(api, other_environment):
    post(api("hr"), "key-1", employee())

    theirs = post(api("hr", environment=other_environment), "key-1", employee())

    assert theirs.status_code == 201
    assert "Idempotent-Replayed" not in theirs
    assert Employee.unscoped.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["", "k" * 256, "ключ".encode().decode("latin-1")])
def test_a_key_that_is_no_short_printable_text_is_refused(api, sent):
    assert post(api("hr"), sent, employee()).status_code == 400
    assert Employee.unscoped.count() == 0


@pytest.mark.django_db
def test_the_stored_answer_is_not_readable_in_the_database(api):
    post(api("hr"), "key-1", employee())

    assert b"ada1@example.com" not in bytes(StoredAnswer.unscoped.get().body)
