"""Short hands for tests of the REST interface."""

from __future__ import annotations

from typing import Any

from tests.support.api import Api


def start(client: Api, room: str = "dashboard", **extra: Any) -> dict[str, Any]:
    sent = {"userId": "user-1", "body": "Hello", **extra}
    # The document templates a room as one segment; ids with slashes match no template.
    path = f"/api/v1/rooms/{room}/threads"
    response = client.post(path, sent, validate="/" not in room)
    assert response.status_code == 201, response.content
    return response.json()["thread"]
