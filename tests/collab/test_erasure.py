"""A forgotten person leaves no trace in any table or file; what others said stays."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from collab.errors import InvalidToken, UserNotFound
from collab.models import Activity, Comment, Participant, Thread
from collab.services import tokens, uploads
from collab.services.erasure import erase_person
from collab.services.rooms import ensure_room, log_visit
from pulse.idempotency.models import StoredAnswer
from pulse.tenancy.models import Environment
from pulse.webhooks.models import Event
from tests.support.api import Api
from tests.support.races import together

MARK = "zqxMARKERjw"
NAME = f"Zoë {MARK}"


def places_of(marker: str, folder: Path) -> list[str]:
    """Every table and file that still holds the marker, in any case."""
    wanted = marker.casefold()
    found = [
        model._meta.label
        for model in apps.get_models()
        if any(
            wanted in str(row).casefold()
            for row in getattr(model, "unscoped", model._default_manager).all().values()
        )
    ]
    files = [one for one in folder.rglob("*") if one.is_file()] if folder.exists() else []
    return found + [one.name for one in files if marker.encode() in one.read_bytes()]


def picture() -> io.BytesIO:
    note, out = PngInfo(), io.BytesIO()
    note.add_text("Author", MARK)
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=note)
    return out


@pytest.fixture
def collab(
    api: Callable[..., Api], environment: Environment, settings: LazySettings, tmp_path: Path
) -> Api:
    """Somebody marked has written, uploaded, reacted, and been answered and mentioned."""
    settings.MEDIA_ROOT = tmp_path
    client = api("collab", prefix="sk_", scopes=["read:*", "write:*", "admin:erase"])
    client.post("/auth/token", {"userId": "user-1", "name": "Alice Chen"})
    avatar = f"https://cdn.example/{MARK}.png"
    client.post("/auth/token", {"userId": MARK, "name": NAME, "avatar": avatar})
    person = Participant.unscoped.get(external_id=MARK)
    image = picture()
    for _ in range(2):  # one for a comment, one that stays loose
        image.seek(0)
        file = uploads.save_upload(
            environment, uploader=person, file=image, size_bytes=image.getbuffer().nbytes,
            filename=f"{MARK}.png", declared_type="image/png", now=datetime.now(UTC),
        )  # fmt: skip
    own = say(client, "/api/v1/rooms/one/threads", user=MARK, body=f"I am {MARK}")["thread"]
    say(client, f"/api/v1/threads/{own['id']}/comments", user="user-1", body="Hello",
        mentions=[MARK])  # fmt: skip
    other = say(client, "/api/v1/rooms/two/threads", user="user-1",
        body=f"Ask @Zoë_{MARK}, or @{MARK}")["thread"]  # fmt: skip
    say(client, f"/api/v1/threads/{other['id']}/comments", user=MARK, body="Yes",
        attachmentIds=[str(file.public_id)])  # fmt: skip
    say(client, "/api/v1/rooms/two/threads", user=MARK, body="alone")
    first = other["comments"][0]["id"]
    sent = {"userId": MARK, "emoji": "👍"}
    assert client.post(f"/api/v1/comments/{first}/reactions", sent).status_code == 201
    return client


def say(client: Api, path: str, *, user: str, **extra: Any) -> dict[str, Any]:
    response = client.post(
        path, {"userId": user, **extra}, headers={"Idempotency-Key": ascii(extra)}
    )
    assert response.status_code == 201, response.content
    return response.json()


@pytest.mark.django_db(transaction=True)
def test_a_forgotten_person_is_in_no_table_and_no_file(collab: Api, tmp_path: Path) -> None:
    assert {"collab.Participant", "collab.Comment", "webhooks.Event"} <= set(
        places_of(MARK, tmp_path)
    )

    assert collab.delete(f"/api/v1/users/{MARK}").json() == {"deleted": True}

    assert places_of(MARK, tmp_path) == []
    assert list(Comment.unscoped.order_by("pk").values_list("author__external_id", "body")) == [
        ("user-1", "Hello"),
        ("user-1", "Ask someone, or someone"),
    ]
    assert Thread.unscoped.count() == 2
    assert collab.delete(f"/api/v1/users/{MARK}").json() == {"error": "User not found"}
    assert not [one for one in tmp_path.rglob("*") if one.is_file()]
    assert not Event.unscoped.filter(body__contains="Yes").exists()


@pytest.mark.django_db
def test_tokens_of_a_forgotten_person_are_dead_and_new_ones_open_again(
    environment: Environment,
) -> None:
    mint = {"external_id": "user-1", "name": "Alice Chen"}
    before, _, _ = tokens.mint_token(environment, **mint, now=datetime.now(UTC))
    erase_person(environment, user_id="user-1", now=datetime.now(UTC))

    with pytest.raises(InvalidToken):
        tokens.read_token(environment, before)
    after, _, _ = tokens.mint_token(environment, **mint, now=datetime.now(UTC))
    assert tokens.read_token(environment, after).external_id == "user-1"


@pytest.mark.django_db(transaction=True)
def test_what_is_said_while_somebody_is_forgotten_goes_too(collab: Api) -> None:
    path = "/api/v1/rooms/three/threads"
    calls = [lambda: collab.delete(f"/api/v1/users/{MARK}")]
    calls += [lambda: collab.post(path, {"userId": MARK, "body": "still here"})] * 3

    statuses = [answer.status_code for answer in together(*calls)]

    assert statuses[0] == 200
    assert set(statuses[1:]) <= {201, 404}
    assert not Participant.unscoped.filter(external_id=MARK).exists()
    assert not Thread.unscoped.filter(comments=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_token_kept_for_a_repeated_call_goes_with_its_person(collab: Api) -> None:
    sent, header = {"userId": MARK, "name": NAME}, {"Idempotency-Key": "mint"}
    first = collab.post("/auth/token", sent, headers=header)
    again = collab.post("/auth/token", sent, headers=header)
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")

    collab.delete(f"/api/v1/users/{MARK}")

    assert not StoredAnswer.unscoped.filter(key="mint").exists()


@pytest.mark.django_db
def test_a_visit_that_ends_after_its_person_was_forgotten_is_not_told(
    environment: Environment,
) -> None:
    now = datetime.now(UTC)
    _, _, person = tokens.mint_token(environment, external_id="user-1", name="Alice", now=now)
    room = ensure_room(environment, name="dashboard", now=now)
    erase_person(environment, user_id="user-1", now=now)

    with pytest.raises(UserNotFound):
        log_visit(environment, room_pk=room.pk, person_pk=person.pk, joined=False, now=now)
    assert Activity.unscoped.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["Strauß Karl", "İpek Su"])
def test_a_name_goes_from_what_others_said_whatever_its_letters_fold_to(
    collab: Api, name: str
) -> None:
    collab.post("/auth/token", {"userId": "user-9", "name": name})
    spelled = "_".join(name.split())
    say(collab, "/api/v1/rooms/names/threads", user="user-1", body=f"Ask @{spelled}, please")

    collab.delete("/api/v1/users/user-9")

    assert Comment.unscoped.get(thread__room__name="names").body == "Ask someone, please"


@pytest.mark.django_db(transaction=True)
def test_other_people_whose_names_begin_alike_or_are_the_same_keep_theirs(collab: Api) -> None:
    names = {"anne": "Anne", "anne-marie": "Anne-Marie Curie", "bob-1": "Bob", "bob-2": "Bob"}
    for user, name in names.items():
        collab.post("/auth/token", {"userId": user, "name": name})
    path = "/api/v1/rooms/names/threads"
    say(collab, path, user="user-1", body="@Anne's is @Anne-Marie_Curie's, says @anne.")
    say(collab, path, user="user-1", body="@Bob and @bob-1", mentions=["bob-2"])
    say(collab, path, user="user-1", body="@Bob", mentions=["bob-1"])

    for user in ("anne", "bob-1"):
        assert collab.delete(f"/api/v1/users/{user}").status_code == 200

    said = Comment.unscoped.filter(thread__room__name="names").order_by("pk")
    assert list(said.values_list("body", flat=True)) == [
        "someone's is @Anne-Marie_Curie's, says someone.",
        "@Bob and someone",
        "someone",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_file_that_arrives_after_its_person_was_forgotten_is_not_kept(
    environment: Environment, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    now = datetime.now(UTC)
    _, _, person = tokens.mint_token(environment, external_id="user-1", name="Alice", now=now)
    erase_person(environment, user_id="user-1", now=now)

    image = picture()
    image.seek(0)
    with pytest.raises(UserNotFound):
        uploads.save_upload(
            environment, uploader=person, file=image, size_bytes=image.getbuffer().nbytes,
            filename="a.png", declared_type="image/png", now=now,
        )  # fmt: skip
    assert not [one for one in tmp_path.rglob("*") if one.is_file()]


def test_forgetting_needs_its_own_scope(api: Callable[..., Api]) -> None:
    client = api("collab", prefix="sk_", scopes=["read:*", "write:*"])
    client.post("/auth/token", {"userId": "user-1", "name": "Alice Chen"})

    assert client.delete("/api/v1/users/user-1").status_code == 403
    assert Participant.unscoped.filter(external_id="user-1").exists()
