from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from pulse.webhooks.models import Event
from screening.models import Answer, Candidate, Report, Screening
from screening.services import attempts, candidates, erasure, reports, retention
from tests.screening.factories import (
    NOW,
    QUESTIONS,
    RIGHT,
    answer,
    make_candidate,
    make_screening,
    make_started,
    make_template,
)
from tests.support.webhooks import make_endpoint

pytestmark = pytest.mark.django_db
MARK = "zqxMARKERjw"
ESSAY = {"type": "long_text", "prompt": "Write", "skill": "Text", "points": 10}


def places_of(marker: str) -> list[str]:
    """Every table and file that still holds the marker, in any case."""
    wanted = marker.casefold()
    found = []
    for model in apps.get_models():
        rows = getattr(model, "unscoped", model._default_manager).all().values()
        if any(wanted in str(row).casefold() or wanted.encode() in _bytes(row) for row in rows):
            found.append(model._meta.label)
    folder = Path(settings.MEDIA_ROOT)
    files = [one for one in folder.rglob("*") if one.is_file()] if folder.exists() else []
    return found + [str(one) for one in files if marker.encode() in one.read_bytes()]


def _bytes(row: dict) -> bytes:
    return b"".join(
        bytes(one).lower() for one in row.values() if isinstance(one, bytes | memoryview)
    )


@pytest.fixture
def marked(api, environment, settings, tmp_path):
    """A person whose every member carries the marker, after the whole way."""
    settings.MEDIA_ROOT = tmp_path
    client = api("screening")
    make_endpoint(environment, "https://example.com/hook", product="screening")
    created = client.post(
        "/v1/candidates",
        {
            "name": f"{MARK} Person",
            "email": f"{MARK}@example.com",
            "phone": "+48225550100",
            "resume_url": f"https://example.com/{MARK}.pdf",
            "skills": [MARK],
            "education": [{"institution": MARK, "degree": MARK}],
        },
        headers={"Idempotency-Key": "k1"},
    ).json()["data"]
    upload = (
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{MARK}.txt"\r\n\r\n'
        f"{MARK} did things\r\n--b--\r\n"
    )
    stored = client.post(
        f"/v1/candidates/{created['id']}/resume",
        body=upload.encode(),
        content_type="multipart/form-data; boundary=b",
    )
    assert stored.status_code == 201
    template = make_template(environment, questions=[*QUESTIONS, ESSAY])
    response = client.post(
        "/v1/screenings",
        {
            "candidate_id": created["id"],
            "template_id": template.public_id,
            "job_title": MARK,
            "send_invitation": True,
            "metadata": {"note": MARK},
        },
        headers={"Idempotency-Key": "k2"},
    )
    screening = Screening.unscoped.get(number=int(response.json()["data"]["id"][1:]))
    screening = attempts.start(screening, now=NOW)
    for question_id, value in {**RIGHT, "q4": MARK, "q5": MARK}.items():
        answer(screening, question_id, value, now=NOW + timedelta(minutes=1))
    attempts.submit(screening, now=NOW + timedelta(minutes=2))
    client.post(f"/v1/screenings/{screening.public_id}/finalize")
    note = {"points": 1, "note": MARK}
    client.post(f"/v1/screenings/{screening.public_id}/answers/q1/review", note)
    Screening.unscoped.update(partner_ref=MARK, partner_callback_url=MARK)
    reports.write_due(now=NOW.replace(year=2100))
    assert {"screening.Candidate", "screening.Answer", "screening.Report", "webhooks.Event"} <= set(
        places_of(MARK)
    )
    return client, created["id"], screening


@pytest.mark.django_db(transaction=True)
def test_erasure_leaves_no_trace_of_a_person_and_keeps_the_score(marked):
    client, candidate_id, screening = marked

    assert client.delete(f"/v1/candidates/{candidate_id}").status_code == 204

    assert places_of(MARK) == []
    kept = Screening.unscoped.get(pk=screening.pk)
    assert (kept.status, kept.score is not None) == ("completed", True)
    assert sorted(Answer.unscoped.values_list("question_id", flat=True)) == ["q1", "q2", "q3"]
    assert Report.unscoped.count() == 0
    assert client.delete(f"/v1/candidates/{candidate_id}").status_code == 404
    assert client.get(f"/v1/candidates/{candidate_id}").status_code == 404
    assert client.get(f"/v1/screenings/{screening.public_id}").status_code == 404
    assert client.get("/v1/candidates?status=all").json()["meta"]["total_count"] == 0


def test_a_purge_takes_the_scores_too(marked):
    client, candidate_id, _ = marked
    assert client.delete(f"/v1/candidates/{candidate_id}?purge=all").status_code == 204
    assert Screening.unscoped.count() == 0


def test_erasing_in_the_middle_of_an_attempt_ends_it(environment, client):
    from tests.screening.factories import token_of

    screening = make_started(environment)
    erasure.erase_candidate(environment, candidate_id=screening.candidate.public_id, now=NOW)

    assert Screening.unscoped.get().status == "cancelled"
    assert client.get(f"/s/{token_of(screening)}").status_code == 404


def test_the_address_of_an_erased_person_is_free_again(environment):
    gone = make_candidate(environment)
    erasure.erase_candidate(environment, candidate_id=gone.public_id, now=NOW)
    assert make_candidate(environment).public_id == "c10002"


def test_retention_erases_who_was_not_contacted_for_long_and_respects_a_hold(environment):
    old = make_candidate(environment)
    held = make_candidate(environment, email="held@example.com")
    Candidate.unscoped.filter(pk=held.pk).update(legal_hold=True)
    recent = make_candidate(environment, email="new@example.com", now=NOW + timedelta(days=600))
    make_screening(environment, candidate=recent, now=NOW + timedelta(days=600))

    assert retention.forget_due(now=NOW + timedelta(days=700)) == 0
    assert retention.forget_due(now=NOW + timedelta(days=740)) == 1
    left = Candidate.unscoped.filter(erased_at=None).order_by("pk")
    assert list(left) == [held, recent]
    assert Candidate.unscoped.get(pk=old.pk).name == ""
    assert (
        Event.unscoped.filter(subject_ref__contains=f" {old.public_id} ").exclude(body="").count()
        == 0
    )


@pytest.mark.parametrize("status", ["active", "archived"])
def test_who_was_erased_after_the_backup_is_erased_again(environment, status):
    erased, kept = make_candidate(environment), make_candidate(environment, email="b@example.com")
    candidates.change_candidate(
        environment, candidate_id=erased.public_id, changes={"status": status}, now=NOW
    )
    assert erasure.forget(environment, {erased.public_id}.__contains__, NOW) == 1
    assert list(Candidate.unscoped.filter(erased_at=None)) == [kept]
