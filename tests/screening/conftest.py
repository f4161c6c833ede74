from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.screening.recruiting import Account
from tests.support.live import LiveServer


@pytest.fixture
def account(live_server: LiveServer) -> Iterator[Account]:
    """The recruiter's system, against the deployment of ``live_server``."""
    account = Account(live_server)
    yield account
    account.http.close()
