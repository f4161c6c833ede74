"""Everything that is kept about one candidate, for the candidate's own eyes or another system."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from pulse import fastjson
from pulse.mail.selectors import mails_about
from pulse.times import utc_seconds
from screening import resume_files, shapes
from screening.models import Candidate, Screening
from screening.selectors import candidates as selectors
from screening.selectors import screenings as screening_selectors


def dossier(candidate: Candidate) -> dict[str, Any]:
    """The person, every screening with answers, signals, report and mails, and what the resume is.

    What was stated for statistics is not in it: it is never read beside a person. Neither are the
    right answers of a template, which are the account's.
    """
    screenings = [
        screening_selectors.get_screening(candidate.environment, one.public_id)
        for one in screening_selectors.of_candidate(candidate)
    ]
    resume = selectors.resume_of(candidate)
    return {
        "candidate": shapes.candidate_detail(candidate, screenings)
        | {"source": candidate.source, "last_contact_at": utc_seconds(candidate.last_contact_at)},
        "resume": None
        if resume is None
        else {
            "status": resume.status,
            "source_url": resume.source_url or None,
            "media_type": resume.media_type or None,
            "size_bytes": resume.size_bytes,
            "stored_at": utc_seconds(resume.stored_at),
        },
        "screenings": [_screening(one) for one in screenings],
    }


def _screening(screening: Screening) -> dict[str, Any]:
    made = screening_selectors.ready_report(screening)
    return shapes.screening_full(screening, with_link=False) | {
        "consented_at": utc_seconds(screening.consented_at),
        "notice_version": screening.notice_version or None,
        "active_seconds": screening.active_seconds,
        "signals": screening.signals,
        "answers": _answers(screening),
        "report": shapes.report(screening, made) if made else None,
        "mails": [
            {
                "subject": mail.subject,
                "state": mail.state,
                "created_at": utc_seconds(mail.created_at),
            }
            for mail in mails_about(screening.environment, screening.public_id)
        ],
    }


def _answers(screening: Screening) -> list[dict[str, Any]]:
    """In the order of the questions, unanswered ones left out; a choice is told by its text."""
    given = screening_selectors.answers_of(screening)
    asked = screening.template_version.questions if screening.template_version else []
    return [
        {
            "question": question["prompt"],
            "answer": _in_words(question, given[question["id"]].value),
            "saved_at": utc_seconds(given[question["id"]].saved_at),
            "review_note": given[question["id"]].review_note or None,
        }
        for question in asked
        if question["id"] in given
    ]


def _in_words(question: dict[str, Any], value: Any) -> Any:
    texts = {one["id"]: one["text"] for one in question.get("options", [])}
    if isinstance(value, list):
        return [texts.get(one, one) for one in value]
    return texts.get(value, value) if isinstance(value, str) else value


def archive(candidate: Candidate) -> bytes:
    """A ZIP with ``candidate.json`` and, where there is one, the resume."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("candidate.json", fastjson.dumps(dossier(candidate)))
        resume = selectors.resume_of(candidate)
        if resume is not None and resume.status == resume.Status.STORED:
            ending = resume_files.ENDINGS[resume.media_type]
            files.writestr(f"resume.{ending}", resume_files.read(resume))
    return out.getvalue()
