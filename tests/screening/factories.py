"""Candidates, templates and screenings as plain functions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pulse.tenancy.models import Environment
from screening import links
from screening.library.forms import number, several, single, words
from screening.models import Candidate, Screening, Template
from screening.questions import Question
from screening.services import attempts, candidates, screenings, templates

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

QUESTIONS: list[Question] = [
    single("Logic", "Pick a.", "a is right", "b", "c", topics=["Choosing"]),
    several("Logic", "Pick both.", ["one", "two"], ["three", "four"], topics=["Choosing"]),
    number("Counting", "What is 6 × 7?", 42, topics=["Products"]),
    words("Counting", "Write seven as a word.", "seven", topics=["Words"]),
]
RIGHT: dict[str, Any] = {
    "q1": QUESTIONS[0]["correct"][0],
    "q2": QUESTIONS[1]["correct"],
    "q3": 42,
    "q4": " Seven. ",
}


def make_candidate(environment: Environment, **values: Any) -> Candidate:
    values = {"name": "Ada Byron", "email": "ada@example.com", "now": NOW} | values
    return candidates.create_candidate(environment, **values)


def make_template(
    environment: Environment, *, questions: list[Question] | None = None, **values: Any
) -> Template:
    values = {"name": "Basics", "duration_minutes": 30, "now": NOW} | values
    return templates.create_template(
        environment, questions=QUESTIONS if questions is None else questions, **values
    )


def make_screening(
    environment: Environment,
    *,
    candidate: Candidate | None = None,
    template: Template | None = None,
    now: datetime = NOW,
    **terms: Any,
) -> Screening:
    candidate = candidate or make_candidate(environment)
    template = template or make_template(environment)
    return screenings.create_screening(
        environment,
        candidate_id=candidate.public_id,
        template_id=template.public_id,
        terms=screenings.Terms(**terms),
        now=now,
    )


def token_of(screening: Screening) -> str:
    return links.token_of(screening.link_nonce)


def make_started(environment: Environment, *, now: datetime = NOW, **values: Any) -> Screening:
    return attempts.start(make_screening(environment, now=now, **values), now=now)


def answer(
    screening: Screening, question_id: str, value: Any, *, now: datetime, **more: Any
) -> Any:
    more.setdefault("revision", int(now.timestamp() * 1000))
    save = attempts.Save(question_id=question_id, value=value, **more)
    return attempts.save_answer(screening, save, now=now)


def fresh(screening: Screening) -> Screening:
    """The row as it is stored now."""
    return Screening.unscoped.select_related("candidate", "template").get(pk=screening.pk)
