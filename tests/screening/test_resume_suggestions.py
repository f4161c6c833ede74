from __future__ import annotations

import io
import zipfile

import pytest
from fpdf import FPDF

from screening.models import Resume, Screening
from screening.resume_suggestions import suggestions
from screening.services import resumes
from tests.screening.factories import NOW, make_candidate

TEXT = """Ada Byron, ada@example.com, +44 20 7946 0958
Eight years with C, C++ and Node.js; 8+ years of professional experience.
Bachelor of Mathematics, University of London
Git, PostgreSQL"""
FOUND = {
    "email": "ada@example.com",
    "phone": "+442079460958",
    "skills": ["C++", "Node.js", "PostgreSQL", "Git"],
    "experience_years": 8,
    "degrees": ["Bachelor of Mathematics"],
}


def pdf(text: str) -> bytes:
    sheet = FPDF()
    sheet.add_page()
    sheet.set_font("Helvetica", size=12)
    sheet.multi_cell(0, 8, text)
    return bytes(sheet.output())


def docx(text: str) -> bytes:
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    lines = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.splitlines())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        body = f'<w:document xmlns:w="{namespace}"><w:body>{lines}</w:body></w:document>'
        archive.writestr("word/document.xml", body)
    return out.getvalue()


def test_rules_find_what_stands_there():
    assert suggestions(TEXT) == FOUND
    assert suggestions("Skills: SQL, Go, C")["skills"] == ["C", "Go", "SQL"]


def test_rules_find_nothing_in_a_text_without_facts():
    assert suggestions("I go to great lengths. Come and see my cat.") == {}


@pytest.mark.django_db
@pytest.mark.parametrize("data", [TEXT.encode(), pdf(TEXT), docx(TEXT)], ids=["txt", "pdf", "docx"])
def test_a_stored_resume_is_looked_through_once(environment, settings, tmp_path, data):
    settings.MEDIA_ROOT = tmp_path
    candidate = make_candidate(environment)
    resumes.store_upload(
        environment, candidate_id=candidate.public_id, name="cv", data=data, now=NOW
    )

    assert resumes.read_due(now=NOW) == 1
    assert resumes.read_due(now=NOW) == 0
    told = Resume.unscoped.get().suggestions
    assert (told["email"], told["experience_years"]) == ("ada@example.com", 8)
    candidate.refresh_from_db()
    assert (candidate.phone, candidate.skills) == ("", [])
    assert Screening.unscoped.count() == 0


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_suggests_nothing(environment, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    candidate = make_candidate(environment)
    broken = b"%PDF-1.7 and then nothing that any reader knows"
    resumes.store_upload(
        environment, candidate_id=candidate.public_id, name="cv", data=broken, now=NOW
    )
    assert resumes.read_due(now=NOW) == 1
    assert Resume.unscoped.get().suggestions == {}
