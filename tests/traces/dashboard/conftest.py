"""Browsers of the dashboard: somebody who has not signed in, and Ada, who has."""

from __future__ import annotations

import secrets

import pytest

from tests.support.api import Api
from tests.traces.dashboard.people import sign_in, sign_up


@pytest.fixture
def client(api) -> Api:
    """Each test signs in from an address of its own: sign-ins are throttled by address."""
    client = api("traces", token="")
    client.client.defaults["REMOTE_ADDR"] = (
        f"10.{secrets.randbelow(250)}.{secrets.randbelow(250)}.7"
    )
    return client


@pytest.fixture
def ada(client, settings) -> Api:
    settings.PULSE_SIGNUP = "open"
    sign_up(client)
    assert sign_in(client).status_code == 200
    return client


@pytest.fixture
def here(client, settings) -> Api:
    """A client on the machine of an embedded deployment."""
    settings.PULSE_EMBEDDED = True
    client.client.defaults["REMOTE_ADDR"] = "127.0.0.1"
    client.client.defaults["HTTP_HOST"] = "127.0.0.1:3000"
    return client
