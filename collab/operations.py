"""How the plain doors are documented: OpenAPI operations that no view describes."""

from __future__ import annotations

from typing import Any

Operation = dict[str, Any]

TOKEN_HINT = "The token of a user, as minted by POST /auth/token."  # noqa: S105 - a sentence

_ATTACHMENT: Operation = {
    "type": "object",
    "required": ["id", "type", "filename", "mimeType", "sizeBytes", "url"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "type": {"type": "string", "enum": ["image", "audio", "video"]},
        "filename": {"type": "string"},
        "mimeType": {"type": "string"},
        "sizeBytes": {"type": "integer"},
        "url": {"type": "string"},
        "thumbnailUrl": {"type": "string"},
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "durationMs": {"type": "integer"},
    },
}


def _json(schema: Operation, description: str) -> Operation:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _object(required: list[str], properties: Operation) -> Operation:
    return {"type": "object", "required": required, "properties": properties}


_ROOM: Operation = {
    "name": "room",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "The room id; its slashes may be encoded or not.",
}
_STATE: Operation = {"type": ["string", "null"], "description": "A Yjs update, base64"}

UPLOAD: Operation = {
    "operationId": "postUpload",
    "tags": ["files"],
    "summary": "Upload an image, a sound or a video",
    "security": [],
    "parameters": [
        {
            "name": name,
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": description,
        }
        for name, description in (
            ("X-Pulse-Key", "The publishable key of the environment."),
            ("X-Pulse-Token", TOKEN_HINT),
        )
    ],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": _object(["file"], {"file": {"type": "string", "format": "binary"}})
            }
        },
    },
    "responses": {"200": _json(_ATTACHMENT, "The stored file")},
}
FILE: Operation = {
    "operationId": "getFile",
    "tags": ["files"],
    "summary": "An uploaded file; single byte ranges are answered",
    "security": [],
    "parameters": [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in ("environment", "file")
    ]
    + [
        {
            "name": "thumb",
            "in": "query",
            "schema": {"type": "string"},
            "description": "1 for the 200×200 JPEG of an image.",
        }
    ],
    "responses": {
        "200": {"description": "The file"},
        "206": {"description": "A part of the file"},
        "304": {"description": "Unchanged"},
        "416": {"description": "The range lies outside of the file"},
    },
}
TURN: Operation = {
    "operationId": "getTurnCredentials",
    "tags": ["p2p"],
    "summary": "Short-lived TURN credentials, for a user's token",
    "security": [{"userToken": []}],
    "responses": {
        "200": _json(
            _object(["iceServers"], {"iceServers": {"type": "array", "items": {"type": "object"}}}),
            "ICE servers in the form browsers take",
        )
    },
}
GET_STATE: Operation = {
    "operationId": "getSharedState",
    "tags": ["p2p"],
    "summary": "The shared document of a room, for a user's token",
    "security": [{"userToken": []}],
    "parameters": [_ROOM],
    "responses": {"200": _json(_object(["state"], {"state": _STATE}), "The merged state")},
}
PUT_STATE: Operation = {
    "operationId": "putSharedState",
    "tags": ["p2p"],
    "summary": "Merge a full state into the shared document of a room, for a user's token",
    "security": [{"userToken": []}],
    "parameters": [_ROOM],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _object(["state"], {"state": {"type": "string"}})}
        },
    },
    "responses": {
        "200": _json(_object(["saved"], {"saved": {"type": "boolean"}}), "It has been merged")
    },
}
