"""One of everything in an environment, for the walk with a stranger's key."""

from __future__ import annotations

from pulse.tenancy.models import Environment
from tests.support import tenancy
from tests.support.api import Api
from tests.support.tenants import Samples

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
    return Samples(
        parameters={
            "room": "dashboard",
            "user_id": "user-2",
            "thread_id": thread["id"],
            "comment_id": comment,
            "reaction_id": reaction["id"],
            "notification_id": notification["id"],
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
            "GET /api/v1/users/{user_id}/notifications": ROOMS,
            "POST /api/v1/users/{user_id}/notifications/read-all": ROOMS,
        },
    )
