"""How every resource of this product is spelled, in answers, webhooks and pages alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from pulse.times import utc_seconds
from screening import links
from screening.models import Candidate, Report, Screening, Template, TemplateVersion


def candidate_item(candidate: Candidate) -> dict[str, Any]:
    """The seven members of a candidate in a list."""
    return {
        "id": candidate.public_id,
        "name": candidate.name,
        "email": candidate.email,
        "phone": candidate.phone or None,
        "status": candidate.status,
        "created_at": utc_seconds(candidate.created_at),
        "updated_at": utc_seconds(candidate.updated_at),
    }


def resume_address(candidate: Candidate) -> str | None:
    """The resume's own address, known before the file is there; None without a resume."""
    if not hasattr(candidate, "resume"):
        return None
    return f"{settings.PULSE_PUBLIC_URL}/resumes/{candidate.public_id}.pdf"


def candidate_created(candidate: Candidate) -> dict[str, Any]:
    """A candidate as the answer to its creation."""
    return {
        "id": candidate.public_id,
        "name": candidate.name,
        "email": candidate.email,
        "phone": candidate.phone or None,
        "status": candidate.status,
        "resume_url": resume_address(candidate),
        "created_at": utc_seconds(candidate.created_at),
        "updated_at": utc_seconds(candidate.updated_at),
    }


def candidate_detail(candidate: Candidate, screenings: Iterable[Screening]) -> dict[str, Any]:
    """A candidate with everything known, and its screenings in short."""
    return {
        "id": candidate.public_id,
        "name": candidate.name,
        "email": candidate.email,
        "phone": candidate.phone or None,
        "status": candidate.status,
        "resume_url": resume_address(candidate),
        "skills": candidate.skills,
        "experience_years": candidate.experience_years,
        "education": [
            {member: one.get(member) for member in ("institution", "degree", "year")}
            for one in candidate.education
        ],
        "screenings": [
            {
                "id": one.public_id,
                "status": one.status,
                "score": one.score,
                "completed_at": utc_seconds(one.completed_at),
            }
            for one in screenings
        ],
        "created_at": utc_seconds(candidate.created_at),
        "updated_at": utc_seconds(candidate.updated_at),
    }


def screening_item(screening: Screening) -> dict[str, Any]:
    """The seven members of a screening in a list. Its candidate and template must be loaded."""
    return {
        "id": screening.public_id,
        "candidate_id": screening.candidate.public_id,
        "template_id": screening.template.public_id,
        "status": screening.status,
        "score": screening.score,
        "started_at": utc_seconds(screening.started_at),
        "completed_at": utc_seconds(screening.completed_at),
    }


def screening_detail(screening: Screening, *, with_link: bool) -> dict[str, Any]:
    """A screening with its invitation; the candidate's address only for keys that may write."""
    shown = screening_item(screening) | {
        "job_title": screening.job_title or None,
        "invitation_status": screening.invitation_status,
        "expires_at": utc_seconds(screening.expires_at),
    }
    if with_link:
        shown["candidate_url"] = links.address_of(screening.link_nonce) if screening.open else None
    return shown


def screening_full(screening: Screening, *, with_link: bool) -> dict[str, Any]:
    """A screening as ``GET /screenings/:id`` answers: the detail and what followed from it."""
    return screening_detail(screening, with_link=with_link) | {
        "scoring_status": screening.scoring_status,
        "completion_reason": screening.completion_reason or None,
        "time_multiplier": float(screening.time_multiplier),
        "language": screening.language or None,
        "metadata": screening.metadata,
        "reviewer_decision": screening.reviewer_decision or None,
        "invited_at": utc_seconds(screening.invited_at),
        "created_at": utc_seconds(screening.created_at),
    }


def template_item(template: Template) -> dict[str, Any]:
    """The seven members of a template in a list."""
    return {
        "id": template.public_id,
        "name": template.name,
        "description": template.description,
        "duration_minutes": template.duration_minutes,
        "question_count": template.question_count,
        "created_at": utc_seconds(template.created_at),
        "updated_at": utc_seconds(template.updated_at),
    }


def template_detail(template: Template, version: TemplateVersion) -> dict[str, Any]:
    """A template with its current questions, answers included: for keys of the account only."""
    return template_item(template) | {
        "status": "archived" if template.archived_at else "active",
        "version": version.version,
        "settings": template.settings,
        "questions": version.questions,
    }


def report(screening: Screening, made: Report) -> dict[str, Any]:
    """A report as documented. The screening's candidate and template must be loaded."""
    return {
        "screening_id": screening.public_id,
        "candidate_id": screening.candidate.public_id,
        "candidate_name": screening.candidate.name,
        "template_id": screening.template.public_id,
        "template_name": screening.template.name,
        "score": made.score,
        "completion_time_minutes": made.completion_time_minutes,
        "completed_at": utc_seconds(screening.completed_at),
        "skill_scores": made.skill_scores,
        "summary": made.summary,
        "strengths": made.strengths,
        "areas_for_improvement": made.areas_for_improvement,
        "recommendation": made.recommendation,
    }


def candidate_announced(candidate: Candidate) -> dict[str, Any]:
    return {
        "candidate_id": candidate.public_id,
        "name": candidate.name,
        "email": candidate.email,
        "status": candidate.status,
        "created_at": utc_seconds(candidate.created_at),
    }


def _references(screening: Screening) -> dict[str, Any]:
    return {
        "screening_id": screening.public_id,
        "candidate_id": screening.candidate.public_id,
        "template_id": screening.template.public_id,
    }


def screening_announced(screening: Screening) -> dict[str, Any]:
    return _references(screening) | {
        "status": screening.status,
        "job_title": screening.job_title or None,
        "created_at": utc_seconds(screening.created_at),
    }


def start_announced(screening: Screening) -> dict[str, Any]:
    return _references(screening) | {"started_at": utc_seconds(screening.started_at)}


def completion_announced(screening: Screening) -> dict[str, Any]:
    return _references(screening) | {
        "score": screening.score,
        "completed_at": utc_seconds(screening.completed_at),
    }


def report_announced(screening: Screening, made: Report) -> dict[str, Any]:
    return _references(screening) | {
        "score": made.score,
        "recommendation": made.recommendation,
        "generated_at": utc_seconds(made.generated_at),
    }


def page_meta(page: int, pages: int, total: int, per_page: int) -> dict[str, int]:
    """The ``meta`` of a paged list."""
    return {
        "current_page": page,
        "total_pages": pages,
        "total_count": total,
        "per_page": per_page,
    }


def screening_page(screening: Screening) -> str:
    """Where a signed-in recruiter reads the result."""
    return f"{settings.PULSE_PUBLIC_URL}/screening/screenings/{screening.public_id}"
