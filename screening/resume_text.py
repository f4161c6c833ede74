"""The text of a stored resume, as far as it can be told without running anything of it."""

from __future__ import annotations

import io
import zipfile

import structlog
from defusedxml import ElementTree  # type: ignore[import-untyped]  # it carries no types
from pypdf import PdfReader

from screening.resume_files import DOCX, PDF

log = structlog.get_logger(__name__)

MAX_CHARACTERS = 100_000
MAX_PAGES = 20
MAX_XML_BYTES = 20 * 1024 * 1024
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def text_of(data: bytes, media_type: str) -> str:
    """Plain text, cut at ``MAX_CHARACTERS``; "" for a file that cannot be read."""
    try:
        if media_type == PDF:
            text = _pdf(data)
        elif media_type == DOCX:
            text = _docx(data)
        else:
            text = data.decode("utf-8", "replace")
    except Exception as error:  # a stranger's file: parsers fail on it in many ways
        log.info("resume_not_read", media_type=media_type, error=type(error).__name__)
        return ""
    return text[:MAX_CHARACTERS]


def _pdf(data: bytes) -> str:
    pages = PdfReader(io.BytesIO(data)).pages[:MAX_PAGES]
    return "\n".join(page.extract_text() for page in pages)


def _docx(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = archive.getinfo("word/document.xml")
        if entry.file_size > MAX_XML_BYTES:
            raise ValueError("the document is too large")
        root = ElementTree.fromstring(archive.read(entry))
    return "\n".join(
        "".join(node.text or "" for node in paragraph.iter(f"{_WORD}t"))
        for paragraph in root.iter(f"{_WORD}p")
    )
