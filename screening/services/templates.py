"""Making and editing templates; what has been asked once is never changed again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from pulse.errors import Conflict
from pulse.tenancy.models import Environment
from screening.models import Template, TemplateVersion
from screening.questions import Question, check_question, check_questions
from screening.scoring import earnable
from screening.selectors import screenings as screening_selectors
from screening.selectors import templates as selectors
from screening.services.candidates import next_number


@transaction.atomic
def create_template(
    environment: Environment,
    *,
    name: str,
    duration_minutes: int,
    now: datetime,
    description: str = "",
    questions: list[Question] | None = None,
    settings: dict[str, Any] | None = None,
) -> Template:
    """Create a template with its first version. Raises InvalidInput for questions with faults."""
    checked = check_questions(questions or [])
    template = Template.objects.create(
        environment=environment,
        number=next_number(environment, "t"),
        name=name,
        description=description,
        duration_minutes=duration_minutes,
        question_count=len(checked),
        settings=settings or {},
        created_at=now,
        updated_at=now,
    )
    TemplateVersion.objects.create(
        environment=environment, template=template, version=1, questions=checked, created_at=now
    )
    return template


@transaction.atomic
def change_template(
    environment: Environment, *, template_id: str, changes: dict[str, Any], now: datetime
) -> Template:
    """Change name, description, duration_minutes, settings, status or the whole list of questions.

    A version that a screening has started on stays as it is: the edit makes the next one. What
    somebody is invited to keeps a question. Raises NotFound, InvalidInput, Conflict.
    """
    template = selectors.lock_template(environment, template_id)
    touched = False
    for member in ("name", "description", "duration_minutes", "settings"):
        if member in changes and getattr(template, member) != changes[member]:
            setattr(template, member, changes[member])
            touched = True
    if "status" in changes and (changes["status"] == "archived") != bool(template.archived_at):
        template.archived_at = now if changes["status"] == "archived" else None
        touched = True
    if changes.get("questions") is not None:
        touched |= _write_questions(template, check_questions(changes["questions"]), now)
    if {"questions", "settings"} & changes.keys():
        _check_waiting(template)
    if touched:
        template.updated_at = now
        template.save()
    return template


def _check_waiting(template: Template) -> None:
    """What somebody is invited to keeps something to earn."""
    questions = selectors.current_version(template).questions
    waiting = screening_selectors.pending_of(template).count()
    if waiting and not earnable(questions, template.settings.get("weights")):
        raise Conflict(
            "Somebody is invited to this template: a question with points has to stay",
            details={"template_id": template.public_id, "pending_screenings": waiting},
        )


@transaction.atomic
def add_question(
    environment: Environment, *, template_id: str, question: Question, now: datetime
) -> Question:
    """Append one question and answer it as stored. Raises NotFound, InvalidInput."""
    template = selectors.lock_template(environment, template_id)
    questions = selectors.current_version(template).questions
    added = check_question(question, beside=questions)
    _write_questions(template, [*questions, added], now)
    template.updated_at = now
    template.save()
    return added


def _write_questions(template: Template, questions: list[Question], now: datetime) -> bool:
    version = selectors.current_version(template)
    if version.questions == questions:
        return False
    if version.pinned_at is None:
        version.questions = questions
        version.save(update_fields=["questions"])
    else:
        TemplateVersion.objects.create(
            environment=template.environment,
            template=template,
            version=version.version + 1,
            questions=questions,
            created_at=now,
        )
    template.question_count = len(questions)
    return True
