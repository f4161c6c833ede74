from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from pulse.audit import services as audit
from pulse.audit.models import Entry
from pulse.incidents import services as incidents
from pulse.keys.models import ApiKey
from pulse.mail import services as mail
from pulse.mail.models import OutgoingMail
from pulse.tenancy.models import User
from pulse.webhooks.models import Delivery, Endpoint
from tests.support.webhooks import make_endpoint, publish_sample, pump_until_idle

KERNEL = ("webhooks", "audit", "mail", "incidents", "exports", "erasure", "keys", "tenancy")
SCREENS = sorted(
    (model for model in admin.site._registry if model._meta.app_label in KERNEL),
    key=lambda model: model._meta.label,
)
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def operator(db):
    client = Client()
    client.force_login(
        User.objects.create_superuser("op@example.com", "a long password", operator=True)
    )
    return client


@pytest.fixture
def populated(environment, receiver, key):
    """A row or more behind every screen, with hostile text where people write."""
    key("hr", name=HOSTILE)
    make_endpoint(environment, receiver.url, description=HOSTILE)
    receiver.answer(500, HOSTILE.encode())
    publish_sample(environment, data={"id": "smp_1", "note": HOSTILE})
    pump_until_idle()
    audit.record(environment, actor="system", action="a.b", object_ref="x")
    mail.enqueue(to="ada@example.com", subject=HOSTILE, text="t", environment=environment)
    incidents.record_incident(
        RuntimeError(HOSTILE), request_id="req_1", path="GET /x", environment=environment
    )


@pytest.mark.parametrize("model", SCREENS, ids=lambda model: model._meta.label)
def test_every_screen_opens_and_shows_text_as_text(operator, populated, model):
    listed = operator.get(
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    )
    row = model._default_manager.first()
    pages = [listed]
    if row is not None:
        path = reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk]
        )
        pages.append(operator.get(path))

    assert [page.status_code for page in pages] == [200] * len(pages)
    assert not any(HOSTILE in page.content.decode() for page in pages)


def test_no_screen_shows_a_secret(operator, populated):
    endpoint, row = Endpoint.unscoped.get(), ApiKey.unscoped.get()
    shown = [
        operator.get(reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])),
        operator.get(reverse("admin:keys_apikey_change", args=[row.pk])),
    ]

    assert endpoint.secret not in shown[0].content.decode()
    assert row.digest not in shown[1].content.decode()


def act(operator, model, action, *rows):
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    response = operator.post(path, data)
    assert response.status_code == 302


def test_pausing_replaying_and_revoking_are_done_and_audited(operator, populated, receiver):
    endpoint, key = Endpoint.unscoped.get(), ApiKey.unscoped.get()
    delivery = Delivery.unscoped.get()

    act(operator, Delivery, "replay", delivery)
    pump_until_idle()
    act(operator, Endpoint, "pause", endpoint)
    act(operator, ApiKey, "revoke", key)

    endpoint.refresh_from_db()
    key.refresh_from_db()
    assert endpoint.status == Endpoint.Status.PAUSED
    assert key.revoked_at is not None
    assert len(receiver.requests) == 2
    who = f"user:{User.objects.get().pk}"
    actions = Entry.unscoped.filter(actor=who).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["webhook_delivery.replayed", "webhook_endpoint.paused", "key.revoked"]


def test_a_mail_that_bounced_can_be_sent_again(operator, environment):
    row = mail.enqueue(to="ada@example.com", subject="s", text="t", environment=environment)
    OutgoingMail.objects.update(state=OutgoingMail.State.BOUNCED, next_attempt_at=datetime.now(UTC))

    act(operator, OutgoingMail, "send_again", row)

    assert OutgoingMail.objects.get().state == OutgoingMail.State.QUEUED
