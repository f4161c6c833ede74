"""The bytes of resumes: which types are taken, where they lie, and signed addresses to them."""

from __future__ import annotations

import io
import secrets
import zipfile

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from screening.models import Candidate, Resume
from screening.selectors import candidates as selectors

MAX_BYTES = 10 * 1024 * 1024
SIGNATURE_SECONDS = 3600
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT = "text/plain; charset=utf-8"
ENDINGS = {PDF: "pdf", DOCX: "docx", TEXT: "txt"}
_SALT = "screening.resume"


def sniff(data: bytes) -> str:
    """The media type by content alone, or "" for what is no resume."""
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return DOCX if "word/document.xml" in archive.namelist() else ""
        except (zipfile.BadZipFile, ValueError):
            return ""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return TEXT if text.strip() and "\x00" not in text else ""


def write(candidate: Candidate, data: bytes) -> str:
    """Store under a name that nobody can guess, and return it."""
    name = f"screening/resumes/{candidate.environment_id}/{secrets.token_hex(16)}"
    return default_storage.save(name, ContentFile(data))


def read(resume: Resume) -> bytes:
    with default_storage.open(resume.file_name, "rb") as file:
        return bytes(file.read())


def remove(name: str) -> None:
    if name:
        default_storage.delete(name)


def signed_address(candidate: Candidate) -> str:
    """An address that opens the resume for an hour, for people who hold no key."""
    signature = signing.dumps([candidate.environment_id, candidate.pk], salt=_SALT)
    return f"{settings.PULSE_PUBLIC_URL}/resumes/{candidate.public_id}.pdf?signature={signature}"


def opened_by(signature: str) -> Candidate | None:
    """The candidate whose resume this signature opens; None when it is false or old."""
    try:
        environment_pk, pk = signing.loads(signature, salt=_SALT, max_age=SIGNATURE_SECONDS)
    except signing.BadSignature:
        return None
    return selectors.candidate_by_pk(environment_pk, pk)
