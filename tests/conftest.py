"""Fixtures: whose data it is, who asks, and things with a lifetime."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from pulse.keys import bearer
from pulse.requestlog import recorder
from pulse.tenancy.models import Environment
from tests.support import browser as browsers
from tests.support import emptying, limits, live, order, tenancy
from tests.support.api import Api
from tests.support.receiver import Receiver

emptying.install()
# A hash is made to take a fifth of a second and 100 MB; the deployments of live.py have real ones.
Argon2PasswordHasher.time_cost = 1
Argon2PasswordHasher.memory_cost = 8
Argon2PasswordHasher.parallelism = 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order.slowest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> order.ByDeployment | None:
    return order.ByDeployment(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(autouse=True)
def fresh_process_state() -> None:
    """What a process remembers between requests must not pass from one test to the next."""
    bearer.forget_all()
    limits.forget_all()
    recorder.forget_all()


@pytest.fixture
def environment(db: None) -> Environment:
    return tenancy.make_environment()


@pytest.fixture
def other_environment(db: None) -> Environment:
    """Another organization's: a stranger's rows do not exist."""
    return tenancy.make_environment(tenancy.make_organization("Globex"))


@pytest.fixture
def key(request: pytest.FixtureRequest) -> Callable[..., str]:
    """``key("hr", scopes=["read:leave"], environment=other)`` mints a key and gives its secret."""

    def mint(product: str, environment: Environment | None = None, **options: Any) -> str:
        owner = environment or request.getfixturevalue("environment")
        return tenancy.make_key(product, owner, **options)

    return mint


@pytest.fixture
def api(key: Callable[..., str]) -> Callable[..., Api]:
    """``api("hr")`` is a client with a key of ``environment``; ``token=`` brings another, "" none."""

    def client(product: str, *, token: str | None = None, **options: Any) -> Api:
        return Api(product, key(product, **options) if token is None else token)

    return client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real HTTP receiver for webhooks."""
    running = Receiver()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def live_server() -> Iterator[live.LiveServer]:
    """The deployment a stranger would start, shared by the tests of this process; see live.running."""
    with live.running() as server:
        yield server


@pytest.fixture(autouse=True)
def _live_server_helper() -> None:
    """Replaces pytest-django's, which prepares a server in this process."""


@pytest.fixture(scope="module")  # while it lives its thread has a running event loop
def chromium() -> Iterator[Any]:
    with browsers.running() as browser:
        yield browser


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page in a fresh browser context; fails at the end on console errors and foreign requests."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    problems = browsers.watch(opened)
    yield opened
    context.close()
    assert problems == []
