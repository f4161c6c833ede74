from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulse.mail.models import OutgoingMail
from screening.errors import AttemptClosed
from screening.models import Screening, TemplateVersion
from screening.services import attempts, invitations
from tests.screening.factories import (
    NOW,
    QUESTIONS,
    make_candidate,
    make_screening,
    make_started,
    make_template,
)

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


def test_the_end_that_is_shown_is_not_an_earlier_one(client, environment):
    start = now().replace(microsecond=999_999)
    path = f"/v1/screenings/{make_screening(environment, now=start).public_id}"
    shown = client.get(path).json()["data"]["expires_at"]
    again = client.post(f"{path}/extend", {"expires_at": shown})
    assert (again.status_code, again.json()["data"]["expires_at"]) == (200, shown)


def test_a_reset_lasts_as_long_as_the_screening_it_replaces(client, environment):
    start = now()
    screening = make_screening(environment, now=start, expires_in_days=60)
    data = client.post(f"/v1/screenings/{screening.public_id}/reset").json()["data"]
    assert data["expires_at"] >= (start + timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_candidate_changes_with_a_completion_and_not_with_an_invitation(environment):
    candidate = make_candidate(environment)
    screening = make_started(environment, candidate=candidate, now=NOW + timedelta(days=1))
    candidate.refresh_from_db()
    assert (candidate.updated_at, candidate.last_contact_at) == (NOW, NOW + timedelta(days=1))
    done = attempts.submit(screening, now=NOW + timedelta(days=1, minutes=5))
    candidate.refresh_from_db()
    assert candidate.updated_at == candidate.last_contact_at == done.completed_at


def test_the_period_of_the_list_is_compared_in_whole_seconds(client, environment):
    made = make_screening(environment, now=datetime(2026, 3, 2, 9, 0, 0, 700_000, tzinfo=UTC))

    def found(**query) -> list[str]:
        return [one["id"] for one in client.get("/v1/screenings", query).json()["data"]]

    assert found(**{"from": "2026-03-02T09:00:00Z"}) == [made.public_id]
    assert found(to="2026-03-02T09:00:00Z") == [made.public_id]
    assert found(to="2026-03-02T08:59:59Z") == []
    assert found(**{"from": "2026-03-02T09:00:01Z"}) == []


@pytest.mark.parametrize(
    "left",
    [
        {"questions": []},
        {"questions": [QUESTIONS[2] | {"points": 0}]},
        {"settings": {"weights": {"Logic": 0, "Counting": 0}}},
    ],
)
def test_a_template_that_somebody_is_invited_to_keeps_something_to_earn(client, environment, left):
    screening = make_screening(environment, now=now())
    path = f"/v1/templates/{screening.template.public_id}"
    assert refusal(client.patch(path, left)) == (
        409,
        "conflict",
        {"template_id": screening.template.public_id, "pending_screenings": 1},
    )
    stored = client.get(path).json()["data"]
    assert (stored["question_count"], stored["settings"]) == (4, {})
    client.post(f"/v1/screenings/{screening.public_id}/cancel")
    assert client.patch(path, left).status_code == 200
    ids = {"candidate_id": screening.candidate.public_id, "template_id": stored["id"]}
    assert client.post("/v1/screenings", ids).status_code == 409


def test_an_attempt_is_not_started_without_questions(environment):
    screening = make_screening(environment)
    TemplateVersion.unscoped.update(questions=[])
    with pytest.raises(AttemptClosed):
        attempts.start(screening, now=NOW)
    screening.refresh_from_db()
    assert screening.status == "pending"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [(b"{", "application/json", 400), (b"[]", "application/json", 400), (b"x", "text/plain", 415)],
)
def test_an_action_takes_no_body_that_is_no_json_object(client, environment, body, kind, status):
    screening = make_screening(environment, now=now())
    for path in (
        f"/v1/screenings/{screening.public_id}/cancel",
        f"/v1/candidates/{screening.candidate.public_id}/archive",
        f"/v1/templates/{screening.template.public_id}/archive",
        "/v1/webhooks/whk_1/test",
    ):
        assert client.post(path, body=body, content_type=kind).status_code == status
    screening.refresh_from_db()
    assert screening.status == "pending"


def test_an_invitation_that_was_opened_stays_opened_while_the_attempt_runs(client, environment):
    screening = make_started(environment, now=now())
    path = f"/v1/screenings/{screening.public_id}/invite"
    assert client.post(path).json()["data"]["invitation_status"] == "opened"
    assert OutgoingMail.objects.count() == 1


def test_a_reminder_to_somebody_who_had_no_mail_is_the_invitation(client, environment):
    screening = make_screening(environment, now=now())
    path = f"/v1/screenings/{screening.public_id}"
    assert client.post(f"{path}/remind").json()["data"]["invitation_status"] == "queued"
    assert client.get(path).json()["data"]["invited_at"] is not None


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
