from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from pulse import products
from pulse.audit.models import Entry
from pulse.tenancy.models import Member
from pulse.webhooks import delivery, services
from pulse.webhooks.models import Delivery, Endpoint, Event
from tests.support.tenancy import make_grant, make_user

PRODUCT = next(config.product for config in products.installed() if config.events)


@pytest.fixture
def page(environment):
    client = Client()
    client.force_login(make_user(environment.organization))
    return client


def add_sink(client: Client):
    form = {"target": "sink", "events": ["*"], "description": "Try"}
    return client.post(f"/developers/webhooks/new/{PRODUCT}", form)


def make_endpoint(environment) -> Endpoint:
    row, _ = services.create_endpoint(
        environment,
        product=PRODUCT,
        url=services.SINK_URL,
        subscriptions=["*"],
        now=datetime.now(UTC),
    )
    return row


def address(row: Endpoint) -> str:
    return f"/developers/webhooks/{row.product}/{row.public_id}"


def test_adding_the_sink_shows_its_secret_once(page, environment):
    response = add_sink(page)

    assert response.status_code == 201
    secret = re.search(r'id="token">(whsec_[^<]+)<', response.content.decode()).group(1)
    row = Endpoint.objects.within(environment).get()
    assert row.url == "pulse:sink"
    assert secret not in page.get(address(row)).content.decode()


def test_an_address_that_may_not_be_called_is_refused_and_not_stored(page, environment):
    form = {"target": "url", "url": "http://169.254.169.254/latest", "events": ["*"]}

    response = page.post(f"/developers/webhooks/new/{PRODUCT}", form)

    assert response.status_code in (400, 422)
    assert 'role="alert"' in response.content.decode()
    assert Endpoint.objects.within(environment).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_test_event_arrives_in_the_sink_with_its_signature(page, environment):
    row = make_endpoint(environment)

    response = page.post(f"{address(row)}/test")
    delivery.pump()
    assert delivery.drain()

    owed = Delivery.objects.within(environment).get()
    assert response["Location"] == f"/developers/deliveries/{PRODUCT}/{owed.public_id}"
    assert owed.state == Delivery.State.DELIVERED
    caught = page.get("/developers/sink").content.decode()
    assert "webhook.test" in caught
    assert "webhook-signature" in caught
    assert "It works." in page.get(response["Location"]).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_broken_sink_is_retried_and_a_mended_one_gets_the_replay(page, environment):
    row = make_endpoint(environment)
    page.post(f"{address(row)}/break")
    page.post(f"{address(row)}/test")
    delivery.pump()
    assert delivery.drain()
    failed = Delivery.objects.within(environment).get()
    assert (failed.state, failed.attempts, failed.last_status) == (Delivery.State.DUE, 1, 500)
    assert failed.next_attempt_at > datetime.now(UTC)

    page.post(f"{address(row)}/mend")
    replayed = page.post(f"/developers/deliveries/{PRODUCT}/{failed.public_id}/replay")
    delivery.pump()
    assert delivery.drain()

    fresh = Delivery.objects.within(environment).get(replay_of=failed.public_id)
    assert replayed["Location"].endswith(fresh.public_id)
    assert fresh.state == Delivery.State.DELIVERED
    assert fresh.event_id == failed.event_id


def test_pausing_and_activating(page, environment):
    row = make_endpoint(environment)

    page.post(f"{address(row)}/pause")
    row.refresh_from_db()
    assert row.status == "paused"
    page.post(f"{address(row)}/activate")
    row.refresh_from_db()
    assert row.status == "active"


def test_what_a_person_does_is_in_the_audit_log(page, environment):
    row = make_endpoint(environment)

    page.post(f"{address(row)}/rotate")

    entry = Entry.objects.within(environment).get()
    assert (entry.action, entry.object_ref) == ("webhook_endpoint.rotate", row.public_id)
    assert entry.actor.startswith("user:")


def test_a_strangers_endpoint_event_and_delivery_do_not_exist(page, other_environment):
    row = make_endpoint(other_environment)
    services.send_test_event(
        other_environment, product=PRODUCT, public_id=row.public_id, now=datetime.now(UTC)
    )
    event = Event.objects.within(other_environment).get()
    owed = Delivery.objects.within(other_environment).get()

    for path in (
        address(row),
        f"/developers/events/{PRODUCT}/{event.public_id}",
        f"/developers/deliveries/{PRODUCT}/{owed.public_id}",
    ):
        assert page.get(path).status_code == 404
    for path in (f"{address(row)}/delete", f"{address(row)}/test"):
        assert page.post(path).status_code == 404
    assert event.public_id not in page.get("/developers/events").content.decode()
    assert page.post(f"/developers/events/{PRODUCT}/{event.public_id}/replay").status_code == 404
    assert Delivery.objects.within(other_environment).count() == 1


ROLES = {
    "owner": "manage",
    "admin": "manage",
    "support": "view",
    "member": "none",
    "member+view": "view",
    "member+edit": "edit",
    "member+manage": "manage",
}
NEEDED = {
    "test": "edit",
    "recover": "edit",
    "replay-failed": "edit",
    "pause": "manage",
    "activate": "manage",
    "break": "manage",
    "mend": "manage",
    "rotate": "manage",
    "promote": "manage",
    "delete": "manage",
}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_do_exactly_what_its_level_says(environment, role):
    name, _, grant = role.partition("+")
    user = make_user(environment.organization, email="r@example.com", role=Member.Role(name))
    if grant:
        make_grant(user, environment, PRODUCT, grant)
    client = Client()
    client.force_login(user)
    row = make_endpoint(environment)
    order = ["none", "view", "edit", "manage"]

    seen = client.get(address(row)).status_code
    assert seen == (200 if order.index(ROLES[role]) >= 1 else 404)
    for action, level in NEEDED.items():
        allowed = order.index(ROLES[role]) >= order.index(level)
        status = client.post(f"{address(row)}/{action}").status_code
        assert status != 404 if allowed else status == 404, action


def test_the_matrix_above_names_every_action():
    from pulse.site.pages.console.endpoints import ACTIONS

    assert {action: level for action, (level, _) in ACTIONS.items()} == NEEDED


def test_lists_open_with_filters_and_a_bad_cursor(page, environment):
    make_endpoint(environment)
    for path in (
        "/developers",
        "/developers?range=7d",
        "/developers/events?type=x&subject=emp_1",
        "/developers/deliveries?status=failed",
        "/developers/deliveries?cursor=nonsense",
        "/developers/requests?status=4xx&path=/v1",
    ):
        assert page.get(path).status_code == 200, path
