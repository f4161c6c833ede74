from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from screening import resume_files
from screening.models import Candidate, Resume
from screening.services import resumes
from tests.screening.factories import make_candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api):
    return api("screening")


def now() -> datetime:
    return datetime.now(UTC)


def upload(client, candidate, data: bytes, name="cv.pdf", boundary="b", **headers: str):
    dashes = b"--" + boundary.encode()
    body = (
        dashes + b'\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode()
        + b'"\r\n\r\n' + data + b"\r\n" + dashes + b"--\r\n"
    )  # fmt: skip
    return client.post(
        f"/v1/candidates/{candidate.public_id}/resume",
        body=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers=headers,
    )


def test_a_repeated_upload_is_replayed_whatever_its_boundary(
    client, environment, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    candidate = make_candidate(environment)
    key = {"Idempotency-Key": "u1"}
    first = upload(client, candidate, b"%PDF-1.4 body", boundary="one-try", **key)
    again = upload(client, candidate, b"%PDF-1.4 body", boundary="another-try", **key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert upload(client, candidate, b"%PDF-1.4 other", **key).status_code == 409
    got = client.get(f"/resumes/{candidate.public_id}.pdf")
    assert got.content == b"%PDF-1.4 body"


def test_a_resume_is_told_by_its_content_and_opened_by_key_only(
    client, api, environment, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    candidate = make_candidate(environment)
    assert upload(client, candidate, b"\x7fELF\x00", "cv.pdf").status_code == 415
    assert upload(client, candidate, b"%PDF-1.4 body").json()["data"]["media_type"] == (
        "application/pdf"
    )

    path = f"/resumes/{candidate.public_id}.pdf"
    got = client.get(path)
    assert (got.content, got["Content-Disposition"]) == (
        b"%PDF-1.4 body",
        f'attachment; filename="resume-{candidate.public_id}.pdf"',
    )
    assert api("screening", token="").get(path).status_code == 401
    assert client.get(f"{path}?signature=no").status_code == 404
    signed = resume_files.signed_address(candidate).partition("/resumes/")[2]
    assert api("screening", token="").get(f"/resumes/{signed}").status_code == 200


def test_a_resume_stays_when_its_own_address_is_written_back(
    client, environment, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    path = f"/v1/candidates/{make_candidate(environment).public_id}"
    upload(client, Candidate.unscoped.get(), b"%PDF-1.4 body")
    shown = client.get(path).json()["data"]
    written = client.patch(path, {"name": "New", "resume_url": shown["resume_url"]})
    assert written.json()["data"] == shown | {
        "name": "New",
        "updated_at": written.json()["data"]["updated_at"],
    }
    assert client.get(f"/resumes/{shown['id']}.pdf").content == b"%PDF-1.4 body"


@pytest.mark.django_db(transaction=True)
def test_another_address_takes_the_place_of_a_resume_and_its_file(
    client, environment, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    candidate = make_candidate(environment)
    upload(client, candidate, b"%PDF-1.4 body")
    path = f"/v1/candidates/{candidate.public_id}"
    client.patch(path, {"resume_url": "https://example.com/other.pdf"})
    made = Resume.unscoped.get()
    assert (made.source_url, made.status) == ("https://example.com/other.pdf", "pending")
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.django_db(transaction=True)
def test_a_resume_is_dropped_with_its_file(client, environment, settings, tmp_path, nothing):
    settings.MEDIA_ROOT = tmp_path
    candidate = make_candidate(environment)
    path = f"/v1/candidates/{candidate.public_id}"
    upload(client, candidate, b"%PDF-1.4 body")
    assert client.patch(path, {"resume_url": nothing}).json()["data"]["resume_url"] is None
    assert client.get(f"/resumes/{candidate.public_id}.pdf").status_code == 404
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []
    before = client.get(path).json()
    assert client.patch(path, {"resume_url": nothing}).json() == before


def test_the_same_address_of_a_resume_changes_nothing(client, environment):
    candidate = make_candidate(environment, resume_url="https://example.com/cv.pdf")
    path = f"/v1/candidates/{candidate.public_id}"
    assert client.patch(path, {"resume_url": "https://example.com/cv.pdf"}).status_code == 200
    candidate.refresh_from_db()
    assert candidate.updated_at == candidate.created_at
    client.patch(path, {"resume_url": "https://example.com/other.pdf"})
    candidate.refresh_from_db()
    assert candidate.updated_at > candidate.created_at
    assert Resume.unscoped.get().source_url == "https://example.com/other.pdf"


@pytest.mark.django_db(transaction=True)
def test_an_address_is_fetched_when_the_account_wants_it(
    client, environment, receiver, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    settings.PULSE_WEBHOOK_ALLOW_CIDRS = ["127.0.0.0/8"]
    environment.settings = {"screening": {"fetch_resumes": True}}
    environment.save()
    receiver.answer(200, b"%PDF-1.7 fetched")
    candidate = make_candidate(
        environment, resume_url=f"{receiver.url}/cv", now=now() - timedelta(minutes=1)
    )

    resumes.fetch_due(now=now())

    assert Resume.unscoped.get().status == "stored"
    assert client.get(f"/resumes/{candidate.public_id}.pdf").content == b"%PDF-1.7 fetched"


def test_by_default_no_address_is_fetched(environment):
    make_candidate(environment, resume_url="https://example.com/cv.pdf")
    assert resumes.fetch_due(now=now()) == 0
    assert Resume.unscoped.get().status == "pending"
