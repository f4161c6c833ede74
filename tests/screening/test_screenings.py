from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulse.mail.models import OutgoingMail
from screening.models import Candidate, Resume, Screening, Template
from screening.services import invitations, resumes
from tests.screening.factories import make_candidate, make_screening, make_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api):
    return api("screening")


def now() -> datetime:
    return datetime.now(UTC)


def refusal(response) -> tuple:
    error = response.json()["error"]
    return error["status"], error["code"], error["details"]


def test_unknown_ids_in_the_body_are_invalid_request_with_404(client, environment):
    candidate, template = make_candidate(environment), make_template(environment)
    body = {"candidate_id": "c99999", "template_id": template.public_id}
    response = client.post("/v1/screenings", body)
    assert response.json() == {
        "error": {
            "code": "invalid_request",
            "message": "The candidate ID is invalid or not found",
            "status": 404,
            "details": {"candidate_id": "c99999"},
        }
    }
    body = {"candidate_id": candidate.public_id, "template_id": "t1"}
    assert refusal(client.post("/v1/screenings", body)) == (
        404, "invalid_request", {"template_id": "t1"},
    )  # fmt: skip


def test_booleans_are_booleans(client, environment):
    body = {
        "candidate_id": make_candidate(environment).public_id,
        "template_id": make_template(environment).public_id,
        "send_invitation": "yes",
    }
    assert refusal(client.post("/v1/screenings", body)) == (
        400, "invalid_request", {"send_invitation": ["must be true or false"]},
    )  # fmt: skip
    assert Screening.unscoped.count() == 0


def test_one_open_screening_per_candidate_and_template(client, environment):
    screening = make_screening(environment, now=now())
    body = {
        "candidate_id": screening.candidate.public_id,
        "template_id": screening.template.public_id,
    }
    assert refusal(client.post("/v1/screenings", body)) == (
        409, "conflict", {"screening_id": screening.public_id},
    )  # fmt: skip
    client.post(f"/v1/screenings/{screening.public_id}/cancel")
    assert client.post("/v1/screenings", body).status_code == 201


def test_an_archived_candidate_and_an_empty_template_take_no_screening(client, environment):
    candidate, empty = make_candidate(environment), make_template(environment, questions=[])
    body = {"candidate_id": candidate.public_id, "template_id": empty.public_id}
    assert client.post("/v1/screenings", body).status_code == 409
    client.post(f"/v1/candidates/{candidate.public_id}/archive")
    body["template_id"] = make_template(environment).public_id
    assert client.post("/v1/screenings", body).status_code == 409


@pytest.mark.parametrize("action", ["invite", "remind", "cancel"])
def test_what_has_ended_stays_as_it_ended(client, environment, action):
    screening = make_screening(environment, now=now())
    path = f"/v1/screenings/{screening.public_id}"
    client.post(f"{path}/cancel")
    assert refusal(client.post(f"{path}/{action}")) == (
        409, "conflict", {"screening_id": screening.public_id, "status": "cancelled"},
    )  # fmt: skip


def test_a_reset_is_a_new_screening_on_the_same_terms(client, environment):
    screening = make_screening(environment, now=now(), job_title="Engineer")
    response = client.post(f"/v1/screenings/{screening.public_id}/reset")
    data = response.json()["data"]
    assert (response.status_code, data["id"], data["job_title"]) == (201, "s10002", "Engineer")
    screening.refresh_from_db()
    assert screening.status == "cancelled"


@pytest.mark.parametrize("member", ["expires_at", "expires_in_days"])
def test_an_extension_does_not_end_earlier(client, environment, member):
    screening = make_screening(environment, now=now(), expires_in_days=14)
    path = f"/v1/screenings/{screening.public_id}/extend"
    earlier = {"expires_in_days": 3, "expires_at": (now() + timedelta(days=3)).isoformat()}
    assert refusal(client.post(path, {member: earlier[member]})) == (
        400, "invalid_request", {member: ["must not end earlier than it does now"]},
    )  # fmt: skip
    before = screening.expires_at
    screening.refresh_from_db()
    assert screening.expires_at == before
    later = client.post(path, {"expires_in_days": 20}).json()["data"]["expires_at"]
    assert later > (before + timedelta(days=5)).isoformat()


def test_the_link_is_for_keys_that_may_write(api, environment):
    screening = make_screening(environment, now=now())
    reader = api("screening", scopes=["screenings:read"])
    body = reader.get(f"/v1/screenings/{screening.public_id}").json()["data"]
    assert "candidate_url" not in body


def test_the_list_filters_by_status_candidate_template_and_time(client, environment):
    first = make_screening(environment, now=now())
    other = make_candidate(environment, email="b@example.com")
    second = make_screening(environment, candidate=other, template=first.template, now=now())
    client.post(f"/v1/screenings/{second.public_id}/cancel")

    def ids(**query) -> list[str]:
        return [one["id"] for one in client.get("/v1/screenings", query).json()["data"]]

    assert ids() == [first.public_id, second.public_id]
    assert ids(status="cancelled") == [second.public_id]
    assert ids(candidate_id=other.public_id) == [second.public_id]
    assert ids(template_id="t1") == []
    assert ids(**{"from": "2100-01-01T00:00:00Z"}) == []
    assert client.get("/v1/screenings", {"status": "PENDING"}).status_code == 400


def test_an_invitation_is_mailed_in_text_and_html_and_its_fate_is_shown(client, environment):
    environment.organization.time_zone = "Europe/Rome"
    environment.organization.save()
    candidate = make_candidate(environment, name="Eve <b>\r Bcc: x")
    screening = make_screening(
        environment, candidate=candidate, now=now(), send_invitation=True, job_title="A\tB"
    )
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == ("ada@example.com", "Your screening for A B")
    assert "Europe/Rome, UTC+0" in mail.text
    assert "<b>" not in mail.html
    assert (
        client.get(f"/v1/screenings/{screening.public_id}").json()["data"]["invitation_status"]
        == "queued"
    )

    OutgoingMail.objects.update(state="bounced")
    assert invitations.note_deliveries() == 1
    screening.refresh_from_db()
    assert screening.invitation_status == "bounced"


def test_one_reminder_goes_out_two_days_before_the_end(environment):
    start = now()
    make_screening(environment, now=start, send_invitation=True)
    assert invitations.remind_waiting(now=start + timedelta(days=11)) == 0
    assert invitations.remind_waiting(now=start + timedelta(days=12, hours=1)) == 1
    assert invitations.remind_waiting(now=start + timedelta(days=13)) == 0
    subjects = list(OutgoingMail.objects.order_by("pk").values_list("subject", flat=True))
    assert subjects == ["Your screening for Basics", "Reminder: your screening for Basics"]


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
        400, "invalid_request", {"questions.1.correct": ["Name at least one of the options."]},
    )  # fmt: skip
    wrong = client.post("/v1/templates", {"name": "T", "duration_minutes": 481})
    assert refusal(wrong)[2] == {"duration_minutes": ["must be at most 480"]}
    client.post(f"/v1/templates/{made['id']}/archive")
    assert client.get("/v1/templates").json() == {"data": []}
    assert Template.unscoped.get().archived_at is not None


NUMERIC = {"type": "numeric", "prompt": "p", "skill": "s", "answer": 1}


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


def test_the_largest_number_is_kept_as_it_is(client):
    question = NUMERIC | {"answer": 1e15, "tolerance": {"absolute": 1e15}}
    body = {"name": "n", "duration_minutes": 5, "questions": [question]}
    made = client.post("/v1/templates", body).json()["data"]["questions"][0]
    assert (made["answer"], made["tolerance"]) == (10**15, {"absolute": 1e15})


def test_templates_have_meta_when_a_page_is_asked_for(client, environment):
    make_template(environment)
    assert client.get("/v1/templates?limit=5").json()["meta"]["per_page"] == 5


def upload(client, candidate, data: bytes, name="cv.pdf"):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode()
        + b'"\r\n\r\n' + data + b"\r\n--b--\r\n"
    )  # fmt: skip
    return client.post(
        f"/v1/candidates/{candidate.public_id}/resume",
        body=body,
        content_type="multipart/form-data; boundary=b",
    )


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
    from screening import resume_files

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
