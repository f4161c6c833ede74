"""The deployment a stranger starts."""

from __future__ import annotations

import urllib.request

import pytest

from tests.support import live


@pytest.fixture
def live_server():
    """Nothing is there before, not even a migrated database."""
    with live.running(fresh=True) as running:
        yield running


def test_a_new_deployment_is_migrated_answers_and_has_a_key_for_every_product(live_server):
    with urllib.request.urlopen(f"{live_server.base_url}/health/live") as answer:
        assert answer.status == 200
    assert list(live_server.keys) == [
        "PULSE_BASE_URL",
        "PULSE_HR_KEY",
        "PULSE_HR_LIVE_KEY",
        "PULSE_HR_READ_KEY",
        "PULSE_COLLAB_SECRET_KEY",
        "PULSE_COLLAB_PUBLISHABLE_KEY",
        "PULSE_SCREENING_KEY",
        "PULSE_ANALYTICS_WRITE_KEY",
        "PULSE_ANALYTICS_QUERY_KEY",
        "PULSE_TRACES_KEY",
    ]
    data = live_server.folder / "data"
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / "keys.env").stat().st_mode & 0o777 == 0o600
    assert live_server.keys["PULSE_BASE_URL"] == live_server.base_url
    again = live_server.manage("migrate", "--check")
    assert again.returncode == 0, again.stdout
