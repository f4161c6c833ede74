"""Sample data: the people, screenings and templates that the documentation's examples speak of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from fpdf import FPDF

from pulse.tenancy.models import Environment
from screening import links, narrative, resume_files
from screening.library.shelf import SHELF
from screening.models import (
    Answer,
    Candidate,
    Report,
    Resume,
    Screening,
    Sequence,
    Template,
    TemplateVersion,
)
from screening.questions import check_questions
from screening.selectors.candidates import fold
from screening.services import marking

CHOICES_FOUND = {"q3": 1, "q8": 3, "q9": 1, "q14": 1, "q15": 1}
"""How many right ones of the multiple choices the sample attempt found: JavaScript 90, React 85, CSS 80."""
SUMMARY = (
    "John demonstrated strong JavaScript and React skills. His CSS knowledge is good but could be"
    " improved. Overall, he shows a solid understanding of frontend development concepts."
)


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


@transaction.atomic
def seed(environment: Environment) -> None:
    """Make the documented sample data in an environment that has none."""
    frontend = _template(
        environment, 54321, "frontend-developer", at("2022-12-10 08:30"), at("2023-01-05 14:20")
    )
    _template(
        environment, 54322, "backend-developer", at("2022-12-15 10:45"), at("2023-01-10 16:30")
    )
    john = _candidate(
        environment,
        12345,
        name="John Doe",
        email="john.doe@example.com",
        phone="+1234567890",
        created_at=at("2023-01-15 10:30"),
        updated_at=at("2023-01-20 15:45"),
        skills=["JavaScript", "React", "Node.js"],
        experience_years=5,
        education=[
            {
                "institution": "University of Technology",
                "degree": "Bachelor of Computer Science",
                "year": 2018,
            }
        ],
    )
    jane = _candidate(
        environment,
        12346,
        name="Jane Smith",
        email="jane.smith@example.com",
        phone="+1987654321",
        created_at=at("2023-01-16 14:20"),
        updated_at=at("2023-01-16 14:20"),
    )
    _resume(john)
    _completed(environment, john, frontend)
    _screening(
        environment,
        67891,
        jane,
        frontend,
        created_at=at("2023-01-21 09:00"),
        expires_at=datetime.now(UTC) + timedelta(days=365),
    )
    for kind, last in (("c", 12346), ("s", 67891), ("t", 54322)):
        Sequence.objects.create(environment=environment, kind=kind, last=last)


def _template(
    environment: Environment, number: int, slug: str, created_at: datetime, updated_at: datetime
) -> Template:
    starter = SHELF[slug]
    questions = check_questions([dict(one) for one in starter.questions])
    template = Template.objects.create(
        environment=environment,
        number=number,
        name=starter.name,
        description=starter.description,
        duration_minutes=starter.duration_minutes,
        question_count=len(questions),
        created_at=created_at,
        updated_at=updated_at,
    )
    TemplateVersion.objects.create(
        environment=environment,
        template=template,
        version=1,
        questions=questions,
        created_at=created_at,
    )
    return template


def _candidate(
    environment: Environment, number: int, *, name: str, email: str, **more: Any
) -> Candidate:
    return Candidate.objects.create(
        environment=environment,
        number=number,
        name=name,
        email=email,
        email_folded=fold(email),
        email_claim=fold(email),
        search_text=f"{fold(name)}\n{fold(email)}",
        last_contact_at=datetime.now(UTC),  # else retention would take them on the first day
        source="sample",
        **more,
    )


def _resume(candidate: Candidate) -> None:
    page = FPDF()
    page.add_page()
    page.set_font("Helvetica", size=20)
    page.cell(0, 12, candidate.name, new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", size=12)
    for line in ("Sample resume", ", ".join(candidate.skills), "5 years of experience"):
        page.cell(0, 8, line, new_x="LMARGIN", new_y="NEXT")
    data = bytes(page.output())
    Resume.objects.create(
        environment=candidate.environment,
        candidate=candidate,
        status=Resume.Status.STORED,
        file_name=resume_files.write(candidate, data),
        media_type=resume_files.PDF,
        size_bytes=len(data),
        stored_at=candidate.created_at,
    )


def _screening(
    environment: Environment,
    number: int,
    candidate: Candidate,
    template: Template,
    *,
    created_at: datetime,
    expires_at: datetime,
    **more: Any,
) -> Screening:
    nonce = links.new_nonce()
    return Screening.objects.create(
        environment=environment,
        number=number,
        candidate=candidate,
        template=template,
        job_title="Frontend Developer",
        link_nonce=nonce,
        link_digest=links.digest_of(links.token_of(nonce)),
        created_at=created_at,
        updated_at=created_at,
        expires_at=expires_at,
        **more,
    )


def _completed(environment: Environment, candidate: Candidate, template: Template) -> None:
    """An attempt of 45 minutes, 38 of them active, that scores 90, 85 and 80: 85 in all."""
    version = template.versions.get()
    version.pinned_at = at("2023-01-20 15:00")
    version.save(update_fields=["pinned_at"])
    screening = _screening(
        environment,
        67890,
        candidate,
        template,
        created_at=at("2023-01-18 11:00"),
        expires_at=at("2023-02-01 11:00"),
        status=Screening.Status.COMPLETED,
        completion_reason=Screening.Reason.SUBMITTED,
        invitation_status=Screening.Invitation.OPENED,
        invited_at=at("2023-01-18 11:00"),
        started_at=at("2023-01-20 15:00"),
        deadline_at=at("2023-01-20 15:45"),
        completed_at=at("2023-01-20 15:45"),
        announced_at=at("2023-01-20 15:45"),
        time_multiplier=Decimal("1.5"),
        active_seconds=38 * 60,
        template_version=version,
    )
    for question in version.questions:
        value = _value(question)
        Answer.objects.create(
            environment=environment,
            screening=screening,
            question_id=question["id"],
            revision=1,
            value=value,
            seconds=150,
            saved_at=at("2023-01-20 15:40"),
        )
    result = marking.evaluate(screening)
    screening.score = result.score
    screening.skill_scores = [one.as_dict() for one in result.skills]
    screening.scoring_status = Screening.Scoring.SCORED
    screening.save()
    told = narrative.write(result, first_name="John", template=template.name, settings={})
    Report.objects.create(
        environment=environment,
        screening=screening,
        status=Report.Status.READY,
        attempts=1,
        score=result.score or 0,
        skill_scores=screening.skill_scores,
        completion_time_minutes=38,
        summary=SUMMARY,
        strengths=told.strengths,
        areas_for_improvement=told.areas_for_improvement,
        recommendation=told.recommendation,
        generated_by="sample",
        generated_at=at("2023-01-20 15:46"),
    )


def _value(question: dict[str, Any]) -> Any:
    if question["id"] in CHOICES_FOUND:
        return question["correct"][: CHOICES_FOUND[question["id"]]]
    if question["type"] == "single_choice":
        return question["correct"][0]
    if question["type"] == "multiple_choice":
        return question["correct"]
    if question["type"] == "numeric":
        return question["answer"]
    return question["accepted"][0]
