from __future__ import annotations

import pytest
from django.test import Client

from pulse.doors.exchange import Exchange
from pulse.metrics import requests
from tests.support.webhooks import make_endpoint, publish_sample


@pytest.fixture
def scrape(settings, db):
    settings.PULSE_METRICS_TOKEN = "scraper"

    def get(token="scraper"):
        return Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})

    return get


def values(response):
    lines = [line for line in response.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_metrics_need_their_own_token(scrape, settings, key):
    assert scrape("wrong").status_code == 401
    assert scrape("").status_code == 401
    assert Client().get("/metrics").status_code == 401
    assert scrape(key("hr")).status_code == 401
    assert scrape().status_code == 200
    settings.PULSE_METRICS_TOKEN = ""
    assert scrape("").status_code == 404


def test_requests_are_counted_by_product_method_and_status(scrape):
    name = 'pulse_requests_total{method="other",product="traces",status="418"}'
    before = values(scrape()).get(name, 0)

    requests.observe(Exchange("BREW", "/v1/traces", "req_1", product="traces", status=418))

    assert values(scrape())[name] == before + 1


def test_what_waits_is_read_from_the_database(scrape, environment):
    make_endpoint(environment, "https://example.com/")
    publish_sample(environment)

    found = values(scrape())

    assert found["pulse_webhook_deliveries_open"] == 1
    assert found["pulse_webhook_lag_seconds"] < 60
    assert found['pulse_webhook_endpoints{status="active"}'] == 1
    assert found['pulse_webhook_endpoints{status="breaker_open"}'] == 0
    assert found["pulse_mail_queued"] == 0
    assert found["pulse_traces_digest_lag_seconds"] == 0
