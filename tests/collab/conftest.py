from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.collab.backend import SILENT_SECONDS, Backend
from tests.support import live


@pytest.fixture(scope="session")
def backend() -> Iterator[Backend]:
    """A running deployment, seen from a customer's backend; its sockets are real."""
    with live.running() as server:
        yield Backend(server)


@pytest.fixture(scope="session")
def impatient() -> Iterator[Backend]:
    """The same with a grace of seconds for silence, so that tests need not wait for a minute."""
    with live.running(
        PULSE_SOCKET_SILENT_SECONDS=str(SILENT_SECONDS), PULSE_SOCKET_AUTH_SECONDS="1"
    ) as server:
        yield Backend(server)
