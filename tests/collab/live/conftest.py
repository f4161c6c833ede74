from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.collab.backend import SILENT_SECONDS, Backend, web_processes


@pytest.fixture(scope="session")
def backend() -> Iterator[Backend]:
    """A running deployment, seen from a customer's backend; its sockets are real."""
    with web_processes(1) as (one,):
        yield one


@pytest.fixture(scope="session")
def impatient() -> Iterator[Backend]:
    """The same with a grace of seconds for silence, so that tests need not wait for a minute."""
    seconds = {"PULSE_SOCKET_SILENT_SECONDS": str(SILENT_SECONDS), "PULSE_SOCKET_AUTH_SECONDS": "1"}
    with web_processes(1, **seconds) as (one,):
        yield one
