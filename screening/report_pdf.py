"""The report as a PDF of one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpdf import FPDF

FONTS = (
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"),
    ("/usr/share/fonts/TTF/DejaVuSans.ttf", "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf"),
)  # fmt: skip
"""Fonts with the letters of most languages, where the machine has them; else Helvetica's Latin-1."""
INK, SOFT, BAR, TRACK = (25, 28, 34), (98, 106, 119), (11, 114, 133), (230, 233, 237)


class _Sheet(FPDF):
    def __init__(self) -> None:
        super().__init__(format="A4")
        self.unicode = False
        for regular, bold in FONTS:
            if Path(regular).exists() and Path(bold).exists():
                self.add_font("Body", "", regular)
                self.add_font("Body", "B", bold)
                self.unicode = True
                break
        self.set_margins(20, 18)
        self.add_page()

    def text_line(
        self, text: str, *, size: float = 10.5, bold: bool = False, soft: bool = False
    ) -> None:
        family = "Body" if self.unicode else "Helvetica"
        self.set_font(family, "B" if bold else "", size)
        self.set_text_color(*(SOFT if soft else INK))
        self.multi_cell(0, size * 0.52, self.spelled(text), new_x="LMARGIN", new_y="NEXT")

    def spelled(self, text: str) -> str:
        return text if self.unicode else text.encode("latin-1", "replace").decode("latin-1")

    def bar(self, label: str, score: int) -> None:
        self.text_line(f"{label}: {score} of 100", size=9.5)
        left, top = self.l_margin, self.get_y() + 0.8
        self.set_fill_color(*TRACK)
        self.rect(left, top, self.epw, 2.6, style="F")
        self.set_fill_color(*BAR)
        self.rect(left, top, self.epw * score / 100, 2.6, style="F")
        self.set_y(top + 5)


def write(report: dict[str, Any]) -> bytes:
    """The report's bytes, from the same mapping that the API answers with."""
    sheet = _Sheet()
    sheet.set_title(sheet.spelled(f"Screening report {report['screening_id']}"))
    sheet.text_line("Screening report", size=9, soft=True)
    sheet.text_line(report["candidate_name"], size=20, bold=True)
    when = (report["completed_at"] or "")[:10]
    sheet.text_line(
        f"{report['template_name']} · completed {when}"
        f" · {report['completion_time_minutes']} minutes · {report['screening_id']}",
        soft=True,
    )
    sheet.ln(4)
    sheet.text_line(f"{report['score']} of 100", size=26, bold=True)
    sheet.text_line(report["recommendation"], bold=True)
    sheet.ln(4)
    for one in report["skill_scores"]:
        sheet.bar(one["skill"], one["score"])
    sheet.ln(2)
    sheet.text_line(report["summary"])
    for title, items in (
        ("Strengths", report["strengths"]),
        ("Areas for improvement", report["areas_for_improvement"]),
    ):
        sheet.ln(3)
        sheet.text_line(title, size=11.5, bold=True)
        for item in items or ["None stood out."]:
            sheet.text_line(f"-  {item}")
    sheet.ln(5)
    sheet.text_line(
        "Scores are advice. A person makes the decision, and the candidate may ask for one to review it.",
        size=8.5,
        soft=True,
    )
    return bytes(sheet.output())
