from __future__ import annotations

from datetime import timedelta

import pytest

from pulse.incidents import services
from pulse.incidents.models import Incident
from pulse.mail.models import OutgoingMail
from tests.support.tenancy import make_user


def fail(message: str = "boom"):
    try:
        raise RuntimeError(message)
    except RuntimeError as error:
        return error


def record(environment=None, request_id="req_1", exception=None):
    services.record_incident(
        exception or fail(), request_id=request_id, path="GET /v1/x", environment=environment
    )


def test_an_incident_keeps_the_request_id_and_no_secret(environment):
    record(environment, exception=fail("key pk_test_abcdefghijklmnop\nDETAIL: ada@example.com"))

    row = Incident.objects.get()
    assert (row.request_id, row.kind, row.path) == ("req_1", "RuntimeError", "GET /v1/x")
    assert row.message == "key pk_test_…"
    assert "test_incidents.py" in row.trace
    assert "ada@example.com" not in row.trace


def test_operators_and_admins_get_one_mail_an_hour_for_a_bug(environment):
    make_user(environment.organization, email="admin@example.com")
    make_user(environment.organization, email="member@example.com", role="member")
    make_user(environment.organization, email="op@example.com", role="member", operator=True)
    error = fail()
    record(environment, "req_1", error)
    services.tell()
    record(environment, "req_2", error)
    services.tell()

    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == [
        "admin@example.com",
        "op@example.com",
    ]
    assert Incident.objects.get(request_id="req_2").notified_at is None

    for row in Incident.objects.exclude(notified_at=None):
        row.notified_at -= timedelta(minutes=61)
        row.save()
    services.tell()

    later = OutgoingMail.objects.filter(to="admin@example.com").order_by("-pk")[0]
    assert "req_2" in later.text
    assert "req_1" not in later.text
    assert OutgoingMail.objects.count() == 4


def test_another_bug_is_another_mail(environment):
    make_user(environment.organization)

    record(environment, "req_1", fail())
    record(environment, "req_2", OSError("other"))
    services.tell()

    assert OutgoingMail.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_unhandled_exception_answers_500_and_is_kept_under_its_request_id(
    api, environment, monkeypatch
):
    def broken(*_, **__):
        raise RuntimeError("boom")

    monkeypatch.setattr("pulse.webhooks.selectors.list_events", broken)

    response = api("hr").get("/v1/events")

    assert response.status_code == 500
    error = response.json()["error"]
    assert error["code"] == "internal_error"
    row = Incident.objects.get()
    assert row.request_id == error["request_id"] == response["X-Request-Id"]
    assert row.environment == environment
    assert row.path.startswith("GET /")
