"""What a file is, from its first bytes: what the sender calls it is only a hint between twins."""

from __future__ import annotations

from dataclasses import dataclass

HEAD_BYTES = 64 * 1024
"""Enough to find the track headers of what recorders write."""

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "video/webm": "webm",
    "video/mp4": "mp4",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A MIME type of the accepted list, and ``image``, ``audio`` or ``video``."""

    mime_type: str

    @property
    def media(self) -> str:
        return self.mime_type.partition("/")[0]


def sniff(head: bytes, declared: str) -> Kind | None:
    """The kind of a file that starts with ``head``, or None when it is not one we accept."""
    found = _image(head) or _matroska(head, declared) or _iso_media(head, declared) or _audio(head)
    return Kind(found) if found else None


def _image(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return ""


def _matroska(head: bytes, declared: str) -> str:
    """WebM: the codec of a video track decides; without tracks in sight the sender's word does."""
    if not head.startswith(b"\x1a\x45\xdf\xa3") or b"webm" not in head[:64]:
        return ""
    if any(codec in head for codec in (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG4")):
        return "video/webm"
    if any(codec in head for codec in (b"A_OPUS", b"A_VORBIS")):
        return "audio/webm"
    return "audio/webm" if declared.startswith("audio/") else "video/webm"


def _iso_media(head: bytes, declared: str) -> str:
    if head[4:8] != b"ftyp" or head[8:11] == b"qt ":
        return ""
    if head[8:12] in (b"M4A ", b"M4B "):
        return "audio/mp4"
    return "audio/mp4" if declared.startswith("audio/") and b"vide" not in head else "video/mp4"


def _audio(head: bytes) -> str:
    if head.startswith(b"OggS"):
        return "" if b"theora" in head[:4096] else "audio/ogg"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"ID3") or (len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    return ""
