"""Files of comments: how large, used once, gone with their thread."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from django.conf import LazySettings
from PIL import Image

from collab.errors import FileTooLarge
from collab.models import Attachment, Participant
from collab.selectors import configs
from collab.services import uploads
from pulse.tenancy.models import Environment
from tests.support.api import Api
from tests.support.races import together


def upload(environment: Environment, size_bytes: int = 100) -> Attachment:
    """A picture that user-1 has uploaded and not used."""
    image = io.BytesIO()
    Image.new("RGB", (8, 8)).save(image, "PNG")
    image.seek(0)
    return uploads.save_upload(
        environment, uploader=Participant.unscoped.get(external_id="user-1"), file=image,
        size_bytes=size_bytes, filename="a.png", declared_type="image/png", now=datetime.now(UTC),
    )  # fmt: skip


def test_a_file_beyond_the_environments_limit_is_not_kept(
    collab: Api, environment: Environment, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    limit = uploads.limit_bytes(configs.config_of(environment))

    upload(environment, limit)
    with pytest.raises(FileTooLarge):
        upload(environment, limit + 1)

    assert [row.size_bytes for row in Attachment.unscoped.all()] == [limit]


@pytest.mark.django_db(transaction=True)
def test_a_deleted_thread_takes_its_files_along(
    collab: Api, environment: Environment, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = upload(environment)
    sent = {"userId": "user-1", "body": "x", "attachmentIds": [str(file.public_id)]}
    made = collab.post("/api/v1/rooms/a/threads", sent).json()["thread"]
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]

    collab.delete(f"/api/v1/threads/{made['id']}")

    assert len(stored) == 2  # the picture and its thumbnail
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert Attachment.unscoped.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_comments_in_different_rooms_one_gets_the_file(
    collab: Api, environment: Environment, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = upload(environment)
    sent = {"userId": "user-1", "body": "x", "attachmentIds": [str(file.public_id)]}
    calls = [
        partial(collab.post, f"/api/v1/rooms/{room}/threads", sent) for room in ("a", "b", "c")
    ]

    assert sorted(answer.status_code for answer in together(*calls)) == [201, 400, 400]
