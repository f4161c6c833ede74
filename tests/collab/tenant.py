"""One of everything in an environment, for the walk with a stranger's key."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from PIL import Image

from collab.models import EnvironmentConfig
from collab.services import states, tokens, uploads
from collab.services.rooms import ensure_room
from pulse import vault
from pulse.tenancy.models import Environment
from tests.support import tenancy
from tests.support.api import Api
from tests.support.tenants import Samples

FILES = "section 3.7: plain img, audio and video tags send no key; the id is unguessable"
TOKENS = "section 3.7: a user's token opens these, not a key"
ROOMS = "rooms and users are named by the caller; each environment has its own of that name"


def samples(environment: Environment) -> Samples:
    client = Api("collab", tenancy.make_key("collab", environment))
    secret = f"secret-of-{environment.pk}"
    for user in ("user-1", "user-2"):
        client.post("/auth/token", {"userId": user, "name": f"{user} {secret}"})
    thread = client.post(
        "/api/v1/rooms/dashboard/threads",
        {"userId": "user-1", "body": secret, "mentions": ["user-2"]},
    ).json()["thread"]
    comment = thread["comments"][0]["id"]
    reaction = client.post(
        f"/api/v1/comments/{comment}/reactions", {"userId": "user-2", "emoji": "👍"}
    ).json()["reaction"]
    notification = client.get("/api/v1/users/user-2/notifications").json()["items"][0]
    now = datetime.now(UTC)
    config = EnvironmentConfig.objects.create(
        environment=environment,
        allow_p2p=True,
        turn_server_url="turn:turn.example:3478",
        turn_secret=vault.encrypt(b"shared"),
    )
    room = ensure_room(environment, name="dashboard", now=now)
    states.merge_state(environment, room=room, update=b"\0\0", config=config, now=now)
    token, _, person = tokens.mint_token(
        environment, external_id="user-1", name=f"user-1 {secret}", now=now
    )
    image = io.BytesIO()
    Image.new("RGB", (8, 8)).save(image, "PNG")
    size = image.tell()
    image.seek(0)
    file = uploads.save_upload(
        environment, uploader=person, file=image, size_bytes=size, filename="x.png",
        declared_type="image/png", now=now,
    )  # fmt: skip
    bearer = {"Authorization": f"Bearer {token}"}
    return Samples(
        parameters={
            "room": "dashboard",
            "user_id": "user-2",
            "thread_id": thread["id"],
            "comment_id": comment,
            "reaction_id": reaction["id"],
            "notification_id": notification["id"],
            "environment": environment.public_id,
            "file": str(file.public_id),
        },
        headers={
            "GET /api/v1/turn-credentials": bearer,
            "GET /api/v1/rooms/{room}/p2p/state": bearer,
            "PUT /api/v1/rooms/{room}/p2p/state": bearer,
        },
        public={
            "GET /files/{environment}/{file}": FILES,
            "POST /api/v1/upload": TOKENS,
            "GET /api/v1/turn-credentials": TOKENS,
            "GET /api/v1/rooms/{room}/p2p/state": TOKENS,
            "PUT /api/v1/rooms/{room}/p2p/state": TOKENS,
        },
        bodies={
            "POST /api/v1/rooms/{room}/threads": {"userId": "user-1", "body": "hi"},
            "POST /api/v1/threads/{thread_id}/comments": {"userId": "user-1", "body": "hi"},
            "POST /api/v1/comments/{comment_id}/reactions": {"userId": "user-1", "emoji": "👍"},
            "PATCH /api/v1/threads/{thread_id}": {"resolved": True},
            "PATCH /api/v1/comments/{comment_id}": {"body": "changed"},
            "POST /auth/token": {"userId": "user-1", "name": "Mallory"},
        },
        markers=frozenset({secret, thread["id"], comment, reaction["id"], notification["id"]}),
        named={
            "GET /api/v1/rooms/{room}": ROOMS,
            "GET /api/v1/rooms/{room}/threads": ROOMS,
            "GET /api/v1/rooms/{room}/presence": ROOMS,
            "POST /api/v1/rooms/{room}/threads": ROOMS,
            "DELETE /api/v1/users/{user_id}": ROOMS,
            "GET /api/v1/users/{user_id}/notifications": ROOMS,
            "POST /api/v1/users/{user_id}/notifications/read-all": ROOMS,
        },
    )
