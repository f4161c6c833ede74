from __future__ import annotations

import pytest

from screening.models import Template
from tests.screening.factories import make_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api):
    return api("screening")


def refusal(response) -> tuple:
    error = response.json()["error"]
    return error["status"], error["code"], error["details"]


NUMERIC = {"type": "numeric", "prompt": "p", "skill": "s", "answer": 1}


def test_templates_are_made_changed_and_refused_by_api(client):
    question = {
        "type": "single_choice",
        "prompt": "Pick",
        "skill": "S",
        "options": [{"text": "A"}, {"text": "B"}],
        "correct": ["b"],
    }
    made = client.post(
        "/v1/templates", {"name": "T", "duration_minutes": 5, "questions": [question]}
    ).json()["data"]
    assert (made["id"], made["question_count"], made["version"]) == ("t10001", 1, 1)
    added = client.post(f"/v1/templates/{made['id']}/questions", {**question, "correct": ["z"]})
    assert refusal(added) == (
        400, "invalid_request", {"correct": ["Name at least one of the options."]},
    )  # fmt: skip
    wrong = client.post("/v1/templates", {"name": "T", "duration_minutes": 481})
    assert refusal(wrong)[2] == {"duration_minutes": ["must be at most 480"]}
    client.post(f"/v1/templates/{made['id']}/archive")
    assert client.get("/v1/templates").json() == {"data": []}
    assert Template.unscoped.get().archived_at is not None


@pytest.mark.parametrize("answer", [1e308, -1e20, 1e16])
def test_a_number_too_large_to_be_answered_is_refused_and_not_stored(client, environment, answer):
    question = NUMERIC | {"answer": answer}
    body = {"name": "n", "duration_minutes": 5, "questions": [question]}
    reason = ["A number from -10^15 to 10^15 is required."]
    assert refusal(client.post("/v1/templates", body))[2] == {"questions.0.answer": reason}
    assert Template.unscoped.count() == 0
    path = f"/v1/templates/{make_template(environment).public_id}"
    before = client.get(path).json()
    assert client.patch(path, {"questions": [question]}).status_code == 400
    assert client.post(f"{path}/questions", question).status_code == 400
    assert client.get(path).json() == before


@pytest.mark.parametrize("name", ["absolute", "relative"])
def test_a_tolerance_too_large_to_be_used_is_refused(client, name):
    question = NUMERIC | {"tolerance": {name: 1e300}}
    body = {"name": "n", "duration_minutes": 5, "questions": [question]}
    assert refusal(client.post("/v1/templates", body))[2] == {
        f"questions.0.tolerance.{name}": ["A number from 0 to 10^15."]
    }


def test_a_tolerance_of_another_name_would_have_no_effect_and_is_refused(client):
    question = NUMERIC | {"tolerance": {"abs": 1}}
    body = {"name": "n", "duration_minutes": 5, "questions": [question]}
    assert refusal(client.post("/v1/templates", body))[2] == {
        "questions.0.tolerance.abs": ["The tolerance is absolute or relative."]
    }


def test_the_largest_number_is_kept_as_it_is(client):
    question = NUMERIC | {"answer": 1e15, "tolerance": {"absolute": 1e15}}
    body = {"name": "n", "duration_minutes": 5, "questions": [question]}
    made = client.post("/v1/templates", body).json()["data"]["questions"][0]
    assert (made["answer"], made["tolerance"]) == (10**15, {"absolute": 1e15})


def test_settings_of_a_template_ignore_what_they_do_not_know_and_agree_with_themselves(client):
    body = {"name": "T", "duration_minutes": 5}
    made = client.post("/v1/templates", body | {"settings": {"recommend_at": 80, "colour": "red"}})
    assert made.json()["data"]["settings"] == {"recommend_at": 80}
    for crossed in ({"recommend_at": 80, "consider_at": 90}, {"consider_at": 76}):
        assert refusal(client.post("/v1/templates", body | {"settings": crossed}))[2] == {
            "settings.consider_at": ["must not be above recommend_at"]
        }


def test_keywords_that_nobody_can_meet_are_refused(client):
    question = {"type": "short_text", "prompt": "p", "skill": "s", "keywords": [["a"], []]}
    body = {"name": "T", "duration_minutes": 5, "questions": [question]}
    assert refusal(client.post("/v1/templates", body))[2] == {
        "questions.0.keywords": ["A group without a word can never be met."]
    }


def test_templates_have_meta_when_a_page_is_asked_for(client, environment):
    make_template(environment)
    assert client.get("/v1/templates?limit=5").json()["meta"]["per_page"] == 5
