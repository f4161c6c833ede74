"""The recruiter's templates and their editor."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase

from pulse.errors import FieldError, InvalidInput, NotFound
from pulse.site.access import PageRequest
from screening.library.shelf import SHELF
from screening.models import Template
from screening.pages import question_forms
from screening.pages.base import done, recruiter_page, show
from screening.questions import LANGUAGES, TYPES, Question
from screening.selectors import templates as selectors
from screening.services import templates

STATUSES = ("active", "archived", "all")


@recruiter_page("GET", "POST")
def index(request: PageRequest, *, now: datetime) -> HttpResponseBase:
    status = request.GET.get("status", "active")
    status = status if status in STATUSES else "active"
    return show(
        request,
        "templates",
        "Templates",
        templates=selectors.list_templates(request.environment, status=status),
        statuses=STATUSES,
        status=status,
        shelf=list(SHELF.values()),
    )


@recruiter_page("POST", level="edit")
def add(request: PageRequest, *, now: datetime) -> HttpResponseBase:
    """A template from the library, or an empty one."""
    starter = SHELF.get(request.POST.get("library", ""))
    if starter is not None:
        made = templates.create_template(
            request.environment,
            name=starter.name,
            description=starter.description,
            duration_minutes=starter.duration_minutes,
            questions=[dict(one) for one in starter.questions],
            now=now,
        )
    else:
        made = templates.create_template(request.environment, **_settings(request), now=now)
    return done(request, f"{made.name} was added.", f"/screening/templates/{made.public_id}")


def _settings(request: PageRequest) -> dict[str, Any]:
    name = " ".join(request.POST.get("name", "").split())
    minutes = request.POST.get("duration_minutes", "")
    faults = []
    if not 1 <= len(name) <= 200:
        faults.append(FieldError("name", "between 1 and 200 characters"))
    if not (minutes.isascii() and minutes.isdigit() and 1 <= int(minutes[:6]) <= 480):
        faults.append(FieldError("duration_minutes", "from 1 to 480"))
    if faults:
        raise InvalidInput("The template was not saved", fields=faults)
    return {
        "name": name,
        "description": request.POST.get("description", "").strip()[:2000],
        "duration_minutes": int(minutes),
    }


@recruiter_page("GET", "POST")
def detail(request: PageRequest, *, now: datetime, template_id: str) -> HttpResponseBase:
    template = selectors.get_template(request.environment, template_id)
    version = selectors.current_version(template)
    skills = list(dict.fromkeys(one["skill"] for one in version.questions))
    return show(
        request,
        "template",
        "Templates",
        template=template,
        version=version,
        questions=version.questions,
        skills=[
            {
                "name": one,
                "points": sum(q["points"] for q in version.questions if q["skill"] == one),
            }
            for one in skills
        ],
        types=TYPES,
    )


@recruiter_page("POST", level="edit")
def save(request: PageRequest, *, now: datetime, template_id: str) -> HttpResponseBase:
    """Name, description, time; or archive and restore."""
    changes: dict[str, Any] = (
        {"status": request.POST["status"]} if "status" in request.POST else _settings(request)
    )
    templates.change_template(
        request.environment, template_id=template_id, changes=changes, now=now
    )
    return done(request, "Saved.", f"/screening/templates/{template_id}")


@recruiter_page("GET", "POST", level="edit")
def question(
    request: PageRequest, *, now: datetime, template_id: str, question_id: str
) -> HttpResponseBase:
    """Edit one question; ``new`` adds one."""
    template = selectors.get_template(request.environment, template_id)
    questions: list[Question] = selectors.current_version(template).questions
    standing = next((one for one in questions if one["id"] == question_id), None)
    if standing is None and question_id != "new":
        raise NotFound("There is no such question")
    if request.method == "POST":
        return _write(request, template, questions, standing, now)
    if request.POST:
        form = question_forms.as_sent(request.POST)
    else:
        blank = {"type": _type_of(request), "points": 1, "shuffle_options": True}
        form = question_forms.as_form(standing or blank)
    return show(
        request,
        "question",
        "Templates",
        template=template,
        question=form,
        new=standing is None,
        types=TYPES,
        languages=LANGUAGES,
        back=f"/screening/templates/{template_id}",
    )


def _type_of(request: PageRequest) -> str:
    wanted = request.GET.get("type", "")
    return wanted if wanted in TYPES else TYPES[0]


def _write(
    request: PageRequest,
    template: Template,
    questions: list[Question],
    standing: Question | None,
    now: datetime,
) -> HttpResponseBase:
    if standing and "delete" in request.POST:
        changed = [one for one in questions if one["id"] != standing["id"]]
    else:
        made = question_forms.from_form(request.POST, standing)
        changed = (
            [made if one["id"] == standing["id"] else one for one in questions]
            if standing
            else [*questions, made]
        )
    templates.change_template(
        request.environment,
        template_id=template.public_id,
        changes={"questions": changed},
        now=now,
    )
    return done(request, "The questions were saved.", f"/screening/templates/{template.public_id}")
