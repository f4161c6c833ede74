"""Taking in files: by what they are, within what the environment allows."""

from __future__ import annotations

import io
import struct
import uuid
import warnings
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from collab import sniffing
from collab.errors import FeatureOff, FileTooLarge, InvalidFile, UserNotFound
from collab.models import Attachment, Comment, EnvironmentConfig, Participant, Thread
from collab.selectors import configs, people
from pulse.strictjson import clean
from pulse.tenancy.models import Environment

MEBIBYTE = 1024 * 1024
THUMBNAIL = (200, 200)
MAX_PIXELS = 50_000_000
LYING = range(5, 9)
"""EXIF orientations of pictures taken with the camera on its side."""


def storage_name(attachment_id: uuid.UUID, *, thumbnail: bool = False) -> str:
    """Where a file lies in the storage; names come from us alone."""
    shown = str(attachment_id)
    return f"collab/{shown[:2]}/{shown}{'.thumb' if thumbnail else ''}"


def limit_bytes(config: EnvironmentConfig) -> int:
    return config.max_file_size_mb * MEBIBYTE


def save_upload(
    environment: Environment,
    *,
    uploader: Participant,
    file: IO[bytes],
    size_bytes: int,
    filename: str,
    declared_type: str,
    now: datetime,
) -> Attachment:
    """Store a file and its thumbnail, for its uploader to use in a comment within a day.

    Nothing is kept of what fails. Raises InvalidFile, FeatureOff, FileTooLarge, UserNotFound.
    """
    config = configs.config_of(environment)
    if size_bytes > limit_bytes(config):
        raise FileTooLarge(f"The file is larger than {config.max_file_size_mb} MB")
    head = file.read(sniffing.HEAD_BYTES)
    kind = sniffing.sniff(head, declared_type.partition(";")[0].strip().lower())
    if kind is None:
        raise InvalidFile
    _check_allowed(kind, config)
    file.seek(0)
    attachment_id = uuid.uuid4()
    width, height, thumbnail = _measure(file) if kind.media == "image" else (None, None, b"")
    file.seek(0)
    try:
        default_storage.save(storage_name(attachment_id), File(file))
        if thumbnail:
            default_storage.save(
                storage_name(attachment_id, thumbnail=True), ContentFile(thumbnail)
            )
        with transaction.atomic():
            if not people.hold_people(environment, [uploader.pk]):
                raise UserNotFound  # forgotten while the file came in
            return Attachment.objects.create(
                environment=environment,
                public_id=attachment_id,
                uploader=uploader,
                type=kind.media,
                filename=_plain_name(filename, kind),
                mime_type=kind.mime_type,
                size_bytes=size_bytes,
                width=width,
                height=height,
                duration_ms=_wav_duration_ms(head, size_bytes)
                if kind.mime_type == "audio/wav"
                else None,
                created_at=now,
            )
    except Exception:
        remove_from_storage([attachment_id])
        raise


def _check_allowed(kind: sniffing.Kind, config: EnvironmentConfig) -> None:
    allowed = {
        "image": config.allow_images,
        "audio": config.allow_audio,
        "video": config.allow_video,
    }
    if not allowed[kind.media]:
        raise FeatureOff(f"{kind.media.title()} uploads are switched off in this environment")


def _measure(file: IO[bytes]) -> tuple[int, int, bytes]:
    """Width, height and a 200×200 JPEG. Raises InvalidFile for what only starts like an image."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise InvalidFile("The image has too many pixels")
                if image.getexif().get(ExifTags.Base.Orientation) in LYING:
                    width, height = height, width  # as browsers show it
                image.draft("RGB", (THUMBNAIL[0] * 2, THUMBNAIL[1] * 2))
                upright = ImageOps.exif_transpose(image).convert("RGBA")
        fitted = ImageOps.fit(upright, THUMBNAIL)
        backed = Image.new("RGB", THUMBNAIL, "white")
        backed.paste(fitted, mask=fitted.getchannel("A"))
        out = io.BytesIO()
        backed.save(out, "JPEG", quality=82)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
        struct.error,
    ) as error:
        raise InvalidFile("The image cannot be read") from error
    return width, height, out.getvalue()


def _wav_duration_ms(head: bytes, size_bytes: int) -> int | None:
    """From the byte rate that the format chunk states."""
    place = head.find(b"fmt ")
    if place < 0 or len(head) < place + 20:
        return None
    byte_rate = int(struct.unpack_from("<I", head, place + 16)[0])
    return min(size_bytes * 1000 // byte_rate, 2**31 - 1) if byte_rate else None


def _plain_name(filename: str, kind: sniffing.Kind) -> str:
    """A file name without folders and control characters, with the extension of what it is."""
    base = PurePosixPath(clean(filename).replace("\\", "/")).name
    stem = "".join(one for one in base if one.isprintable()).rpartition(".")
    name = (stem[0] or stem[2]).strip()[:150] or kind.media
    return f"{name}.{sniffing.EXTENSIONS[kind.mime_type]}"


def drop_files(
    environment: Environment, *, thread: Thread | None = None, comment: Comment | None = None
) -> None:
    """Delete the attachments of what is being deleted: rows now, files after the commit."""
    attached = Attachment.objects.within(environment)
    if comment is not None:
        attached = attached.filter(comment=comment)
    else:
        attached = attached.filter(comment__thread=thread)
    ids = list(attached.values_list("public_id", flat=True))
    if ids:
        attached.delete()
        transaction.on_commit(lambda: remove_from_storage(ids), robust=True)


def remove_from_storage(ids: list[uuid.UUID]) -> None:
    for attachment_id in ids:
        default_storage.delete(storage_name(attachment_id))
        default_storage.delete(storage_name(attachment_id, thumbnail=True))
