from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine

from tests.hr.people import NOW
from tests.support.api import Api


@pytest.fixture(autouse=True)
def monday_noon(request: pytest.FixtureRequest) -> Iterator[None]:
    """Monday, 20 April 2026, 12:00 UTC, standing still."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hr(api: Callable[..., Api]) -> Api:
    """A client with a key that may read and write everything, and acts for nobody."""
    return api("hr")


@pytest.fixture
def time_machine_at() -> Callable[..., time_machine.travel]:
    """``with time_machine_at(moment):`` stands at another moment."""
    return lambda moment: time_machine.travel(moment, tick=False)
