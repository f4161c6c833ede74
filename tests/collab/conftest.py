"""Who speaks to the REST interface of collaboration."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.api import Api


@pytest.fixture
def collab(api: Callable[..., Api]) -> Api:
    client = api("collab", prefix="sk_", scopes=["read:*", "write:*"])
    for user, name in (("user-1", "Alice Chen"), ("user-2", "Bob Smith")):
        assert client.post("/auth/token", {"userId": user, "name": name}).status_code == 200
    return client
