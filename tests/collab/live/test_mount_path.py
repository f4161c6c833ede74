"""An endpoint with a path, such as ``wss://host/collab``: the client puts that path before all others."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from tests.collab.backend import Backend
from tests.collab.live.test_uploads import picture


@pytest.mark.parametrize("mount", ["/collab", "/collab/"])
def test_everything_the_client_calls_answers_below_the_mount_path_too(
    backend: Backend, mount: str
) -> None:
    base = backend.live.base_url + mount
    sent = {"X-Pulse-Key": backend.publishable, "X-Pulse-Token": backend.token()}
    files = {"file": ("a.png", picture(), "image/png")}
    uploaded = httpx.post(f"{base}/api/v1/upload", files=files, headers=sent)
    assert uploaded.status_code == 200
    shown = httpx.get(base.rstrip("/") + uploaded.json()["url"])
    assert shown.headers["content-type"] == "image/png"

    secret = {"Authorization": f"Bearer {backend.secret}"}
    body = {"userId": "user-1", "body": "Hello"}
    made = httpx.post(f"{base}/api/v1/rooms/%2Fsettings/threads", json=body, headers=secret)
    assert made.json()["thread"]["roomId"] == "/settings"
    state = f"{base}/api/v1/rooms//settings/p2p/state"
    user = {"Authorization": f"Bearer {backend.token()}"}
    assert httpx.get(state, headers=user).json() == {"state": None}


def test_a_socket_opens_at_any_path(backend: Backend) -> None:
    away = replace(backend, path="/collab")
    socket = away.enter("dashboard")

    assert socket.greeting["type"] == "auth:ok"
    socket.connection.close()


def test_pages_below_that_name_stay_pages(backend: Backend) -> None:
    answer = httpx.get(f"{backend.live.base_url}/collab/nothing")

    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (404, "text/html")
