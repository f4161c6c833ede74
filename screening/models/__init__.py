"""Tables of candidate screening."""

from __future__ import annotations

from screening.models.candidates import Candidate, Resume, Sequence
from screening.models.code_runs import CodeRun
from screening.models.partners import PartnerKey, PartnerUpdate
from screening.models.plans import Plan
from screening.models.reports import Report
from screening.models.screenings import Answer, Screening, SelfIdentification
from screening.models.templates import Template, TemplateVersion

__all__ = [
    "Answer",
    "Candidate",
    "CodeRun",
    "PartnerKey",
    "PartnerUpdate",
    "Plan",
    "Report",
    "Resume",
    "Screening",
    "SelfIdentification",
    "Sequence",
    "Template",
    "TemplateVersion",
]
