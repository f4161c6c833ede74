from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pulse.requestlog import recorder
from pulse.webhooks import events, services
from pulse.webhooks.models import Delivery, Endpoint
from tests.pulse.requestlog.test_recorder import noted
from tests.support.tenancy import FORMS

BASE = "/developers/api"
PRODUCTS = tuple(FORMS)
NARROW = {
    "hr": ["read:employees"],
    "collab": ["connect:rooms"],
    "screening": ["candidates:read"],
    "analytics": ["ingest"],
    "traces": ["write:traces"],
}


def listen(client) -> dict:
    answer = client.post(f"{BASE}/endpoints", {"events": ["*"]}, validate=False)
    assert answer.status_code == 201
    return answer.json()


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_key_reads_the_requests_of_its_product_and_environment(
    api, environment, other_environment, product
):
    for owner, about, path in (
        (environment, product, "/first"),
        (environment, product, "/second"),
        (environment, "another", "/of-another-product"),
        (other_environment, product, "/of-a-stranger"),
    ):
        noted(owner, product=about, path=path, key_id="", request_id=f"req{path}")
    recorder.flush()

    client = api(product)
    page = client.get(f"{BASE}/requests?limit=1", validate=False).json()
    rest = client.get(f"{BASE}/requests?cursor={page['next_cursor']}", validate=False).json()

    (second,), (first,) = page["data"], rest["data"]
    assert (first["path"], rest["next_cursor"]) == ("/first", None)
    assert {name: second[name] for name in second.keys() - {"id", "at"}} == {
        "method": "GET",
        "path": "/second",
        "status": 200,
        "duration_ms": 12,
        "request_id": "req/second",
        "key_id": None,
    }


@pytest.mark.parametrize(
    ("query", "paths"),
    [("status=4xx", ["/missing"]), ("method=post", ["/made"]), ("path=iss", ["/missing"])],
)
def test_requests_are_filtered_as_in_the_console(api, environment, query, paths):
    noted(environment, path="/made", method="POST", status=201)
    noted(environment, path="/missing", status=404)
    recorder.flush()

    answer = api("hr").get(f"{BASE}/requests?{query}", validate=False)

    assert [row["path"] for row in answer.json()["data"]] == paths


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_event_of_every_product_can_be_triggered(api, environment, product):
    client = api(product)
    made = listen(client)

    for kind in events.catalogue(product):
        answer = client.post(f"{BASE}/endpoints/{made['id']}/test", {"type": kind}, validate=False)
        assert (answer.status_code, answer.json()["event_type"]) == (202, kind)

    listed = client.get(f"{BASE}/events?limit=200", validate=False).json()["data"]
    owed = client.get(f"{BASE}/deliveries?endpoint_id={made['id']}&limit=200", validate=False)
    assert {row["type"] for row in listed} == set(events.catalogue(product))
    assert len(owed.json()["data"]) == len(events.catalogue(product))
    assert Endpoint.objects.within(environment).get().url == services.SINK_URL


def test_a_delivery_is_shown_with_its_body_and_an_endpoint_goes_when_asked(api, environment):
    client = api("traces")
    made = listen(client)
    client.post(f"{BASE}/endpoints/{made['id']}/test", validate=False)
    owed = Delivery.objects.within(environment).get()

    shown = client.get(f"{BASE}/deliveries/{owed.public_id}", validate=False).json()
    gone = client.delete(f"{BASE}/endpoints/{made['id']}", validate=False)

    assert (shown["event_type"], shown["tries"]) == ("webhook.test", [])
    assert gone.status_code == 204
    assert client.get(f"{BASE}/endpoints", validate=False).json()["data"] == []


def test_an_endpoint_elsewhere_is_not_deleted_here(api, environment, receiver):
    row, _ = services.create_endpoint(
        environment, product="hr", url="https://example.com/hook", subscriptions=["*"],
        description="", now=datetime.now(UTC),
    )  # fmt: skip

    answer = api("hr").delete(f"{BASE}/endpoints/{row.public_id}", validate=False)

    assert answer.status_code == 403
    assert Endpoint.objects.within(environment).get().deleted_at is None


@pytest.mark.parametrize("product", PRODUCTS)
def test_other_keys_see_nothing_and_change_nothing(api, environment, other_environment, product):
    made = listen(api(product))
    address = f"{BASE}/endpoints/{made['id']}"
    stranger = api(product, environment=other_environment)
    narrow = api(product, scopes=NARROW[product])
    nobody = api(product, token=f"{FORMS[product].prefix}nonsense")

    statuses = [
        [
            client.get(f"{BASE}/requests", validate=False).status_code,
            client.post(f"{address}/test", validate=False).status_code,
            client.delete(address, validate=False).status_code,
        ]
        for client in (stranger, narrow, nobody, api(product, token=""))
    ]

    assert statuses == [[200, 404, 404], [403] * 3, [401] * 3, [401] * 3]
    assert Endpoint.objects.within(environment).get().deleted_at is None
    assert not Delivery.unscoped.exists()


def test_a_key_of_one_person_does_not_see_what_others_do(api):
    client = api("hr", actor="emp_1", restricted=True)

    assert client.get(f"{BASE}/requests", validate=False).status_code == 403


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_is_not_there_is_refused_in_the_form_of_the_keys_product(api, product):
    client = api(product)

    missing = client.get(f"{BASE}/nothing", validate=False)
    wrong = client.post(f"{BASE}/endpoints", {"events": "all"}, validate=False)

    assert (missing.status_code, wrong.status_code) == (404, 400)
