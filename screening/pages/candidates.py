"""The recruiter's candidates."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from pulse.errors import FieldError, InvalidInput
from pulse.site.access import PageRequest
from screening import resume_files, serializers
from screening.dossier import archive
from screening.pages.base import actor_of, done, page_of, recruiter_page, show
from screening.selectors import candidates as selectors
from screening.selectors import screenings as screening_selectors
from screening.selectors import statistics
from screening.selectors import templates as template_selectors
from screening.services import candidates, erasure, resumes, screenings

STATUSES = ("active", "archived", "all")
MULTIPLIERS = ("1.0", "1.25", "1.5", "2.0", "3.0")


@recruiter_page("GET")
def index(request: PageRequest, *, now: datetime) -> HttpResponseBase:
    status = request.GET.get("status", "active")
    status = status if status in STATUSES else "active"
    search = request.GET.get("q", "").strip()[:200]
    rows = selectors.list_candidates(request.environment, status=status, search=search)
    page = page_of(request, rows.order_by("-created_at", "-pk"))
    latest = screening_selectors.latest_of(request.environment, list(page.object_list))
    return show(
        request,
        "candidates",
        "Candidates",
        page=page,
        rows=[{"candidate": one, "screening": latest.get(one.pk)} for one in page.object_list],
        statuses=STATUSES,
        status=status,
        search=search,
        overview=statistics.overview(request.environment, now),
    )


@recruiter_page("GET", "POST", level="edit")
def add(request: PageRequest, *, now: datetime) -> HttpResponseBase:
    if request.method == "POST":
        sent = _checked(request)
        candidate = candidates.create_candidate(
            request.environment, **sent, now=now, source="console", actor=actor_of(request)
        )
        path = f"/screening/candidates/{candidate.public_id}"
        return done(request, f"{candidate.name} was added.", path)
    return show(request, "candidate_form", "Candidates", shown=request.POST)


@recruiter_page("GET", "POST", level="edit")
def edit(request: PageRequest, *, now: datetime, candidate_id: str) -> HttpResponseBase:
    """Name and contact; a mistyped address is put right before the next invitation."""
    candidate = selectors.get_candidate(request.environment, candidate_id)
    if request.method == "POST":
        candidates.change_candidate(
            request.environment,
            candidate_id=candidate_id,
            changes=_checked(request),
            now=now,
            actor=actor_of(request),
        )
        return done(request, "Saved.", f"/screening/candidates/{candidate_id}")
    shown = request.POST or candidate
    return show(request, "candidate_form", "Candidates", shown=shown, candidate=candidate)


def _checked(request: PageRequest) -> dict[str, Any]:
    """The form's members by the same rules as the API's."""
    bound = serializers.CandidateIn(
        data={name: request.POST.get(name, "") for name in ("name", "email", "phone")}
    )
    if not bound.is_valid():
        raise InvalidInput(
            "The candidate was not saved",
            fields=[FieldError(name, str(reasons[0])) for name, reasons in bound.errors.items()],
        )
    return dict(bound.validated_data)


@recruiter_page("GET")
def detail(request: PageRequest, *, now: datetime, candidate_id: str) -> HttpResponseBase:
    candidate = selectors.get_candidate(request.environment, candidate_id)
    resume = selectors.resume_of(candidate)
    stored = resume is not None and resume.status == resume.Status.STORED
    return show(
        request,
        "candidate",
        "Candidates",
        candidate=candidate,
        resume=resume,
        resume_says=_in_words(resume.suggestions) if resume else [],
        resume_address=resume_files.signed_address(candidate) if stored else "",
        screenings=screening_selectors.of_candidate(candidate),
        templates=template_selectors.list_templates(request.environment),
        multipliers=MULTIPLIERS,
    )


def _in_words(suggestions: dict[str, Any]) -> list[tuple[str, str]]:
    """What a resume suggests, as lines to read."""
    return [
        (name.replace("_", " "), ", ".join(value) if isinstance(value, list) else str(value))
        for name, value in suggestions.items()
    ]


@recruiter_page("POST", level="edit")
def invite(request: PageRequest, *, now: datetime, candidate_id: str) -> HttpResponseBase:
    """Create a screening and send its invitation."""
    terms = screenings.Terms(
        job_title=" ".join(request.POST.get("job_title", "").split())[:200],
        send_invitation=request.POST.get("send") == "yes",
        expires_in_days=days_of(request.POST.get("days", "14")),
        time_multiplier=multiplier_of(request.POST.get("multiplier", "1.0")),
    )
    screening = screenings.create_screening(
        request.environment,
        candidate_id=candidate_id,
        template_id=request.POST.get("template", ""),
        terms=terms,
        now=now,
        actor=actor_of(request),
    )
    path = f"/screening/screenings/{screening.public_id}"
    return done(request, "The screening was created.", path)


@recruiter_page("GET", level="manage")
def export(request: PageRequest, *, now: datetime, candidate_id: str) -> HttpResponseBase:
    """A copy of everything that is kept about a person, to be handed over when it is asked for."""
    candidate = selectors.get_candidate(request.environment, candidate_id)
    response = HttpResponse(archive(candidate), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{candidate.public_id}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


def multiplier_of(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        value = Decimal(0)
    if not (value.is_finite() and 1 <= value <= 3):
        raise InvalidInput("Extra time is between 1 and 3 times")
    return value


def days_of(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= screenings.MAX_DAYS:
        raise InvalidInput(f"A screening is open for 1 to {screenings.MAX_DAYS} days")
    return int(text)


@recruiter_page("POST", level="edit")
def set_status(request: PageRequest, *, now: datetime, candidate_id: str) -> HttpResponseBase:
    status = "archived" if request.POST.get("status") == "archived" else "active"
    candidates.change_candidate(
        request.environment,
        candidate_id=candidate_id,
        changes={"status": status},
        now=now,
        actor=actor_of(request),
    )
    text = (
        "The candidate was archived." if status == "archived" else "The candidate is active again."
    )
    return done(request, text, f"/screening/candidates/{candidate_id}")


@recruiter_page("POST", level="edit")
def upload(request: PageRequest, *, now: datetime, candidate_id: str) -> HttpResponseBase:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput("Choose a file first")
    resumes.store_upload(
        request.environment,
        candidate_id=candidate_id,
        name=file.name or "",
        data=file.read(resume_files.MAX_BYTES + 1),
        now=now,
        actor=actor_of(request),
    )
    return done(request, "The resume was stored.", f"/screening/candidates/{candidate_id}")


@recruiter_page("POST", level="manage")
def erase(request: PageRequest, *, now: datetime, candidate_id: str) -> HttpResponseBase:
    """Erase a person; the form asks for the id to be typed."""
    if request.POST.get("confirm", "").strip() != candidate_id:
        raise InvalidInput(f"Type {candidate_id} to confirm the erasure")
    erasure.erase_candidate(
        request.environment,
        candidate_id=candidate_id,
        purge=request.POST.get("purge") == "yes",
        now=now,
        actor=actor_of(request),
    )
    return done(request, f"{candidate_id} was erased.", "/screening")
