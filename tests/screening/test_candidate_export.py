from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client

from screening.services import attempts, reports, resumes, self_identification
from tests.screening.factories import NOW, RIGHT, answer, make_candidate, make_started
from tests.support import tenancy

pytestmark = pytest.mark.django_db


@pytest.fixture
def screening(environment, settings, tmp_path):
    """Reported, with a resume and a statement for statistics."""
    settings.MEDIA_ROOT = tmp_path
    candidate = make_candidate(environment)
    resumes.store_upload(
        environment, candidate_id=candidate.public_id, name="cv.txt", data=b"A life", now=NOW
    )
    screening = make_started(environment, candidate=candidate)
    for question_id, value in RIGHT.items():
        answer(screening, question_id, value, now=NOW + timedelta(minutes=1))
    done = attempts.submit(screening, now=NOW + timedelta(minutes=2))
    self_identification.give(done, sex="Female", ethnicity="")
    reports.write_due(now=NOW + timedelta(minutes=3))
    return done


def test_an_export_holds_answers_in_words_and_no_statement_for_statistics(api, screening):
    told = api("screening").get("/v1/candidates/c10001/export").json()["data"]

    assert told["candidate"]["email"] == "ada@example.com"
    assert (told["resume"]["status"], told["resume"]["size_bytes"]) == ("stored", 6)
    (shown,) = told["screenings"]
    answers = {one["question"]: one["answer"] for one in shown["answers"]}
    assert sorted(answers.pop("Pick both.")) == ["one", "two"]
    assert answers == {
        "Pick a.": "a is right",
        "What is 6 × 7?": 42,
        "Write seven as a word.": "Seven.",
    }
    assert shown["report"]["score"] == 100
    assert "Female" not in json.dumps(told)


def test_the_page_gives_the_export_with_the_resume_to_who_manages(environment, screening):
    owner = Client()
    owner.force_login(tenancy.make_user(environment.organization))
    response = owner.get("/screening/candidates/c10001/export.zip")

    assert response["Content-Disposition"] == 'attachment; filename="c10001.zip"'
    files = zipfile.ZipFile(io.BytesIO(response.content))
    assert files.namelist() == ["candidate.json", "resume.txt"]
    assert files.read("resume.txt") == b"A life"
    assert json.loads(files.read("candidate.json"))["candidate"]["id"] == "c10001"
    assert Client().get("/screening/candidates/c10001/export.zip").status_code == 302


def test_an_export_needs_every_scope_and_the_own_account(api, screening, other_environment):
    path = "/v1/candidates/c10001/export"
    needed = ["candidates:read", "screenings:read", "reports:read"]
    for left_out in needed:
        narrow = api("screening", scopes=[one for one in needed if one != left_out])
        assert narrow.get(path).status_code == 403
    assert api("screening", scopes=needed).get(path).status_code == 200
    assert api("screening", environment=other_environment).get(path).status_code == 404
