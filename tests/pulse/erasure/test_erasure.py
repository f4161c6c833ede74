from __future__ import annotations

from datetime import UTC, datetime

from pulse.erasure import services
from pulse.erasure.models import Erasure
from pulse.idempotency.models import StoredAnswer
from pulse.mail import services as mail
from pulse.mail.models import OutgoingMail
from pulse.webhooks.models import Attempt, Delivery, Event
from tests.support.webhooks import make_endpoint, publish_sample, pump_until_idle

MARKER = "Marker-Person-7"


def erase(environment, ref="c1234", **values):
    return services.erase_subject(environment, ref, now=datetime.now(UTC), **values)


def test_bodies_about_a_person_go_and_nobody_elses(environment, receiver):
    make_endpoint(environment, receiver.url)
    receiver.answer(500, MARKER.encode())
    publish_sample(environment, subject_ref="c1234", data={"id": "c1234", "name": MARKER})
    pump_until_idle()
    longer = publish_sample(environment, subject_ref="c12345", data={"id": "c12345"})
    both = publish_sample(environment, subject_ref="c9 c1234", data={"note": MARKER})

    row = erase(environment)

    assert row.counts["events"] == 2
    assert not Event.unscoped.filter(body__contains=MARKER).exists()
    assert not Attempt.unscoped.filter(response_excerpt__contains=MARKER).exists()
    assert Event.unscoped.get(pk=longer.pk).body != ""
    states = dict(Delivery.unscoped.values_list("event", "state"))
    assert states[both.pk] == Delivery.State.CANCELLED
    assert states[longer.pk] == Delivery.State.DUE


def test_an_erased_event_stays_listed_without_data_and_cannot_be_replayed(
    api, environment, receiver
):
    make_endpoint(environment, receiver.url)
    event = publish_sample(environment, subject_ref="c1234")
    pump_until_idle()
    client = api("hr")

    erase(environment)

    assert client.get(f"/v1/events/{event.public_id}").json()["data"] is None
    assert client.post(f"/v1/events/{event.public_id}/replay").status_code == 409
    assert len(receiver.requests) == 1


def test_mails_about_or_to_the_person_lose_their_text_and_are_not_sent(environment):
    for values in ({"to": "ada@example.com"}, {"to": "eve@example.com", "ref": "c1234"}):
        mail.enqueue(subject=MARKER, text=MARKER, environment=environment, **values)
    mail.enqueue(to="bob@example.com", subject="s", text="t", environment=environment)

    erase(environment, addresses=["Ada@example.com"])

    assert not OutgoingMail.objects.filter(text__contains=MARKER).exists()
    assert OutgoingMail.objects.filter(state="queued").get().to == "bob@example.com"


def test_stored_answers_that_name_the_person_go(api, environment):
    client = api("hr")
    body = {"url": "https://example.com/emp_77", "events": ["*"]}
    client.post("/v1/webhook-endpoints", body, headers={"Idempotency-Key": "a"})
    body["url"] = "https://example.com/other"
    client.post("/v1/webhook-endpoints", body, headers={"Idempotency-Key": "b"})

    erase(environment, "emp_77")

    assert [row.key for row in StoredAnswer.unscoped.all()] == ["b"]


def test_the_ledger_names_nobody_and_one_erasure_is_one_row(environment, other_environment):
    erase(environment)
    erase(environment)
    erase(other_environment)

    rows = list(Erasure.unscoped.all())
    assert len(rows) == 2
    assert "c1234" not in " ".join(row.digest for row in rows)
