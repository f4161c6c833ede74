from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from pulse.mail.models import OutgoingMail
from screening.models import Candidate, Screening
from screening.services import attempts
from tests.screening.factories import RIGHT, answer, make_template

pytestmark = pytest.mark.django_db
BASE = "/partners/greenhouse"


@pytest.fixture
def call(api, key, environment):
    client = api("screening", token="")

    def send(method: str, path: str, body=None, *, token: str | None = None):
        secret = key("screening") if token is None else token
        user = base64.b64encode(f"{secret}:".encode()).decode()
        options = {"headers": {"Authorization": f"Basic {user}"}}
        if body is not None:
            return client.request(method, f"{BASE}/{path}", body, **options)
        return client.request(method, f"{BASE}/{path}", **options)

    return send


def person(**values) -> dict:
    return {
        "first_name": "Ada",
        "last_name": "Byron",
        "email": "ada@example.com",
        "phone_number": "123-456",
        "resume_url": "https://example.com/cv.pdf",
        "greenhouse_profile_url": "https://app.greenhouse.io/people/1",
        **values,
    }


def test_the_four_calls_go_from_list_to_score(call, environment):
    template = make_template(environment)
    assert call("GET", "list_tests").json() == [
        {"partner_test_id": template.public_id, "partner_test_name": "Basics"}
    ]

    body = {
        "partner_test_id": template.public_id,
        "candidate": person(),
        "url": "https://gh.test/x",
    }
    made = call("POST", "send_test", body).json()
    assert made == {"partner_interview_id": "s10001"}
    assert call("POST", "send_test", body).json() == made
    assert OutgoingMail.objects.get().to == "ada@example.com"
    assert Candidate.unscoped.get().source == "greenhouse"
    assert call("GET", "test_status?partner_interview_id=s10001").json() == {
        "partner_status": "pending"
    }

    now = datetime.now(UTC)
    screening = attempts.start(Screening.unscoped.get(), now=now)
    for question_id, value in RIGHT.items():
        answer(screening, question_id, value, now=now)
    attempts.submit(screening, now=now)
    status = call("GET", "test_status?partner_interview_id=s10001").json()
    assert (status["partner_status"], status["partner_score"]) == ("complete", 100)
    assert status["partner_profile_url"].endswith("/screening/screenings/s10001")
    assert status["metadata"] == {"Logic": 100, "Counting": 100}


def test_errors_that_greenhouse_reports_are_taken(call):
    body = {"api_call": "test_status", "errors": ["too slow"], "partner_interview_id": 1}
    assert call("POST", "response_error", body).status_code == 200


@pytest.mark.parametrize("token", ["", "pp_test_nope"])
def test_a_key_that_is_none_is_refused(call, token):
    response = call("GET", "list_tests", token=token)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "unauthorized")


def test_a_key_sent_as_basic_uses_the_accounts_bucket_and_opens_nothing_else(api, key, environment):
    token = key("screening")
    asked = {"Authorization": "basic " + base64.b64encode(f"{token}:".encode()).decode()}
    client = api("screening", token="")
    for _ in range(10):  # so many that time gives back fewer
        assert client.get(f"{BASE}/list_tests", headers=asked).status_code == 200
    known = api("screening", token=token).get("/v1/templates")
    assert int(known["X-RateLimit-Remaining"]) < 99
    refused = client.get("/v1/templates", headers=asked)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    refused = client.get(f"{BASE}/list_tests")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, 'Basic realm="screening"')


def test_a_screening_whose_link_has_ended_is_not_given_again(call, environment):
    template = make_template(environment)
    body = {"partner_test_id": template.public_id, "candidate": person()}
    first = call("POST", "send_test", body).json()
    Screening.unscoped.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert call("POST", "send_test", body).json() != first
    assert Screening.unscoped.filter(status="expired").count() == 1


def test_a_key_without_the_scope_is_refused(api, key, environment):
    client = api("screening", token=key("screening", scopes=["candidates:read"]))
    assert client.get(f"{BASE}/list_tests").status_code == 403
    assert client.post("/partners/ashby/assessment.list", {}).status_code == 403


def test_an_unknown_test_and_a_bad_person_are_refused_and_nobody_is_made(call, environment):
    body = {"partner_test_id": "t1", "candidate": person()}
    assert call("POST", "send_test", body).status_code == 404
    body = {"partner_test_id": "t1", "candidate": person(email="x")}
    assert call("POST", "send_test", body).status_code == 400
    assert Candidate.unscoped.count() == 0


def test_another_accounts_screening_is_not_there(call, key, environment, other_environment):
    template = make_template(environment)
    call("POST", "send_test", {"partner_test_id": template.public_id, "candidate": person()})
    stranger = key("screening", environment=other_environment)
    path = "test_status?partner_interview_id=s10001"
    assert call("GET", path, token=stranger).status_code == 404
