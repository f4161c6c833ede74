from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.collab.backend import Backend
from tests.support import live


@pytest.fixture(scope="session")
def backend() -> Iterator[Backend]:
    """A running deployment, seen from a customer's backend; its sockets are real."""
    with live.running() as server:
        yield Backend(server)
