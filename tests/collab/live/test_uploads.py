from __future__ import annotations

import base64
import hashlib
import hmac
import io
import uuid
from typing import Any

import httpx
import pytest
from PIL import ExifTags, Image
from pycrdt import Doc, Map

from tests.collab.backend import ALICE, Backend


def picture(kind: str = "PNG", size: tuple[int, int] = (320, 200)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "tomato").save(out, kind)
    return out.getvalue()


def send(
    backend: Backend,
    content: bytes,
    *,
    name: str = "a.png",
    kind: str = "image/png",
    **headers: str,
) -> httpx.Response:
    sent = {"X-Pulse-Key": backend.publishable, "X-Pulse-Token": backend.token(), **headers}
    return httpx.post(
        f"{backend.live.base_url}//api/v1/upload",
        files={"file": (name, content, kind)},
        headers=sent,
    )


def test_an_image_is_measured_and_served_with_a_thumbnail_and_nothing_it_could_do(
    backend: Backend,
) -> None:
    content = picture()
    shape = send(backend, content, name="../../x<y>.html").json()

    assert {one: shape[one] for one in ("type", "mimeType", "sizeBytes", "width", "height")} == {
        "type": "image", "mimeType": "image/png", "sizeBytes": len(content),
        "width": 320, "height": 200,
    }  # fmt: skip
    assert shape["filename"] == "x<\u200by>.png"
    served = httpx.get(backend.live.base_url + shape["url"])
    assert served.content == content
    assert {one: served.headers[one] for one in (
        "content-type", "x-content-type-options", "content-security-policy",
        "cross-origin-resource-policy", "accept-ranges",
    )} == {
        "content-type": "image/png", "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cross-origin-resource-policy": "cross-origin", "accept-ranges": "bytes",
    }  # fmt: skip
    thumbnail = httpx.get(backend.live.base_url + shape["thumbnailUrl"])
    small = Image.open(io.BytesIO(thumbnail.content))
    assert (small.format, small.size) == ("JPEG", (200, 200))


def test_a_picture_taken_upright_is_measured_as_it_is_shown(backend: Backend) -> None:
    exif, out = Image.Exif(), io.BytesIO()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (60, 30), "tomato").save(out, "JPEG", exif=exif)

    shape = send(backend, out.getvalue(), name="a.jpg", kind="image/jpeg").json()
    assert (shape["width"], shape["height"]) == (30, 60)


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("bytes=0-9", 206, (0, 9)),
        ("bytes=10-", 206, (10, None)),
        ("bytes=-5", 206, (-5, None)),
        ("bytes=0-99999999", 206, (0, None)),
        ("bytes=99999999-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=5-2", 200, (0, None)),
        ("lines=1-2", 200, (0, None)),
        ("bytes=0-1,4-5", 200, (0, None)),
        (f"bytes={'9' * 5000}-", 200, (0, None)),
    ],
)
def test_one_byte_range_is_answered_and_anything_else_is_the_whole_file(
    backend: Backend, asked: str, status: int, said: tuple[int, int | None] | None
) -> None:
    content = picture()
    url = backend.live.base_url + send(backend, content).json()["url"]

    answer = httpx.get(url, headers={"Range": asked})
    assert answer.status_code == status
    if said is None:
        assert (answer.content, answer.headers["content-range"]) == (b"", f"bytes */{len(content)}")
    else:
        start, last = said
        assert answer.content == (content[start:] if last is None else content[start : last + 1])


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"If-None-Match": "W/{etag}"}, 304),
        ({"If-None-Match": '"other", {etag}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": "{etag}", "Range": "bytes=0-9"}, 304),
        ({"If-Range": "{etag}", "Range": "bytes=0-9"}, 206),
        ({"If-Range": '"other"', "Range": "bytes=0-9"}, 200),
        ({"If-Range": "W/{etag}", "Range": "bytes=0-9"}, 200),
        ({"Range": "bytes=99999999-"}, 416),
    ],
)
def test_conditions_on_a_file_are_kept(backend: Backend, sent: dict[str, str], status: int) -> None:
    url = backend.live.base_url + send(backend, picture()).json()["url"]
    etag = httpx.head(url).headers["etag"]

    headers = {name: value.format(etag=etag) for name, value in sent.items()}
    answer = httpx.get(url, headers=headers)
    assert answer.status_code == status
    assert ("immutable" in answer.headers["cache-control"]) is (status != 416)


@pytest.mark.parametrize(
    ("content", "kind", "found"),
    [
        (picture("JPEG"), "text/html", "image/jpeg"),
        (picture("GIF"), "image/png", "image/gif"),
        (picture("WEBP"), "application/octet-stream", "image/webp"),
        (
            b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x10\x00\x00\x00" + b"\x01\x00" * 12,
            "x/y",
            "audio/wav",
        ),
        (b"OggS" + b"\x00" * 60, "audio/ogg;codecs=opus", "audio/ogg"),
        (b"ID3\x04" + b"\x00" * 60, "audio/mpeg", "audio/mpeg"),
        (b"\x1a\x45\xdf\xa3\x01webm" + b"A_OPUS", "audio/webm;codecs=opus", "audio/webm"),
        (b"\x1a\x45\xdf\xa3\x01webm" + b"V_VP8", "audio/webm", "video/webm"),
        (b"\x00\x00\x00\x18ftypmp42" + b"vide", "video/mp4", "video/mp4"),
        (b"\x00\x00\x00\x18ftypM4A " + b"soun", "audio/mp4", "audio/mp4"),
    ],
)
def test_a_file_is_what_its_bytes_say(
    backend: Backend, content: bytes, kind: str, found: str
) -> None:
    assert send(backend, content, kind=kind).json()["mimeType"] == found


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 400),
        (b"<!doctype html><script>alert(1)</script>", 400),
        (b"MZ\x90\x00" + b"\x00" * 100, 400),
        (b"\x89PNG\r\n\x1a\n" + b"no image at all", 400),
        (b"\xff\xd8\xff" + b"\x00" * 100, 400),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 10_600_000, 413),
    ],
)
def test_what_only_claims_to_be_an_image_is_refused(
    backend: Backend, content: bytes, status: int
) -> None:
    answer = send(backend, content)

    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize("missing", ["X-Pulse-Key", "X-Pulse-Token"])
def test_an_upload_needs_both_credentials(backend: Backend, missing: str) -> None:
    assert send(backend, picture(), **{missing: "junk"}).status_code == 401


def test_an_attachment_is_used_once_and_by_its_uploader(backend: Backend) -> None:
    file = send(backend, picture()).json()
    room = f"files-{uuid.uuid4()}"
    path = f"/api/v1/rooms/{room}/threads"
    sent = {"userId": "user-1", "body": "", "attachmentIds": [file["id"]]}

    assert backend.call("POST", path, {**sent, "userId": "user-2"}).status_code == 400
    made = backend.call("POST", path, sent).json()["thread"]["comments"][0]
    assert (made["body"], made["attachments"][0]["id"]) == ("(attachment)", file["id"])
    assert backend.call("POST", path, sent).status_code == 400

    assert edit(backend, made["id"], "") == "(attachment)"
    assert edit(backend, made["id"], "Look") == "Look"

    backend.call("DELETE", f"/api/v1/comments/{made['id']}")
    assert httpx.get(backend.live.base_url + file["url"]).status_code == 404


def edit(backend: Backend, comment_id: str, body: str) -> str:
    answer = backend.call("PATCH", f"/api/v1/comments/{comment_id}", {"body": body})
    return answer.json()["comment"]["body"]


def test_another_environments_address_shows_nothing(backend: Backend) -> None:
    file = send(backend, picture()).json()
    moved = f"/files/env_other/{file['id']}"

    for path in (moved, f"/files/env_other/{uuid.uuid4()}", "/files/env_other/../../etc/passwd"):
        assert httpx.get(backend.live.base_url + path).status_code == 404


def update(**values: int) -> str:
    document: Doc[Any] = Doc()
    document["shared"] = Map(values)
    return base64.b64encode(document.get_update()).decode()


def test_two_writers_of_a_shared_state_lose_nothing(backend: Backend) -> None:
    token = backend.token()
    room = f"/shared/{uuid.uuid4()}"
    path = f"/api/v1/rooms/{room}/p2p/state"
    assert backend.call("GET", path, token=token).json() == {"state": None}
    assert backend.call("PUT", path, {"state": update(a=1)}, token=token).status_code == 404
    backend.enter(room).connection.close()

    for state in (update(a=1), update(b=2), update(a=1)):
        assert backend.call("PUT", path, {"state": state}, token=token).status_code == 200
    merged: Doc[Any] = Doc()
    merged.apply_update(base64.b64decode(backend.call("GET", path, token=token).json()["state"]))
    assert set(merged.get("shared", type=Map).to_py()) == {"a", "b"}

    assert backend.call("PUT", path, {"state": "!"}, token=token).status_code == 400
    assert backend.call("PUT", path, {"state": "A" * 7_100_000}, token=token).status_code == 413
    assert backend.call("PUT", path, {"state": update(c=1)}, token="junk").status_code == 401
    assert backend.call("GET", path).status_code == 401  # a secret key is no user's token


def test_an_encoded_slash_belongs_to_the_room_and_head_answers_like_get(backend: Backend) -> None:
    room = f"q{uuid.uuid4()}"
    backend.thread(f"{room}%2Fp2p%2Fstate")
    found = backend.call("GET", f"/api/v1/rooms/{room}%2Fp2p%2Fstate").json()
    assert found["room"]["id"] == f"{room}/p2p/state"

    head = backend.call("HEAD", f"/api/v1/rooms/a%2F{room}/p2p/state", token=backend.token())
    assert (head.status_code, head.headers["content-length"]) == (200, str(len('{"state":null}')))
    script = [backend.call(method, "/sdk/pulse.js").headers for method in ("HEAD", "GET")]
    assert script[0]["etag"] == script[1]["etag"]


def test_turn_credentials_are_short_lived_and_made_from_the_secret_that_stays_here(
    backend: Backend,
) -> None:
    path = "/api/v1/turn-credentials"
    assert backend.call("GET", path, token=backend.token()).status_code == 404

    configure = (
        "from collab.models import EnvironmentConfig; from pulse import vault;"
        "EnvironmentConfig.unscoped.update(turn_server_url={url!r},"
        " turn_secret=vault.encrypt(b'shared'))"
    )
    backend.run(configure.format(url="turn:turn.example:3478"))
    try:
        server = backend.call("GET", path, token=backend.token()).json()["iceServers"][0]
        socket = backend.enter("dashboard", *ALICE)
        socket.connection.close()
    finally:
        backend.run(configure.format(url=""))

    expiry, _, user = server["username"].partition(":")
    assert (expiry.isdecimal(), user.endswith(":user-1")) == (True, True)
    digest = hmac.new(b"shared", server["username"].encode(), hashlib.sha1).digest()
    assert server["credential"] == base64.b64encode(digest).decode()
    assert "shared" not in str(socket.greeting["config"])


def test_browsers_of_other_origins_may_call(backend: Backend) -> None:
    asked = {
        "Origin": "https://customer.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-pulse-key,x-pulse-token",
    }
    answer = httpx.options(f"{backend.live.base_url}/api/v1/upload", headers=asked)
    allowed = answer.headers["access-control-allow-headers"]

    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"authorization", "content-type", "x-pulse-key", "x-pulse-token"} <= {
        one.strip() for one in allowed.split(",")
    }
