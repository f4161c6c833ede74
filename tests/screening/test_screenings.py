from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulse.mail.models import OutgoingMail
from screening.models import Resume, Screening, Template
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
